"""Pairs and people of one period, as the linkage step sealed them: the one way to open them in the linkage zone."""

from typing import Any

import pyarrow as pa

from flows.run import Run
from governance.ledger import Event
from governance.package import open_package


def open_linked(run: Run, *tables: str) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """Tables of what linkage made of this period and config, by name, and its manifest.

    Raises:
        BadInput: The period has not been linked.
        PolicyRefusal: The keys are not here, it was linked under another config, or it is not what the ledger says.
    """
    return open_package(
        run.zone("linkage", run.period, "out"),
        tables,
        run.ring.zone_private("linkage", run.today),
        {"period": run.period, "config_sha256": run.bundle.digest},
        recorded=run.published(Event.LINKED),
    )
