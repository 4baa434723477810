"""An extract that is much smaller than it usually is was cut on its way: it is stopped before anybody is lost."""

from collections.abc import Mapping, Sequence
from statistics import median

from governance.english import percent
from governance.errors import ExtractError, Fault
from governance.intake.wording import few
from governance.settings import Source

MONTHS = 6
"""What is usual is the median of so many earlier months."""

LEAST_ROWS = 20
"""A file that is short of fewer rows than this has its ordinary ups and downs."""


def check_usual_size(
    source: Source, names: Mapping[str, str], rows: Mapping[str, int], earlier: Sequence[Mapping[str, int]]
) -> None:
    """Refuse an extract of which a file has far fewer rows than usual.

    Args:
        source: Holds ``min_usual_size``.
        names: What each file is called in messages, by file id.
        rows: Rows read, by file id.
        earlier: The same of earlier months, newest last; months without a file say nothing of it.

    Raises:
        ExtractError: Names the files.
    """
    faults = [
        Fault(file=names[file], what=f"{few(count)} rows; usual are about {few(round(usual))}.")
        for file, count in rows.items()
        if (usual := _usual([month[file] for month in earlier[-MONTHS:] if file in month])) is not None
        and count < source.min_usual_size * usual
        and usual - count >= LEAST_ROWS
    ]
    if faults:
        raise ExtractError(
            f"{source.id}: the extract is far smaller than usual (under {percent(source.min_usual_size)} of its rows).",
            why="An extract that was cut on its way looks like one whose people no longer need anything.",
            fix="Ask the source what changed. If it is right, lower min_usual_size in"
            f" sources/{source.id}.yaml, have it approved, and run again. Nothing was written.",
            code="E-EXTRACT-SIZE",
            faults=faults,
        )


def _usual(counts: Sequence[int]) -> float | None:
    return median(counts) if counts else None
