"""The verdict: what an attacker finds in a release and those before it, and which tables give it away."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from time import monotonic

from governance.disclosure.gate.clock import WAIT_SECONDS, WORK_SECONDS, Clock, TimeUp
from governance.disclosure.gate.history import scenarios
from governance.disclosure.gate.likely import certainty, gained, same_people, variance_alone
from governance.disclosure.gate.published import Published
from governance.disclosure.gate.relations import Relation, equation
from governance.disclosure.gate.system import ANY_NUMBER, Contradiction, Interval, System, narrow_cells
from governance.disclosure.gate.told_spans import adding_up, narrower
from governance.disclosure.gate.truth import Truth
from governance.disclosure.protect import ALL, MIN_POSSIBLE_VALUES, WHOLE, CellKey
from governance.english import joined
from governance.errors import Fault, InternalError, PolicyRefusal
from governance.settings import Policy

_TOLD, _FIRST = 12, 3
"""Ways and tables that a refusal names: nobody reads a hundred."""

_SAME = "cells that hold the same people"
_ADDING_UP = "linkage intervals that add up"
_NARROWER = "a linkage interval that is narrower than it was"


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """A hidden count that does not stay hidden. No number of people stands here."""

    cell: CellKey
    how: str
    tables: tuple[str, ...]
    """What gives it away, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """What was attacked, and what fell."""

    attacked: int
    """Hidden cells."""
    releases: int
    """This one and those before it."""
    scenarios: int
    """Stories of who joined, moved or left between two releases that were tried."""
    seconds: float
    leaks: tuple[Leak, ...]
    unfinished: str = ""
    """Why the attack was not carried through; empty if it was. What was not tried is not known to be safe."""


def check_release(
    new: Published,
    earlier: Sequence[Published],
    truth: Truth,
    policy: Policy,
    *,
    work_seconds: float = WORK_SECONDS,
    wait_seconds: float = WAIT_SECONDS,
    known: Sequence[Relation] = (),
) -> GateResult:
    """Attack a release before it is published.

    Args:
        new: What would be published.
        earlier: What was published before, oldest first.
        truth: What the strongest attacker guesses rightly.
        policy: The bound on how sure anyone may be of a small count.
        work_seconds: Of a processor. After this the attack counts as not withstood.
        wait_seconds: The same by the clock on the wall.
        known: Further relations, such as cohorts that are unions or differences of others.

    Raises:
        InternalError: No counts fit what would be published, so the rule is not what was applied.
    """
    started, clock = monotonic(), Clock.started(work_seconds, wait_seconds)
    targets = sensitive(new)
    tried, unfinished = 0, ""
    leaks: list[Leak] = []
    try:
        leaks += _everybody(new, truth)
        leaks += _within_release(new, truth, known, targets, clock)
        leaks += _likely(new, earlier, truth, known, targets, policy)
        leaks += _told_by_spans(new, earlier, truth, policy)
        for scenario in scenarios(new, earlier, [*truth.relations, *known], set(targets)):
            tried += 1
            clock.left()
            leaks += [Leak(cell, scenario.says, ties(cell, scenario.relations)) for cell in scenario.falls()]
        clock.left()  # a solver may not have heeded its limit
    except TimeUp as over:
        unfinished = str(over)
    return GateResult(
        attacked=len(targets),
        releases=1 + len(earlier),
        scenarios=tried,
        seconds=monotonic() - started,
        leaks=tuple(sorted(set(leaks))),
        unfinished=unfinished,
    )


def _told_by_spans(new: Published, earlier: Sequence[Published], truth: Truth, policy: Policy) -> Iterator[Leak]:
    """What linkage intervals give away that are narrower than before, or that add up."""
    for cell in narrower(new, earlier, policy.round_to_people):
        yield Leak(cell, _NARROWER, ties(cell, truth.relations))
    for cell in adding_up(new, policy.round_to_people):
        yield Leak(cell, _ADDING_UP, ties(cell, truth.relations))


def told_by_noise(
    new: Published, earlier: Sequence[Published], truth: Truth, policy: Policy, known: Sequence[Relation] = ()
) -> tuple[list[Leak], set[CellKey]]:
    """Small counts of which noise leaves somebody too sure: the part of the attack that needs no solver.

    Returns:
        These, and the cells that stand in a sum with a total among them.
    """
    leaks = list(_likely(new, earlier, truth, known, sensitive(new), policy))
    totals = {leak.cell for leak in leaks if leak.cell.dimension == ALL}
    return leaks, in_sums_with(totals, [*truth.relations, *known])


def in_sums_with(totals: Set[CellKey], relations: Sequence[Relation]) -> set[CellKey]:
    """All cells of the sums that any of these stands in; what is only no more than one of them tells nothing of it."""
    sums = [{key for key, _ in each.terms} for each in relations if totals and each.is_sum]
    return {key for cells in sums if not totals.isdisjoint(cells) for key in cells}


def refuse_leaks(result: GateResult) -> None:
    """Nothing is published that gives a small count away, or of which that is not known.

    Raises:
        PolicyRefusal: With the tables that leak together, or why the attack did not end. No count, and no group of
            people, is named.
    """
    if not result.leaks:
        return _refuse_unfinished(result.unfinished)
    ways = Counter((leak.how, leak.tables) for leak in result.leaks)
    told = sorted(ways, key=lambda way: (-ways[way], way))
    raise PolicyRefusal(
        f"The release would give small counts away, in {len(ways)} ways.",
        why="Whoever puts these tables together can tell how many people a hidden number stands for.",
        fix="Publish one of these tables fewer: list its cohort and dimension under report.leave_out in project.yaml."
        f"{_begin_with(result.leaks)} If disclosure there is not `cell_key`, that is the better cure. Nothing was"
        " published.",
        code="E-GATE",
        faults=[
            *(
                Fault(what=f"{how}: {', and '.join(tables) or 'no table in particular'}")
                for how, tables in told[:_TOLD]
            ),
            *([Fault(what=f"and in {len(told) - _TOLD} more ways")] if len(told) > _TOLD else []),
        ],
    )


def _begin_with(leaks: Sequence[Leak]) -> str:
    """Where most small counts would be told of: a hint for whoever has to choose."""
    broken_down = Counter((leak.cell.cohort, leak.cell.dimension) for leak in leaks if leak.cell.dimension != ALL)
    most = [
        f"{{cohort: {cohort}, dimension: {dimension}}}" for (cohort, dimension), _ in broken_down.most_common(_FIRST)
    ]
    return f" Begin with {joined(most)}, which would tell of most." if most else ""


def refuse_late(clock: Clock) -> None:
    """Nothing is published of which there was no time to say what it gives away.

    Raises:
        PolicyRefusal: The time is up.
    """
    try:
        clock.left()
    except TimeUp as over:
        _refuse_unfinished(str(over))


def _refuse_unfinished(unfinished: str) -> None:
    if not unfinished:
        return
    raise PolicyRefusal(
        f"The attack on the release was not carried through: it {unfinished}.",
        why="Only what withstood the whole attack is published: nobody knows what these tables give away.",
        fix="If it did not end by the clock, try again when the computer has less else to do. Otherwise publish fewer"
        " tables: list cohorts and dimensions under report.leave_out in project.yaml, pairs of services first. Nothing"
        " was published.",
        code="E-GATE-UNFINISHED",
    )


def sensitive(published: Published) -> tuple[CellKey, ...]:
    """Cells that stand for a small count: hidden, or shown as one number for all small ones."""
    return tuple(key for key, cell in published.cells.items() if cell.people is None or _small(published, key))


def ties(cell: CellKey, relations: Sequence[Relation]) -> tuple[str, ...]:
    """In words, which tables a cell is tied into."""
    return tuple(sorted({each.says for each in relations if any(key == cell for key, _ in each.terms)}))


def _small(published: Published, key: CellKey) -> bool:
    low, high = published.rule.bounds(published.cells[key])
    return low > 0 and high < 2 * MIN_POSSIBLE_VALUES


def _everybody(new: Published, truth: Truth) -> Iterator[Leak]:
    """Groups that are shown and of which all meet a definition: that tells of each of them, however many they are."""
    for key, cell in new.cells.items():
        if key.measure == "met" and cell.people:
            whole = key._replace(measure=WHOLE)
            if truth.twin.get(key, key) == truth.twin.get(whole, whole):
                yield Leak(key, "everybody in a group meets the definition", ties(key, truth.relations))


def _within_release(
    new: Published, truth: Truth, known: Sequence[Relation], targets: Sequence[CellKey], clock: Clock
) -> Iterator[Leak]:
    relations = [*truth.relations, *known, *_twins(truth)]
    system = System(bounds_of(new, truth), relations)
    own = [key for key in targets if truth.twin.get(key, key) == key and not _for_others(new, truth, key)]
    try:
        found = narrow_cells(system, own, clock)
    except Contradiction:
        raise misapplied() from None
    for cell in found:
        yield Leak(cell, "sums of one release", ties(cell, relations))


def bounds_of(published: Published, truth: Truth) -> dict[CellKey, Interval]:
    """What the rule says of each cell by itself; of one known to be hidden for others' sake it says nothing."""
    rule = published.rule
    return {
        key: (0, ANY_NUMBER) if _for_others(published, truth, key) else rule.bounds(cell)
        for key, cell in published.cells.items()
    }


def _for_others(published: Published, truth: Truth, key: CellKey) -> bool:
    """Whether a cell is hidden only because others beside it are small. Of a rule that hides nothing, none is."""
    return published.cells[key].people is None and key in truth.complementary


def _twins(truth: Truth) -> Iterator[Relation]:
    for key, first in truth.twin.items():
        if key != first:
            yield equation(key, [first], _SAME)


def _likely(
    new: Published,
    earlier: Sequence[Published],
    truth: Truth,
    known: Sequence[Relation],
    targets: Sequence[CellKey],
    policy: Policy,
) -> Iterator[Leak]:
    """Hidden counts of which somebody could be too sure, from all releases in which they may have been the same."""
    precision: dict[CellKey, float] = {}
    relations = [*truth.relations, *known]
    told = gained(new, relations, truth.twin)
    for key in targets:
        precision[key] = 1 / variance_alone(new, key) + told.get(truth.twin.get(key, key), 0.0)
    for key, more in _from_before(new, earlier, relations).items():
        if key in precision:
            precision[key] += more
    for key, sure in precision.items():
        if not _for_others(new, truth, key) and certainty(sure) > policy.max_small_probability:
            how = "noise averaged over sums and releases" if earlier else "noise averaged over sums"
            yield Leak(key, how, ties(key, relations))


def _from_before(
    new: Published, earlier: Sequence[Published], relations: Sequence[Relation]
) -> Mapping[CellKey, float]:
    """Precision that earlier releases add: only where the numbers beside a cell have changed is their noise new."""
    found: dict[CellKey, float] = {}
    later = new
    for before in reversed(earlier):
        same = {key for key in before.cells if new.versions.get(key.cohort) == before.versions.get(key.cohort)}
        both = [each for each in relations if each.is_sum and all(key in same for key, _ in each.terms)]
        fresh = [each for each in both if _changed(each, before, later)]
        twin = same_people(before, both)
        more = gained(before, fresh, twin)
        for key in {key for each in fresh for key, _ in each.terms}:
            found[key] = found.get(key, 0.0) + more.get(twin.get(key, key), 0.0)
        later = before
    return found


def _changed(relation: Relation, before: Published, after: Published) -> bool:
    return any(before.cells[key] != after.cells.get(key) for key, _ in relation.terms)


def misapplied() -> InternalError:
    """The error where no counts fit what would be published."""
    return InternalError(
        "No counts of people fit what would be published.",
        why="Disclosure control did not apply the rule it names, so nobody can say what the numbers give away.",
        fix="Report this; nothing was published.",
        code="E-GATE-RULE",
    )
