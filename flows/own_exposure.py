"""Measure what the codes of one source's own records would expose, where the source lives; only shares are told."""

from pathlib import Path
from typing import Any

from cohorts.events import record_tables
from cohorts.singling_out import measure_alone
from flows.exposure import SEED, zone_lines
from flows.own_people import OwnPeople, own_people
from flows.run import uses_of
from governance.areas import load_area_lookup
from governance.exposure import seen_by
from governance.keys.issue import household_context
from linkage.exposure.measure import measure
from linkage.exposure.sent import Source

FEWEST_RECORDS = 1000
"""Of fewer records no share is told: a small source's people are easily told apart, and a share would count them."""

SHARE_STEP = 0.001
"""Shares are told in steps of this."""


def measure_source(root: Path, source_id: str, period: str) -> dict[str, Any]:
    """Measure an approved project's settings on one source's records.

    Args:
        root: The project folder.
        source_id: Which source; its extract is read, with those who opted out or are protected left out.
        period: ``YYYY-MM`` or ``latest``.

    Returns:
        ``cells`` with what is seen, seeds and the share unique in steps of a thousandth, and ``analysis_zone`` with
        the shares of the rungs of :mod:`governance.home_rungs`; both empty, and ``too_few`` true, where the source is
        small.

    Raises:
        PolicyRefusal: Nobody approved this config, or a policy rule blocks it.
    """
    own = own_people(root, source_id, period)
    source, project = own.source, own.run.bundle.project
    told = {"source": source.id, "period": own.run.period, "homes_are_told": project.households}
    if len(set(own.found.record_id.tolist())) < FEWEST_RECORDS:
        return {**told, "too_few": True, "cells": [], "analysis_zone": {}}
    measured = measure([Source(own.found, source.one_record_per_person)], project.linkage, seed=SEED)
    cells = [{"sees": cell.sees, "seeds": cell.seeds, "unique": _in_steps(cell.unique)} for cell in measured.cells]
    return {**told, "too_few": False, "cells": cells, "analysis_zone": _zone_shares(own)}


def _zone_shares(own: OwnPeople) -> dict[str, dict[str, float]]:
    """Who of the source's own people could be singled out in the analysis zone; homes if the project tells them."""
    run, source, project = own.run, own.source, own.run.bundle.project
    homes = run.encoding(source.id).subkey(*household_context(uses_of(run.bundle))) if project.households else None
    payload = record_tables(own.intake.con, source, load_area_lookup(run.root, project.lookup), homes)
    return measure_alone(payload, source, project, run.as_of)


def _in_steps(share: float) -> float:
    return round(round(share / SHARE_STEP) * SHARE_STEP, 6)


def source_lines(found: dict[str, Any]) -> list[str]:
    """The result in sentences."""
    if found["too_few"]:
        return [
            f"{found['source']} has fewer than {FEWEST_RECORDS:,} records in {found['period']}: no share is told.",
            "Take it that most of its people could be told apart by somebody who knows exactly whom it holds.",
        ]
    lines = [f"{found['source']}, {found['period']}, alone. Each line uses all that the lines above it use."]
    lines += [_sentence(cell) for cell in found["cells"]]
    return [*lines, "", *zone_lines(found["analysis_zone"], homes=found["homes_are_told"])]


def _sentence(cell: dict[str, Any]) -> str:
    known = f", with {cell['seeds']:.0%} known already" if cell["seeds"] else ""
    return f"  {cell['unique']:6.1%} of records can be told from all others {seen_by(cell['sees'])}{known}."
