"""Which extract a source's records of one period are from, and how that is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from governance.english import month
from governance.intake.chosen import Arrived
from governance.intake.period import as_of_date
from governance.settings import Source


@dataclass(frozen=True, slots=True)
class Extract:
    """One source's extract, as its package says."""

    how: str
    """``delivered``, ``carried_forward`` or ``absent``."""
    period: str
    """The month of the extract, ``YYYY-MM``; empty if there is none."""

    @property
    def is_carried(self) -> bool:
        """Whether an earlier month's extract stands in for this month's."""
        return self.how == Arrived.CARRIED

    @property
    def end(self) -> date | None:
        """The first day that is not in it; None if there is none."""
        return as_of_date(self.period) if self.period else None

    def as_dict(self) -> dict[str, str]:
        """For a manifest."""
        return {"how": self.how, "period": self.period}


NO_EXTRACT = Extract(Arrived.ABSENT.value, "")
"""Of a source that a month went on without."""


def told(extract: Extract) -> str:
    """Its month, and whether it was carried forward; or that none came."""
    if not extract.period:
        return "none came"
    return f"{month(extract.period)}, carried forward" if extract.is_carried else month(extract.period)


def late(title: str, extract: Extract, period: str) -> str:
    """A sentence on an extract that is not the period's own; empty if it is."""
    if not extract.period:
        return f"{title}: no extract came for {month(period)}. What it would have shown is not known."
    if not extract.is_carried:
        return ""
    then = month(extract.period)
    return f"{title}: no extract came for {month(period)}. That of {then} was used; what came after it is not known."


def extract_caveats(sources: Sequence[Source], extracts: Mapping[str, Extract], period: str) -> list[str]:
    """A sentence for every source whose extract is not the period's own."""
    found = (late(source.title, extracts[source.id], period) for source in sources if source.id in extracts)
    return [sentence for sentence in found if sentence]
