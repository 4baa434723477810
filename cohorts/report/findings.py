"""Sentences that say what the numbers show, and no more.

A difference is claimed only between groups whose intervals do not overlap. People are described by what they
need, never by what they cost, and no group of people is ranked.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations

from cohorts.report.charts import Bar, Dot
from cohorts.report.labels import NOT_RECORDED
from governance.disclosure import SafeCell, SafeRate, Status, clearly_higher, in_every

_ALIKE_TOLD = 2
"""So many rows that are largest together are named."""

ClearDifference = tuple[Dot, Dot]
"""The group with the higher rate, and the one with the lower."""


def clear_difference(dots: Sequence[Dot]) -> ClearDifference | None:
    """The two recorded groups that lie furthest apart, if any two intervals do not overlap."""
    recorded = [dot for dot in dots if dot.label.lower() != NOT_RECORDED]
    apart = [(one, other) for one, other in permutations(recorded, 2) if clearly_higher(one.rate, other.rate)]
    return max(apart, key=_gap, default=None)


def _gap(pair: ClearDifference) -> float:
    one, other = pair
    return (one.rate.low or 0) - (other.rate.high or 0)


def equity_finding(dots: Sequence[Dot]) -> str:
    """What a breakdown shows about differences between groups."""
    if is_not_known(dots):
        return "For no one is it recorded which of these groups they are in."
    shown = [dot for dot in dots if dot.rate.low is not None and dot.label.lower() != NOT_RECORDED]
    if len(shown) < 2:
        return "There are too few people to compare groups."
    return f"{_difference(dots)} {_not_recorded(dots, shown)}".rstrip()


def is_not_known(dots: Sequence[Dot]) -> bool:
    """Whether all there are stand in no recorded group."""
    return bool(dots) and all(dot.label.lower() == NOT_RECORDED for dot in dots)


def _difference(dots: Sequence[Dot]) -> str:
    if found := clear_difference(dots):
        high, low = found
        return (
            f"Clear difference: {high.rate.text} in every 1,000 people in the group {quoted(high.label)},"
            f" {low.rate.text} in the group {quoted(low.label)}."
        )
    return "No clear difference between groups: the intervals overlap."


def _not_recorded(dots: Sequence[Dot], recorded: Sequence[Dot]) -> str:
    """What to make of a rate that stands out among those of whom nobody knows which group they are in."""
    for dot in dots:
        if dot.label.lower() == NOT_RECORDED and any(clearly_higher(dot.rate, one.rate) for one in recorded):
            return (
                f"Where this was not recorded the rate is high, {dot.rate.text} in every 1,000. We cannot say which"
                " groups these people belong to."
            )
    return ""


def beside_its_groups(everyone: SafeRate, dots: Sequence[Dot]) -> str:
    """Why the rate of everyone is printed as higher or lower than that of every group beside it; empty where not.

    Nothing is said where a recorded group is hidden: its people may be why.
    """
    rates = {dot.label.lower(): dot.rate.per_1000 for dot in dots}
    unknown = rates.pop(NOT_RECORDED, None)
    shown = [round(rate, 1) for rate in (*rates.values(), unknown) if rate is not None]
    if everyone.per_1000 is None or None in rates.values() or len(rates) < 2:
        return ""
    whole = round(everyone.per_1000, 1)
    if min(shown) <= whole <= max(shown):
        return ""
    way = "lower" if whole < min(shown) else "higher"
    return f"The rate for everyone is {way} than that of each group: numbers are changed and rounded on their own."


def ladder_finding(rungs: Sequence[Bar], decides: str = "") -> str:
    """How far people got: where most of them were lost, and which steps no one reached.

    Args:
        rungs: Everyone in the group, then each step.
        decides: Label of the step that makes a need met: nobody in the group reached it, for then they would not be in
            it. That is no finding, and is told as what the group is.
    """
    # Of a group whose number is hidden, that no one reached a step would be a finding about each of a few people.
    told = list(_how_far(rungs, decides)) if rungs[0].cell.people is not None else []
    steps = [rung.label for rung in rungs[1:]]
    found = " ".join(told)
    if not found and steps != [decides]:  # a ladder of one step, which nobody in the group reached, loses no one on it
        found = "The numbers are too small to say where people are lost."
    if decides in steps:
        found += f" Whoever reached {quoted(decides)} in time is not counted in this group."
    return found.lstrip()


def _how_far(rungs: Sequence[Bar], decides: str) -> Iterator[str]:
    if drop := widest_drop(rungs):
        before, after = drop
        yield f"The largest fall is from {_reached(before)} to {_reached(after)}."
    if none := [quoted(rung.label) for rung in rungs[1:] if rung.cell.people == 0 and rung.label != decides]:
        yield f"No one in this group reached {' or '.join(none)}."


def _reached(rung: Bar) -> str:
    share = f", {rung.share.percent_text}" if rung.share else ""
    return f"{quoted(rung.label)} ({rung.cell.text}{share})"


def widest_drop(rungs: Sequence[Bar]) -> tuple[Bar, Bar] | None:
    """Neighbouring steps, both shown and reached, with the largest fall in released people between them.

    Steps that no one reached are left out: by definition no one whose need is unmet reached the step that counts.
    """
    reached = [rung for rung in rungs if rung.cell.people != 0]
    falls = [pair for pair in pairwise(reached) if _fall(*pair) > 0]
    return max(falls, key=lambda pair: _fall(*pair), default=None)


def _fall(before: Bar, after: Bar) -> int:
    if before.cell.people is None or after.cell.people is None:
        return 0
    return before.cell.people - after.cell.people


def unmet_sentence(unmet: SafeRate) -> str:
    """How many of those with the needs had no response in time, as a natural frequency.

    Released counts are rounded or perturbed, so a share of all or of none is nearly that.
    """
    if unmet.per_1000 is None:
        return ""
    ends = {0: "everyone or almost everyone got", 100: "no one or almost no one got"}
    got = ends.get(round(unmet.per_1000 / 10)) or f"{in_every(unmet, base=100)} did not get"
    return f"Of those with these needs whose records can tell us, {got} help in time."


def most_common(bars: Sequence[Bar]) -> Bar | None:
    """The one bar that is larger than all others, if there is one."""
    shown = sorted((bar for bar in bars if bar.cell.people), key=lambda bar: -(bar.cell.people or 0))
    if not shown or (len(shown) > 1 and shown[0].cell.people == shown[1].cell.people):
        return None
    return shown[0]


def overlap_finding(bars: Sequence[Bar], lead: str) -> str:
    """Which row is largest, after words such as ``Most people in this group were seen by``."""
    if top := most_common(bars):
        return f"{lead}: {top.label}, {top.text}."
    most = max((bar.cell.people or 0 for bar in bars), default=0)
    alike = [bar for bar in bars if most and bar.cell.people == most]
    if len(alike) == _ALIKE_TOLD:
        return f"Two are the largest: {' and '.join(quoted(bar.label) for bar in alike)}, {alike[0].text} each."
    return "None stands out."


def found_sentence(met: SafeCell, cannot_tell: SafeCell) -> str:
    """How many people were found, and for how many nobody can say."""
    told = [
        _told("We found", met, "in this group", hidden="How many people are in this group is hidden to protect them."),
        _told(
            "We cannot tell for",
            cannot_tell,
            "",
            hidden="How many people we cannot tell for is hidden to protect them.",
        ),
    ]
    return " ".join(sentence for sentence in told if sentence)


def _told(before: str, cell: SafeCell, after: str, *, hidden: str) -> str:
    """A hidden number may be large: it may stand hidden for another's sake."""
    if cell.people is None:
        return hidden if cell.status is Status.HIDDEN else ""
    if cell.people == 0 and not after:
        return "We can tell for everyone or almost everyone."  # numbers are rounded or perturbed
    people = f"about {cell.text} people" if cell.people else "no one"
    return f"{before} {people} {after}".strip() + "."


def cannot_tell_outweighs(met: SafeCell, cannot_tell: SafeCell) -> bool:
    """Whether the unknown is as large as what was found."""
    return bool(met.people and cannot_tell.people and cannot_tell.people >= met.people)


def likely(rate: SafeRate, interval: str) -> str:
    """An interval in words, and whether it leaves out doubt about links."""
    if rate.low is None or not interval:
        return ""
    return f"Likely between {interval.replace(' to ', ' and ')}{left_out(rate)}."


def left_out(rate: SafeRate) -> str:
    """What to say behind an interval that holds chance alone; nothing behind others."""
    return ", not counting mistakes in joining records" if rate.by_chance_alone else ""


def quoted(text: str) -> str:
    """Text between typographic quotation marks."""
    return f"\N{LEFT SINGLE QUOTATION MARK}{text}\N{RIGHT SINGLE QUOTATION MARK}"
