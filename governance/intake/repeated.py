"""An extract that is byte for byte the one of an earlier month: last month's file under this month's name."""

from collections.abc import Mapping

from governance.errors import PolicyRefusal
from governance.intake.chosen import Arrived, Chosen
from governance.retention import months_between
from governance.settings import Source


def held_against_earlier(
    source: Source, period: str, digests: Mapping[str, str], read: Mapping[str, Mapping[str, str]]
) -> Chosen:
    """Whether what was delivered for a period is new.

    One file that stayed the same is nothing unusual; if all did, nothing in them is of this month.

    Args:
        source: Says what becomes of a month whose extract has not come.
        period: ``YYYY-MM``.
        digests: SHA-256 of what was delivered, by file id.
        read: The same of every month's own extracts, by month.

    Returns:
        This month's extract; or, where the source may be carried forward, the earlier month's whose copy it is.

    Raises:
        PolicyRefusal: It is a copy, and the source may not be carried forward, or not so far.
    """
    earlier = (month for month in sorted(read, reverse=True) if month < period and read[month] == dict(digests))
    month = next(earlier, "")
    if not month:
        return Chosen(Arrived.DELIVERED, period)
    if source.each_month == "carry_forward" and months_between(month, period) <= (source.carry_forward_months or 0):
        return Chosen(Arrived.CARRIED, month)
    raise PolicyRefusal(
        f"{source.id}: what lies there for {period} is byte for byte the extract of {month}.",
        why="Read as this month's, it would say that nothing has happened since, which nobody knows.",
        fix=f"Put the extract of {period} there. If none has come, take the copy away: each_month in"
        f" sources/{source.id}.yaml says what the month does without it. If the source confirms that nothing has"
        " changed, `carry_forward` there reads it as what it is. Nothing was written.",
        code="E-EXTRACT-REPEATED",
    )
