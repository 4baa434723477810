"""Once a period is done in a zone, records of older periods go: whoever left is then in no table."""

from flows.run import Run, timestamp
from governance.ledger import Event
from governance.retention import destroy_older


def destroy_older_records(run: Run, zone: str) -> None:
    """Destroy what :func:`governance.retention.destroy_older` says, and put numbers of tables into the ledger.

    Called when the zone's new content is published and recorded: a run that is cut off before keeps what it had,
    one that is cut off here finishes next time.

    Args:
        run: The period that now stands.
        zone: ``linkage`` or ``analysis``; each zone's own step clears that zone.
    """
    done = destroy_older(run.zone(zone), run.period, run.bundle.project.retention_months)
    if done.tables or done.periods:
        run.ledger.append(
            Event.OLDER_RECORDS_DESTROYED,
            at=timestamp(),
            period=run.period,
            zone=zone,
            tables=done.tables,
            periods=done.periods,
        )
