"""Which extract a period is made of, for one source: this month's, an earlier one that is read again, or none."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from governance.errors import Awaiting
from governance.intake.deliver import files_at, path_of
from governance.retention import months_between
from governance.settings import Source

AWAITING = "E-EXTRACT-AWAITING"
"""The state of a run whose extract has not come."""


class Arrived(StrEnum):
    """How a period came by the extract of a source."""

    DELIVERED = "delivered"
    CARRIED = "carried_forward"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a period uses of one source."""

    how: Arrived
    period: str
    """The month of the extract, ``YYYY-MM``; empty if there is none."""


def choose_extract(root: Path, source: Source, period: str, *, sent: Collection[str], was_here: bool = False) -> Chosen:
    """What to read for a period.

    An extract of which any file is there is this month's; whether it is whole is for whoever reads it.

    Args:
        root: The project folder.
        source: Says what becomes of a month whose extract has not come.
        period: ``YYYY-MM``.
        sent: Months whose extracts of this source were read and sent on: only such a one is carried forward.
        was_here: This month's extract was read before: one that has gone is not made up for in silence.

    Raises:
        Awaiting: The month waits for it.
        PolicyRefusal: A path leads out of the project folder.
    """
    if is_here(root, source, period):
        return Chosen(Arrived.DELIVERED, period)
    if was_here or source.each_month == "required":
        raise _awaited(source, period, "It was read before and is gone." if was_here else "")
    if source.each_month == "optional":
        return Chosen(Arrived.ABSENT, "")
    months = source.carry_forward_months or 0
    young = (one for one in sent if one < period and months_between(one, period) <= months)
    carried = next((one for one in sorted(young, reverse=True) if is_here(root, source, one)), "")
    if not carried:
        raise _awaited(source, period, f"None of the last {months} months has one that could be carried forward.")
    return Chosen(Arrived.CARRIED, carried)


def is_here(root: Path, source: Source, period: str) -> bool:
    """Whether any file of the source is there for a period."""
    named = (path_of(file.path, period) for file in source.files)
    return any(path.exists() for name in named for path in files_at(root, name))


def _awaited(source: Source, period: str, more: str) -> Awaiting:
    where = ", ".join(path_of(file.path, period) for file in source.files)
    return Awaiting(
        f"{source.id}: the extract of {period} has not come; it is looked for at {where}." + f" {more}".rstrip(),
        why="Linked without it, the month would look as if its people had no contact with this service.",
        fix=f"Ask the source for it and run again: the run goes on. What a month does without it is said by each_month"
        f" in sources/{source.id}.yaml: required, carry_forward or optional. Nothing was written.",
        code=AWAITING,
    )
