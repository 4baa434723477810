"""Agreements and assessments of the synthetic ICS, dated as if they had been made lately."""

import re
from datetime import date
from pathlib import Path

WRITTEN = date(2026, 11, 26)
"""The day the demo's configs were written for."""
_MOVES = re.compile(r"(\d{4}-\d{2}-\d{2})(?=\s+# moves with the day the demo is made$)", re.MULTILINE)


def date_paperwork(project: Path, today: date) -> None:
    """Move marked dates as far as the clock has moved since, so that the demo runs without warnings on any day.

    Args:
        project: The project folder; its YAML files are changed in place.
        today: The day the demo is made; days before the configs were written move nothing.
    """
    days = max(0, (today - WRITTEN).days)
    for path in (project / "project.yaml", *sorted((project / "sources").glob("*.yaml"))):
        text = path.read_text("utf-8")
        path.write_bytes(_MOVES.sub(lambda found: _later(found[1], days), text).encode())


def _later(day: str, days: int) -> str:
    return date.fromordinal(date.fromisoformat(day).toordinal() + days).isoformat()
