"""What spans that add up give away of a hidden count, and how much wider they must be to say nothing.

Whoever leaves a group when records are joined otherwise was in it. If the whole may lose twenty people, and the groups
that are shown eight between them, the hidden group has twelve at least. So where a part of a sum is hidden, the spans
of the others must be able to account for what the whole loses, and that of the whole for what a part gains, up to the
number of people a reader of the counts knows to be hidden anyway. Where they cannot, the span of the largest shown
part or of the whole is widened: a wider span is as true as a narrow one.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import NamedTuple, Protocol

from governance.disclosure.protect import CellKey, Sum
from governance.disclosure.rounding import CountRule, SafeCell, Status


class Limits(Protocol):
    """Two ends of a span."""

    @property
    def low(self) -> int: ...  # noqa: D102

    @property
    def high(self) -> int: ...  # noqa: D102


class Moves(NamedTuple):
    """How many people draws may take off a count and add to it, as its span tells."""

    lost: int = 0
    gained: int = 0

    @classmethod
    def told_by(cls, cell: SafeCell, span: Limits) -> "Moves":
        """From a shown count and its span; of one that begins with nobody, the fewest that it may tell."""
        people = cell.people or 0
        return cls(max(0, people - cell.give - span.low), max(0, span.high - people - cell.give))

    def with_also(self, other: "Moves") -> "Moves":
        """The larger of both, each way."""
        return Moves(max(self.lost, other.lost), max(self.gained, other.gained))

    def without_rounding(self, base: int) -> "Moves":
        """What is left of both without the people that rounding outwards to a base may have added.

        Where shown counts are no multiples of the base, such as midpoints, it adds another few each month; held as
        told, they would be added to what they had been added to, and a span would grow for as long as it is told.
        """
        return Moves(self.lost // base * base, self.gained // base * base)


@dataclass(frozen=True, slots=True)
class Reach:
    """A span as a reader of it and of the released count takes it apart. Unit: people."""

    low: int
    high: int
    floor: int
    """The released count less what the rule may have added: from here draws take people off."""
    ceiling: int
    """The released count and what the rule may have taken off."""
    base: int

    @property
    def fewest_lost(self) -> int:
        """What draws must at least take off, for the span to begin so low."""
        return max(0, self.floor - self.low - self.base + 1)

    @property
    def most_lost(self) -> float:
        """What they may take off at most; of a span that begins with nobody that is not told."""
        return self.floor - self.low if self.low else inf

    @property
    def fewest_gained(self) -> int:
        """What they must at least add, for the span to end so high."""
        return max(0, self.high - self.base + 1 - self.ceiling)

    @property
    def most_gained(self) -> int:
        """What they may add at most."""
        return self.high - self.ceiling

    def losing(self, people: float) -> "Reach":
        """Wide enough for a loss of so many."""
        return replace(self, low=min(self.low, max(0, int(self.floor - people) // self.base * self.base)))

    def gaining(self, people: int) -> "Reach":
        """Wide enough for so many more."""
        return replace(self, high=max(self.high, -(-(self.ceiling + people) // self.base) * self.base))


_UNTOLD = Reach(0, 0, 0, 0, 1)


def reach(cell: SafeCell, fewer: int, more: int, base: int, told: Moves = Moves()) -> Reach:  # noqa: B008 - a tuple
    """How far draws move a shown count.

    Args:
        cell: The released count.
        fewer: How many people draws take off the exact one.
        more: How many they add.
        base: Limits are multiples of it.
        told: What spans of the same count told before: no later one tells of less, but for what rounding adds.
    """
    people, before = cell.people or 0, told.without_rounding(base)
    narrow = Reach(people, people, people - cell.give, people + cell.give, base)
    return narrow.losing(max(fewer, before.lost)).gaining(max(more, before.gained))


def kept_quiet(
    reaches: Mapping[CellKey, Reach],
    cells: Mapping[CellKey, SafeCell],
    sums: Collection[Sum],
    rule: CountRule,
    covers: Sequence[Sum] = (),
) -> dict[CellKey, Reach]:
    """Widen until no sum tells more of a hidden part than the counts themselves do.

    Args:
        reaches: Of the shown counts.
        cells: Released counts.
        sums: Which counts a reader can add up.
        rule: How they were released.
        covers: Wholes everybody of whom is in some part, in several perhaps: what the whole loses, some part loses, but
            what a part gains it need not take from any other.

    Returns:
        Of the same counts, none narrower. Ends, for a widened loss only passes from wholes to parts, a gain from parts
        to wholes.
    """
    found = dict(reaches)
    telling = [each for each in (*sums, *covers) if each.total in found and any(_hidden(cells, k) for k in each.parts)]
    known = {each: _known_hidden(each, cells, rule) for each in telling}
    apart = set(sums)
    again = True
    while again:
        wider = {
            key: new for each in telling for key, new in _wider(each, found, cells, known[each], gains=each in apart)
        }
        again = any(found[key] != new for key, new in wider.items())
        found |= wider
    return found


def _wider(
    each: Sum, reaches: Mapping[CellKey, Reach], cells: Mapping[CellKey, SafeCell], known: float, *, gains: bool
) -> Iterator[tuple[CellKey, Reach]]:
    """What one sum asks for: wider spans of its largest shown part and of its whole."""
    whole = reaches[each.total]
    shown = {key: reaches.get(key, _UNTOLD) for key in each.parts if not _hidden(cells, key) and cells[key].people}
    if not shown:
        return  # the hidden parts are the whole, of which a reader knows how many it has
    more = whole.fewest_lost - sum(part.most_lost for part in shown.values()) - known
    if more > 0:
        largest = max(shown, key=lambda key: (cells[key].people or 0, key))
        yield largest, shown[largest].losing(shown[largest].most_lost + more)
    if not gains:
        return
    told = max(part.fewest_gained - _lost_by_others(shown, key) for key, part in shown.items()) - known
    if told > whole.most_gained:
        yield each.total, whole.gaining(int(told))


def _lost_by_others(shown: Mapping[CellKey, Reach], key: CellKey) -> float:
    return sum(part.most_lost for other, part in shown.items() if other != key)


def _known_hidden(each: Sum, cells: Mapping[CellKey, SafeCell], rule: CountRule) -> int:
    """How many people the hidden parts have at least, as the released counts tell."""
    shown = [rule.bounds(cells[key])[1] for key in each.parts if not _hidden(cells, key)]
    return max(1, rule.bounds(cells[each.total])[0] - sum(shown))


def _hidden(cells: Mapping[CellKey, SafeCell], key: CellKey) -> bool:
    return cells[key].status is Status.HIDDEN
