"""The release of one period that noise protects: through disclosure control, without tables that would tell of a few.

It is made again, without the tables that tell most, until somebody who weighs the noise of all tables and all earlier
releases is sure of no small count. The whole attack comes after it (:mod:`flows.releasing.safe_numbers`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from cohorts.between import relations_between
from cohorts.definition import load_definitions
from cohorts.measures.publish import OF_PEOPLE
from flows.releasing.board_ids import districts_of
from flows.releasing.worth_asking import Asked, release_with_questions
from flows.run import Run
from governance.disclosure import ALL, SafeMeasures, counted_together, release_measures, rule_of
from governance.disclosure.combinations import list_combinations
from governance.disclosure.few import TooFew
from governance.disclosure.gate import Published, Truth, read_releases
from governance.disclosure.gate.check import refuse_late, told_by_noise
from governance.disclosure.gate.clock import Clock
from governance.disclosure.gate.relations import Relation, districts_of_areas
from governance.disclosure.gate.told_spans import told_before
from governance.disclosure.protect import keys_of, rows_of
from governance.disclosure.spans import ToldMoves
from governance.disclosure.suppressed import Suppressed, to_suppress, without
from governance.settings import Policy, Project

TABLES = ("cohort_count", "cohort_interval", "measure_count", "area_count", "area_interval", "service_set_count")
"""Exact tables of the cohorts' package that a release is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What may be released, as far as noise goes."""

    released: SafeMeasures
    exact: pa.Table
    """Contract ``area_count``: every count of people behind ``released``. Never leaves the analysis zone."""
    asked: Asked
    """Proposals of the finder whose size may be told."""
    suppressed: frozenset[Suppressed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """What would be published, what was, and what an attacker is granted."""

    new: Published
    earlier: Sequence[Published]
    truth: Truth
    known: Sequence[Relation]


def withstanding_noise(run: Run, tables: Mapping[str, pa.Table], proposals: Asked) -> Release:
    """Release a period's counts, with every breakdown that tells of nobody.

    Args:
        run: Of which period.
        tables: Those of ``TABLES``.
        proposals: All that the finder would ask.

    Raises:
        PolicyRefusal: There is no end to what would have to be suppressed.
    """
    published = _published(tables, run.bundle.project, run.bundle.policy)
    past = list(read_releases(run.zone("public")))
    told = told_before(run.period, past)
    suppressed: frozenset[Suppressed] = frozenset()
    clock = Clock.started()
    while True:
        made = _made(run, published, proposals, suppressed, told)
        attack = attack_on(run, made.released, made.exact, past)
        refuse_late(clock)
        small = told_by_noise(attack.new, attack.earlier, attack.truth, run.bundle.policy, attack.known)
        more = to_suppress(*small, suppressed)
        if not more:  # nothing is told, or nothing can be suppressed for it, which the gate refuses
            return made
        suppressed |= more


def attack_on(run: Run, released: SafeMeasures, exact: pa.Table, past: Iterable[Published]) -> Attack:
    """What the gate is asked about a release.

    Args:
        run: Of which period.
        released: What would be published.
        exact: Contract ``area_count``: the counts behind it.
        past: All that was published.
    """
    new = Published.of(released, run.period)
    return Attack(
        new=new,
        # The same numbers again tell nothing; a period that comes out otherwise than it did is an earlier release, too.
        earlier=[each for each in past if not each.has_numbers_of(new)],
        truth=Truth.of(exact, released.frame.rule),
        known=_granted(run, exact),
    )


def _made(
    run: Run,
    published: Sequence[pa.Table],
    proposals: Asked,
    suppressed: frozenset[Suppressed],
    told: ToldMoves,
) -> Release:
    project, policy = run.bundle.project, run.bundle.policy
    counts, intervals, measures, areas, area_intervals, combinations = (
        without(table, suppressed) for table in published
    )
    counts = pa.concat_tables([counts, list_combinations(combinations, policy, project.disclosure)])

    def released_with(more: pa.Table) -> SafeMeasures:
        return release_measures(
            pa.concat_tables([counts, without(_published_part(more, project), suppressed)]),
            measures,
            policy,
            project.disclosure,
            of_people=OF_PEOPLE,
            intervals=intervals,
            areas=areas,
            area_intervals=area_intervals,
            districts=districts_of(project.report.boards),
            told=told,
        )

    released, asked = release_with_questions(proposals, released_with)
    exact = pa.concat_tables([counts, without(asked.counts, suppressed)])
    exact = counted_together(exact, measures, released, of_people=OF_PEOPLE, areas=areas)
    return Release(released=released, exact=exact, asked=asked, suppressed=suppressed)


def _granted(run: Run, exact: pa.Table) -> list[Relation]:
    """What the config says of counts, where it is true: members of one cohort in another, districts of a board."""
    keys = keys_of(exact)
    people = dict(zip(keys, exact["people"].to_pylist(), strict=True))
    districts = districts_of(run.bundle.project.report.boards)
    suggested = [*relations_between(load_definitions(run.bundle), keys), *districts_of_areas(districts, keys)]
    return [each for each in suggested if each.holds(people)]


def _published(tables: Mapping[str, pa.Table], project: Project, policy: Policy) -> list[pa.Table]:
    """What the project publishes of ``TABLES``, in their order; whoever is too few is not broken down."""
    parts = [_published_part(tables[name], project) for name in TABLES]
    counts, _, measures, *_ = parts
    few = TooFew.of(counts, measures, rule_of(project.disclosure, policy), OF_PEOPLE)
    return [few.without_groups(part) for part in parts]


def _published_part(table: pa.Table, project: Project) -> pa.Table:
    """Without the breakdowns that the project leaves out, here or everywhere."""
    here = {"everywhere", "areas"} if "area" in table.column_names else {"everywhere"}
    left_out = {(each.cohort, each.dimension) for each in project.report.leave_out if each.where in here}
    # In areas a cohort without a total has no breakdown either: its parts would give the total.
    gone = {cohort for cohort, dimension in left_out if dimension == ALL} if "areas" in here else set()
    return rows_of(table, lambda cohort, _measure, by: (cohort, by) not in left_out and cohort not in gone)
