"""Retention clocks: what is here, until when it may be, and what is due for destruction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from governance.intake.period import as_of_date
from governance.policy.disk import Held
from governance.policy.wording import plus_months
from governance.settings import Bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One dataset of one period, and its day."""

    held: Held
    months: int
    """Kept for so many months after the end of the period."""
    destroy_by: date
    due: bool

    @property
    def name(self) -> str:
        """In words: ``extracts of 2025-09``; a source's own zone with the source."""
        source = self.held.where.split("/")[2] if self.held.dataset == "source_zone" else ""
        return f"{self.held.dataset.replace('_', ' ')} of {self.held.period}" + (f" ({source})" if source else "")


def clocks(bundle: Bundle, held: Iterable[Held], as_of: date) -> list[Clock]:
    """A clock for everything that is here, the most urgent first.

    Args:
        bundle: Its retention by dataset; where none is given, the project's own months hold.
        held: What is here.
        as_of: Today. Something is due from the day by which it has to be gone.
    """
    given = bundle.project.governance.retention
    found = []
    for one in held:
        months = given.datasets.get(one.dataset, bundle.project.retention_months) if given else None
        kept = months if months is not None else bundle.project.retention_months
        last = plus_months(as_of_date(one.period), kept)
        found.append(Clock(held=one, months=kept, destroy_by=last, due=last <= as_of))
    return sorted(found, key=lambda clock: (clock.destroy_by, clock.held.where))
