"""Attacks on linkage spans: those of one release that add up, and those of many months.

What spans told before matters, for a later one that is narrower would be another look at the same hidden people.

One month's spans leave every hidden count what the released counts leave it (:mod:`governance.disclosure.span_sums`),
but some are likelier beside a small one than beside a large one, so whoever puts many months together grows sure. What
has been told once and stays told is no second look: within two years no span tells of less doubt than one of the same
count before it (decision 118).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from governance.disclosure.gate.published import Published
from governance.disclosure.protect import CellKey, Sum, sums_that_may_hold
from governance.disclosure.rounding import HIDDEN, SafeCell
from governance.disclosure.span_overlaps import covers_of, nested_of
from governance.disclosure.span_sums import Moves, Reach, kept_quiet

SPELL_YEARS = 2
"""Spells begin every other January: doubt that has gone for good is not told for ever."""


def told_before(period: str, earlier: Sequence[Published]) -> dict[tuple[CellKey, str], Moves]:
    """What spans of the same spell told, up to and with this period: by count and version of its definition.

    Later periods are left out, or an older report that is made again of the same would not be the same.
    """
    found: dict[tuple[CellKey, str], Moves] = {}
    for each in earlier:
        if each.period <= period and _spell(each.period) == _spell(period):
            for key, span in each.spans.items():
                at = key, each.versions.get(key.cohort, "")
                found[at] = found.get(at, Moves()).with_also(Moves.told_by(each.cells[key], span))
    return found


def narrower(new: Published, earlier: Sequence[Published], base: int) -> Iterator[CellKey]:
    """Counts whose span tells of less doubt than it did, by more than rounding to the base can do."""
    told = told_before(new.period, earlier)
    for key, span in new.spans.items():
        now = Moves.told_by(new.cells[key], span).without_rounding(base)
        then = told.get((key, new.versions.get(key.cohort, "")), Moves()).without_rounding(base)
        # A span that begins with nobody holds any loss.
        if (now.lost < then.lost and span.low) or now.gained < then.gained:
            yield key


def adding_up(new: Published, base: int) -> set[CellKey]:
    """Counts whose spans, with those of counts that they add up with or lie in, tell of a hidden one.

    Asked of nothing but what is published, so that a release in which spans were not widened is found.

    Args:
        new: What would be published.
        base: Ends of spans are multiples of it.
    """
    rule, spans = new.rule, new.spans
    if not spans:
        return set()
    reaches = {
        key: Reach(span.low, span.high, cell.people - cell.give, cell.people + cell.give, base)
        for key, span in spans.items()
        if (cell := new.cells[key]).people
    }
    nested = nested_of({key: cell.people or 0 for key, cell in new.cells.items()}, rule.give)
    cells = {**new.cells, **{key: HIDDEN for each in nested for key in each.parts if key not in new.cells}}
    covers = [each for each in covers_of(new.cells) if all(key in cells for key in each.cells)]
    sums = [*sums_that_may_hold(new.cells, rule), *nested]
    # Of a shown part without a span a reader does not know what it loses, so the rest cannot be told from it.
    told, covered = ([each for each in some if _all_told(each, cells, spans)] for some in (sums, covers))
    wide = kept_quiet(reaches, cells, told, rule, covered)
    return {key for key, one in reaches.items() if wide[key] != one}


def _all_told(each: Sum, cells: Mapping[CellKey, SafeCell], spans: Collection[CellKey]) -> bool:
    return all(key in spans or not cells[key].people for key in each.cells)


def _spell(period: str) -> int:
    return int(period[:4]) // SPELL_YEARS
