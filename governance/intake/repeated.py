"""An extract that says what that of an earlier month said: last month's file under this month's name, or saved anew."""

from collections.abc import Mapping
from dataclasses import dataclass

from governance.errors import PolicyRefusal
from governance.intake.chosen import Arrived, Chosen
from governance.retention import months_between
from governance.settings import Source


@dataclass(frozen=True, slots=True)
class Told:
    """What a file is told by."""

    sha256: str
    """Of its bytes."""
    content: str = ""
    """Of its rows as read: :mod:`governance.intake.content`. Empty where it was read before this was kept."""
    earlier: str = ""
    """The same under the key of the epoch before, of what is read now: an extract of then is told by that."""

    def is_as(self, other: "Told | None") -> bool:
        """Whether it is the same file as one that was read before, or says the same."""
        if other is None:
            return False
        says_the_same = other.content != "" and other.content in (self.content, self.earlier)
        return self.sha256 == other.sha256 or says_the_same


Files = Mapping[str, Told]
"""By file id."""


def held_against_earlier(source: Source, period: str, files: Files, read: Mapping[str, Files]) -> Chosen:
    """Whether what was delivered for a period is new.

    One file that stayed the same is told (:func:`repeated_files`); if all did, nothing in them is of this month.

    Args:
        source: Says what becomes of a month whose extract has not come.
        period: ``YYYY-MM``.
        files: What was delivered.
        read: Every month's own extracts, by month.

    Returns:
        This month's extract; or, where the source may be carried forward, the earlier month's whose copy it is.

    Raises:
        PolicyRefusal: It is a copy, and the source may not be carried forward, or not so far.
    """
    earlier = (month for month in _before(period, read) if _all_the_same(files, read[month]))
    month = next(earlier, "")
    if not month:
        return Chosen(Arrived.DELIVERED, period)
    if source.each_month == "carry_forward" and months_between(month, period) <= (source.carry_forward_months or 0):
        return Chosen(Arrived.CARRIED, month)
    raise PolicyRefusal(
        f"{source.id}: what lies there for {period} {_like(files, read[month])} the extract of {month}.",
        why="Read as this month's, it would say that nothing has happened since, which nobody knows.",
        fix=f"Put the extract of {period} there. If none has come, take the copy away: each_month in"
        f" sources/{source.id}.yaml says what the month does without it. If the source confirms that nothing has"
        " changed, `carry_forward` there reads it as what it is. Nothing was written.",
        code="E-EXTRACT-REPEATED",
    )


def repeated_files(
    source: Source, period: str, files: Files, read: Mapping[str, Files], rows: Mapping[str, int]
) -> dict[str, str]:
    """Files of events that are those of an earlier month, beside others that changed.

    A register of people may well stay the same for a month, and an empty file says each month that there was nothing.
    Events that stayed the same are either none of this month, or an export that somebody forgot.

    Args:
        source: The source.
        period: ``YYYY-MM``.
        files: What was delivered.
        read: Every month's own extracts, by month.
        rows: Rows delivered, by file id.

    Returns:
        The newest month of which each is a copy, by file id.
    """
    found: dict[str, str] = {}
    for file in (file.id for file in source.files if file.grain != "people" and rows[file.id]):
        months = (month for month in _before(period, read) if files[file].is_as(read[month].get(file)))
        if month := next(months, ""):
            found[file] = month
    return found


def _before(period: str, read: Mapping[str, Files]) -> list[str]:
    return [month for month in sorted(read, reverse=True) if month < period]


def _all_the_same(files: Files, others: Files) -> bool:
    return files.keys() == others.keys() and all(one.is_as(others[file]) for file, one in files.items())


def _like(files: Files, others: Files) -> str:
    if all(one.sha256 == others[file].sha256 for file, one in files.items()):
        return "is byte for byte"
    return "says in every row, whatever its form and order, what was in"
