"""The safe numbers of one period, worked out afresh from exact counts, and the attack on them.

Staging and publishing both start here: what is published is compared with what the numbers say at that moment.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pyarrow as pa

from cohorts.between import relations_between
from cohorts.board import read_boards
from cohorts.board.facts import board_facts
from cohorts.definition import load_definitions
from cohorts.measures.publish import OF_PEOPLE
from cohorts.report.board_facts import BoardFacts
from cohorts.report.facts import EarlierReport, SinceFacts
from flows.board_ids import districts_of, hold_to_their_areas
from flows.cohort_package import open_cohorts
from flows.earlier_reports import earlier_reports
from flows.run import Run
from flows.since import TABLE as CHANGE
from flows.since_words import last_report, since_last_report
from flows.suppressed_words import suppressed_words
from flows.voices import Told, voices_of
from flows.worth_asking import proposals_to_ask, release_with_questions
from governance.code_version import code_version
from governance.disclosure import ALL, SafeMeasures, counted_together, release_measures, rule_of
from governance.disclosure.combinations import list_combinations
from governance.disclosure.few import TooFew
from governance.disclosure.gate import GateResult, Published, Truth, check_apart, read_releases, refuse_leaks
from governance.disclosure.gate.check import refuse_late, told_by_noise
from governance.disclosure.gate.clock import Clock
from governance.disclosure.gate.relations import Relation, districts_of_areas
from governance.disclosure.protect import keys_of
from governance.disclosure.suppressed import Suppressed, to_suppress, without
from governance.ledger import Event
from governance.package import check_recorded, package_digest
from governance.release_notices import read_notices
from governance.settings import Policy, Project
from governance.store import current, read_manifest

_TABLES = ("cohort_count", "cohort_interval", "measure_count", "area_count", "area_interval", "service_set_count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What may be released of one period, and what it is made of."""

    released: SafeMeasures
    exact: pa.Table
    """Contract ``area_count``: every count of people behind ``released``. Never leaves the analysis zone."""
    cohorts: dict[str, Any]
    """The manifest of the cohorts' package, and the finder's ``questions`` that may be told."""
    index: dict[str, Any]
    """The manifest of the person index."""
    notices: tuple[str, ...]
    """What became of reports of this period and earlier ones, one sentence each."""
    since: SinceFacts | None
    """The last report's numbers, and why today's differ; None where there is no report to compare with."""
    told: Told
    """What people told us, as far as it may be printed today."""
    earlier: tuple[EarlierReport, ...]
    """What was published of earlier periods, oldest first."""
    board: BoardFacts
    """What the board decided, and how it weighs groups."""
    boards: Mapping[str, BoardFacts]
    """The same of each board of an area."""
    made_of: dict[str, str]
    """Digests of everything that decides what is released, by name: the same digests, the same bytes."""
    suppressed: tuple[str, ...]
    """Breakdowns that would have told of small counts, one each, in words."""


def safe_numbers(run: Run) -> Numbers:
    """Open the period's counts and put them through disclosure control; what would tell of a few is suppressed.

    Raises:
        BadInput: An earlier step has not finished.
        PolicyRefusal: What it made is not what the ledger says, a board has other districts than it had, or there is no
            end to what would have to be suppressed.
    """
    hold_to_their_areas(run.zone("public"), run.bundle.project.report.boards)
    tables, cohorts = open_cohorts(run, (*_TABLES, CHANGE))
    suppressed: frozenset[Suppressed] = frozenset()
    clock = Clock.started()
    while True:
        numbers = _numbers(run, tables, cohorts, suppressed)
        new, earlier, truth, known = _attack_on(run, numbers)
        refuse_late(clock)
        more = to_suppress(*told_by_noise(new, earlier, truth, run.bundle.policy, known))
        if more <= suppressed:  # nothing is told, or nothing can be suppressed for it, which the gate refuses
            return numbers
        suppressed |= more


def _numbers(
    run: Run, tables: Mapping[str, pa.Table], cohorts: dict[str, Any], suppressed: frozenset[Suppressed]
) -> Numbers:
    project, policy = run.bundle.project, run.bundle.policy
    counts, intervals, measures, areas, area_intervals, combinations = (
        without(table, suppressed) for table in _published(tables, project, policy)
    )
    counts = pa.concat_tables([counts, list_combinations(combinations, policy, project.disclosure)])
    last = last_report(run)
    earlier, made_of_earlier = earlier_reports(run)

    def released_with(more: pa.Table) -> SafeMeasures:
        together, of = pa.concat_tables([counts, without(_published_part(more, project), suppressed)]), OF_PEOPLE
        return release_measures(
            together,
            measures,
            policy,
            project.disclosure,
            of_people=of,
            intervals=intervals,
            areas=areas,
            area_intervals=area_intervals,
            districts=districts_of(project.report.boards),
        )

    released, asked = release_with_questions(proposals_to_ask(run, cohorts["definitions"]), released_with)
    exact = pa.concat_tables([counts, without(asked.counts, suppressed)])
    index = run.zone("analysis", run.period, "index")
    check_recorded(index, run.published(Event.PERSON_INDEX_PUBLISHED))
    notices = tuple(one.sentence for one in read_notices(run.bundle, run.ring.infos()) if one.period <= run.period)
    told, counted = voices_of(run), [each["id"] for each in cohorts["definitions"]]
    decided = read_boards(run.root, counted, [each.id for each in project.report.boards])
    return Numbers(
        told=told,
        board=board_facts(decided.whole),
        boards={area: board_facts(each) for area, each in decided.areas.items()},
        notices=notices,
        earlier=earlier,
        since=since_last_report(run, tables[CHANGE], cohorts) if last else None,
        released=released,
        exact=counted_together(exact, measures, released, of_people=OF_PEOPLE, areas=areas),
        cohorts={**cohorts, "questions": asked.questions},
        index=read_manifest(current(index)),
        made_of={
            "cohorts": package_digest(run.zone("analysis", run.period, "cohorts")),
            **({"proposals": asked.package} if asked.package else {}),
            "person_index": package_digest(index),
            "config": run.bundle.digest,
            **last,
            **made_of_earlier,
            "notices": sha256(json.dumps(notices).encode()).hexdigest(),
            "voices": told.digest,
            "board": decided.sha256,
            "waivers": sha256(json.dumps(run.waivers).encode()).hexdigest(),
            "code": code_version(),
        },
        suppressed=tuple(sorted(suppressed_words(one, cohorts) for one in suppressed)),
    )


def attacked(run: Run, numbers: Numbers) -> GateResult:
    """The gate: nothing is published that gives a small count away, alone or with what was published before.

    Raises:
        PolicyRefusal: The attack succeeds, or does not end in time.
    """
    new, earlier, truth, known = _attack_on(run, numbers)
    result = check_apart(new, earlier, truth, run.bundle.policy, known=known)
    refuse_leaks(result)
    return result


def _attack_on(run: Run, numbers: Numbers) -> tuple[Published, list[Published], Truth, list[Relation]]:
    """What would be published, what was, and what an attacker is granted."""
    new, truth = Published.of(numbers.released, run.period), Truth.of(numbers.exact, numbers.released.frame.rule)
    # The same numbers again tell nothing; a period that comes out otherwise than it did is an earlier release, too.
    earlier = [each for each in read_releases(run.zone("public")) if each != new]
    return new, earlier, truth, _granted(run, numbers)


def _granted(run: Run, numbers: Numbers) -> list[Relation]:
    """What the config says of counts, where it is true: members of one cohort in another, districts of a board."""
    keys = keys_of(numbers.exact)
    people = dict(zip(keys, numbers.exact["people"].to_pylist(), strict=True))
    districts = districts_of(run.bundle.project.report.boards)
    suggested = [*relations_between(load_definitions(run.bundle), keys), *districts_of_areas(districts, keys)]
    return [each for each in suggested if each.holds(people)]


def _published(tables: Mapping[str, pa.Table], project: Project, policy: Policy) -> list[pa.Table]:
    """What the project publishes of ``_TABLES``, in their order; whoever is too few is not broken down."""
    parts = [_published_part(tables[name], project) for name in _TABLES]
    counts, _, measures, *_ = parts
    few = TooFew.of(counts, measures, rule_of(project.disclosure, policy), OF_PEOPLE)
    return [few.without_groups(part) for part in parts]


def _published_part(counts: pa.Table, project: Project) -> pa.Table:
    """Without the breakdowns that the project leaves out, here or everywhere."""
    here = {"everywhere", "areas"} if "area" in counts.column_names else {"everywhere"}
    left_out = {(each.cohort, each.dimension) for each in project.report.leave_out if each.where in here}
    # In areas a cohort without a total has no breakdown either: its parts would give the total.
    without = {cohort for cohort, dimension in left_out if dimension == ALL} if "areas" in here else set()
    pairs = zip(counts["cohort"].to_pylist(), counts["dimension"].to_pylist(), strict=True)
    kept = [pair not in left_out and pair[0] not in without for pair in pairs]
    return counts.filter(pa.array(kept, pa.bool_()))
