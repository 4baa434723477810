"""Measure what the codes of one source's own records would expose, where the source lives; only shares are told."""

from pathlib import Path
from typing import Any

from flows.bands import encoding_keys, record_reading
from flows.exposure import SEED
from flows.run import open_run
from governance.exposure import SEES
from governance.intake import read_extracts
from governance.leaving_out import leave_out
from linkage.encode import identities
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
        ``cells`` with what is seen, seeds and the share unique in steps of a thousandth; empty, and ``too_few`` true,
        where the source is small.

    Raises:
        PolicyRefusal: Nobody approved this config, or a policy rule blocks it.
    """
    run = open_run(root, period, step="pseudonymise")
    source, keys = run.bundle.source(source_id), encoding_keys(run.bundle, run.ring, source_id)
    synthetic, record_key = run.bundle.project.synthetic, run.record_key(source.id)
    intake = read_extracts(run.root, source, run.period, record_key=record_key, synthetic=synthetic)
    left_out = leave_out(intake, run.bundle, run.root, run.period, run.today, record_key)
    record_reading(run, source.id, intake.digests, left_out)
    found = identities(intake.con, next(file for file in source.files if file.id == intake.people_file), keys)
    told = {"source": source.id, "period": run.period}
    if len(set(found.record_id.tolist())) < FEWEST_RECORDS:
        return {**told, "too_few": True, "cells": []}
    own = measure([Source(found, source.one_record_per_person)], run.bundle.project.linkage, seed=SEED)
    cells = [{"sees": cell.sees, "seeds": cell.seeds, "unique": _in_steps(cell.unique)} for cell in own.cells]
    return {**told, "too_few": False, "cells": cells}


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
    return lines + [_sentence(cell) for cell in found["cells"]]


def _sentence(cell: dict[str, Any]) -> str:
    known = f", with {cell['seeds']:.0%} known already" if cell["seeds"] else ""
    return f"  {cell['unique']:6.1%} of records can be told from all others by {SEES[cell['sees']]}{known}."
