"""One release as a reader sees it: symbols and numbers, the rule, and which tables are about the same thing."""

from collections.abc import Mapping
from dataclasses import dataclass

from governance.disclosure.measures import SafeMeasures
from governance.disclosure.protect import CellKey
from governance.disclosure.rounding import CountRule, SafeCell, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A release: made, or about to be made."""

    period: str
    rule: CountRule
    cells: Mapping[CellKey, SafeCell]
    versions: Mapping[str, str]
    """Definition version by cohort: numbers of two versions are not of the same people."""

    @classmethod
    def of(cls, released: SafeMeasures, period: str) -> "Published":
        """What a release would publish."""
        frame = released.frame
        return cls(period=period, rule=frame.rule, cells=released.everything, versions=frame.versions)

    @property
    def hidden(self) -> tuple[CellKey, ...]:
        """Cells that show nothing but that they are hidden."""
        return tuple(key for key, cell in self.cells.items() if cell.status is Status.HIDDEN)
