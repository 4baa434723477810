"""What linkage spans told before: a later one that is narrower would be another look at the same hidden people.

One month's spans leave every hidden count what the released counts leave it (:mod:`governance.disclosure.span_sums`),
but some are likelier beside a small one than beside a large one, so whoever puts many months together grows sure. What
has been told once and stays told is no second look: within two years no span tells of less doubt than one of the same
count before it (decision 118).
"""

from collections.abc import Iterator, Sequence

from governance.disclosure.gate.published import Published
from governance.disclosure.protect import CellKey
from governance.disclosure.span_sums import Moves

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


def _spell(period: str) -> int:
    return int(period[:4]) // SPELL_YEARS
