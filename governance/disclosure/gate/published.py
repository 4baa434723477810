"""One release as a reader sees it: symbols and numbers, the rule, and which tables are about the same thing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from governance.disclosure.measures import SafeMeasures
from governance.disclosure.protect import CellKey
from governance.disclosure.rounding import CountRule, SafeCell, Status


class Ends(NamedTuple):
    """Where a count lies if records are joined otherwise."""

    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A release: made, or about to be made."""

    period: str
    rule: CountRule
    cells: Mapping[CellKey, SafeCell]
    versions: Mapping[str, str]
    """Definition version by cohort: numbers of two versions are not of the same people."""
    spans: Mapping[CellKey, Ends] = field(default_factory=dict)

    @classmethod
    def of(cls, released: SafeMeasures, period: str) -> "Published":
        """What a release would publish."""
        frame = released.frame
        spans = dict(frame.spans)
        for area, of_area in released.areas.items():
            spans |= {key._replace(area=area): span for key, span in of_area.spans.items()}
        return cls(
            period=period,
            rule=frame.rule,
            cells=released.everything,
            versions=frame.versions,
            spans={key: Ends(span.low, span.high) for key, span in spans.items()},
        )

    def has_numbers_of(self, other: "Published") -> bool:
        """Whether both are one month's same counts, whatever is said of links beside them."""
        return replace(self, spans={}) == replace(other, spans={})

    @property
    def hidden(self) -> tuple[CellKey, ...]:
        """Cells that show nothing but that they are hidden."""
        return tuple(key for key, cell in self.cells.items() if cell.status is Status.HIDDEN)
