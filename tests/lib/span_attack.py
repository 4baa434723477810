"""An attacker of spans who adds up, and knows which counts lie inside which."""

from hypothesis import strategies as st

from governance.disclosure import Status
from governance.disclosure.gate import Published
from governance.disclosure.gate.published import Ends
from governance.disclosure.gate.told_spans import adding_up
from governance.disclosure.span_overlaps import covers_of, nested_of
from governance.settings import Policy

BASE = Policy().round_to_people


def shares_of(kinds):
    """Of each kind of people, the share that leaves and the share that comes."""
    return st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=len(kinds), max_size=len(kinds))


def moves(people, shares):
    """So many of each kind leave, and so many come."""
    pairs = list(zip(people.items(), shares, strict=True))
    return tuple({kind: round(share[side] * n) for (kind, n), share in pairs} for side in (0, 1))


def refused(frame, found):
    """Counts for whose spans the gate would refuse a release."""
    spans = {key: Ends(span.low, span.high) for key, span in found.items()}
    new = Published(period="2026-03", rule=frame.rule, cells=frame.cells, versions=frame.versions, spans=spans)
    return adding_up(new, BASE)


def lost(frame, found, key):
    """The fewest and the most people who leave a count, as far as its cell and span say."""
    cell, span = frame.cells[key], found.get(key)
    if span is None:
        return 0, float("inf") if cell.people is None else 0
    floor = cell.people - cell.give
    return max(0, floor - span.low - BASE + 1), floor - span.low if span.low else float("inf")


def gained(frame, found, key):
    """The fewest and the most people who come into a count."""
    cell, span = frame.cells[key], found.get(key)
    if span is None:
        return 0, float("inf") if cell.people is None else 0
    ceiling = cell.people + cell.give
    return max(0, span.high - BASE + 1 - ceiling), span.high - ceiling


def learnt(frame, found, sums=()):
    """By whole: people that spans show to be in the parts that are hidden, beyond those that the counts show.

    Whoever leaves the whole leaves a part. Whoever comes into a part of a sum comes from outside the whole, or from
    another part: what the larger of two counts has beside the smaller is such a part.

    Args:
        frame: The released counts.
        found: Their spans.
        sums: Wholes with parts that everybody is in once, beside services and counts inside others.
    """
    told = {}
    seen = {key: cell.people or 0 for key, cell in frame.cells.items()}
    nested = nested_of(seen, frame.rule.give)
    covers = [each for each in covers_of(seen) if all(key in frame.cells for key in each.cells)]
    for each in (*covers, *nested, *sums):
        shown = [key for key in each.parts if key in frame.cells and frame.cells[key].status is Status.SHOWN]
        if frame.cells[each.total].status is Status.HIDDEN or len(shown) == len(each.parts):
            continue
        if not any(frame.cells[key].people for key in shown):
            continue  # whoever leaves the whole leaves a hidden part, which the counts say is all of it
        leaving = lost(frame, found, each.total)[0] - sum(lost(frame, found, key)[1] for key in shown)
        bounds = frame.rule.bounds
        known = bounds(frame.cells[each.total])[0] - sum(bounds(frame.cells[key])[1] for key in shown)
        coming = [
            gained(frame, found, key)[0]
            - gained(frame, found, each.total)[1]
            - sum(lost(frame, found, other)[1] for other in shown if other != key)
            for key in shown
        ]
        from_beside = 0 if each in covers else max(coming)
        told[each.total, each.parts] = max(leaving, from_beside) - max(1, known)
    return told
