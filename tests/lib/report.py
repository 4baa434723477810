"""A made-up release for the board report: people drawn from a seeded generator, counted, never real.

The counts hang together as real ones do (groups add up to totals, the three answers to the population), so that
disclosure control has something to protect.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import combinations
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cohorts.report import BoardPage, ReportFacts, render_pages
from cohorts.report.board_facts import BoardFacts, CriterionFacts, DecisionFacts
from cohorts.report.facts import DefinitionFacts, DimensionFacts, Question, SinceFacts, SourceFacts
from cohorts.report.voice_facts import CommentFacts, VoiceFacts, VoicesFacts
from governance.contracts import AREA_COUNT, COHORT_COUNT, MEASURE_COUNT, check_table
from governance.disclosure import (
    ALL,
    SafeCause,
    SafeCell,
    SafeFrame,
    SafeMeasures,
    SafeSpan,
    Status,
    Way,
    Weight,
    release,
    release_linkage,
    release_measures,
)
from governance.disclosure.combinations import BETWEEN, NO_SERVICE, SERVICE_SET, list_combinations
from governance.disclosure.protect import keys_of
from governance.disclosure.rounding import HIDDEN
from governance.disclosure.waits import (
    APPOINTMENTS,
    BANDS,
    MISSED,
    MOST_DEPRIVED,
    OTHERS,
    PLACE,
    SEEN,
    UNSEEN,
    referred,
    waited,
)
from governance.settings import Policy
from governance.settings.project import NO_BOARD, Board

POLICY = Policy()
NOT_RECORDED = "not recorded"

SOURCES = (
    ("gp_register", "GP register", "Northmoor Primary Care", "nhs"),
    ("emergency_care", "Emergency care", "Northmoor Hospitals", "nhs"),
    ("mental_health", "Mental health services", "Northmoor Mental Health", "nhs"),
    ("adult_social_care", "Adult social care", "Northmoor Council", "council"),
    ("housing", "Housing and homelessness", "Northmoor Council", "council"),
    ("police", "Police notices", "Northmoor Police", "police"),
    ("drug_alcohol", "Drug and alcohol treatment", "Turning Tide", "nhs"),
    ("advice_service", "Advice service", "Northmoor Advice", "vcse"),
)

DIMENSIONS = {
    "deprivation_quintile": ("Deprivation (fifths of areas, 1 is the most deprived)", ("1", "2", "3", "4", "5")),
    "ethnic_group": ("Ethnic group", ("asian", "black", "mixed", "white", "other")),
    "age_band": ("Age", ("0-17", "18-34", "35-49", "50-64", "65-79", "80+")),
    "sex": ("Sex", ("female", "male")),
    "district": ("District", ("Aldermoor", "Brackwater", "Carrow Hill", "Dunsley")),
}


@dataclass(frozen=True)
class Invented:
    """What one cohort of the fixture looks like."""

    id: str
    title: str
    rate: float
    unknown: float
    deprived: float
    rungs: tuple[tuple[str, str, float], ...]
    seen: tuple[float, ...]


COHORTS = (
    Invented(
        "severe_multiple_disadvantage",
        "Several disadvantages at once",
        0.006,
        0.004,
        2.6,
        (
            ("referred", "Referred to someone", 0.78),
            ("assessed", "Assessed", 0.55),
            ("supported", "Got support", 0.0),
            ("sustained", "Support lasted", 0.0),
        ),
        (0.93, 0.81, 0.52, 0.24, 0.66, 0.71, 0.49, 0.18),
    ),
    Invented(
        "urgent_care_social_need",
        "Often in emergency care, with a social need",
        0.011,
        0.002,
        1.6,
        (("offered", "Social help offered", 0.44), ("engaged", "Help taken up", 0.0)),
        (0.97, 1.0, 0.44, 0.36, 0.12, 0.21, 0.15, 0.22),
    ),
    Invented(
        "homeless_at_front_door",
        "Homeless when they came to hospital",
        0.003,
        0.0008,
        2.1,
        (("told_housing", "Housing was told", 0.0), ("housed", "Given a place to stay", 0.02)),
        (0.66, 1.0, 0.31, 0.05, 0.42, 0.38, 0.28, 0.02),
    ),
    Invented(
        "police_notice_no_response",
        "Repeat police notices, no response",
        0.0045,
        0.006,
        1.0,
        (
            ("referred", "Referred to social care", 0.61),
            ("assessed", "Assessed", 0.22),
            ("supported", "Got support", 0.0),
        ),
        (0.95, 0.48, 0.37, 0.61, 0.18, 1.0, 0.16, 0.03),
    ),
)

QUESTION = Question(
    id="police_notice_no_response",
    title="Adults with repeat police notices, without a response from adult social care",
    questions=("To people who live this: what did you need first?", "To adult social care: would you have known?"),
    months_before=2,
)
"""A proposal of the finder; its size is that of a cohort that is there anyway."""

SINCE = SinceFacts(
    period="2025-06",
    met={COHORTS[0].id: SafeCell(Status.SHOWN, 210, "210", 2), COHORTS[1].id: HIDDEN},
    causes={
        COHORTS[0].id: (
            SafeCause("late_data", Weight.MOST, Way.MORE),
            SafeCause("linkage", Weight.SOME, Way.FEWER),
            SafeCause("people", Weight.LITTLE, Way.BOTH),
        ),
        COHORTS[1].id: (),
    },
)
"""What a last report said, and why today's differs; the third group is new."""

VOICES = VoicesFacts(
    cards=(
        VoiceFacts(
            cohort=COHORTS[0].id,
            rung="referred",
            says="I told the same story to four people. Each of them said it was for someone else.",
            agrees=True,
            own_words=True,
            source="Their own words. Peer research, 5 to 9 people, May 2025.",
        ),
        VoiceFacts(
            cohort=COHORTS[0].id,
            rung="assessed",
            says="Some had been seen at home, and no one wrote it down.",
            agrees=False,
            own_words=False,
            source="Put in other words. Staff who work with them, 2 to 4 people, June 2025.",
        ),
        VoiceFacts(
            cohort=COHORTS[0].id,
            rung="assessed",
            says="People waited so long that they gave up.",
            agrees=True,
            own_words=False,
            source="What several people said, put together. Healthwatch, 10 people or more, July 2025.",
        ),
        VoiceFacts(
            cohort=COHORTS[1].id,
            rung="",
            says="You go to the ward at night because it is the one door that is open.",
            agrees=True,
            own_words=True,
            source="Their own words. Voluntary or community group, 1 person, March 2025.",
        ),
    ),
    comments=(
        CommentFacts(
            cohort=COHORTS[1].id,
            question="What do people in this group say they need?",
            says="We will ask the two groups that meet on Fridays.",
            speaker="A board member",
        ),
    ),
    withdrawn=1,
    expired=2,
)
"""What people told us: a step with one card, one with two that do not agree, a whole group, and many silent ones."""

BOARD = BoardFacts(
    decisions=(
        DecisionFacts(
            cohort=COHORTS[0].id,
            finding="Few people with several needs get support that lasts.",
            next_step="Name one worker for each person, in two districts first.",
            owner="Director of adult social care",
            decided_on=date(2025, 6, 20),
            review_on=date(2025, 9, 30),
            done_on=date(2025, 9, 10),
            came_back="Two districts have a named worker. It is too early to see a change.",
        ),
        DecisionFacts(
            cohort=COHORTS[1].id,
            finding="People come back to hospital, and no one offers social help.",
            next_step="Ask the ward team what they would need to refer.",
            owner="Place director",
            decided_on=date(2025, 6, 20),
            review_on=date(2025, 9, 1),
        ),
        DecisionFacts(
            cohort="",
            finding="We do not hear from people in these groups.",
            next_step="Fund two peer researchers.",
            owner="Head of engagement",
            decided_on=date(2025, 6, 20),
            review_on=date(2025, 12, 1),
        ),
    ),
    criteria=(
        CriterionFacts(title="How many people", why="More lives can change.", weight=2, measure="people"),
        CriterionFacts(title="How often help is missing", why="This is our aim.", weight=3, measure="unmet_share"),
        CriterionFacts(
            title="How unequal it is", why="We promised to narrow gaps.", weight=2, measure="deprivation_gap"
        ),
        CriterionFacts(
            title="Whether we can change it",
            why="It is ours to change, together.",
            weight=2,
            measure="",
            marks={each.id: mark for each, mark in zip(COHORTS, (4, 3, 5, 2), strict=True)},
        ),
    ),
)
"""What the board decided (one done, one overdue, one due) and what it weighs by."""

BOARDS = (
    Board(id="north", board="North Place Board", area="North", districts=["Aldermoor", "Brackwater"]),
    Board(id="carrow", board="Carrow Hill Place Board", area="Carrow Hill", districts=["Carrow Hill"]),
)
"""Two of the boards; whoever lives in Dunsley is in the area of none."""

Counts = dict[tuple[str, ...], int]
Flags = NDArray[np.bool_]


@cache
def invented_counts(people: int = 61_000, seed: int = 7) -> pa.Table:
    """Exact counts of a made-up population, contract ``cohort_count``."""
    counts = _invented(people, seed)
    table = count_table({key: n for key, n in counts.items() if len(key) == len(COHORT_COUNT.key)})
    sets = pc.equal(table["dimension"], SERVICE_SET)
    listed = list_combinations(table.filter(sets), POLICY, "hide7_round5")
    return pa.concat_tables([table.filter(pc.invert(sets)), listed])


@cache
def invented_areas(people: int = 61_000, seed: int = 7) -> pa.Table:
    """The same people by the area of each board, contract ``area_count``."""
    rows = [
        {"area": area, "cohort": cohort, "version": "1.0.0", "measure": measure, "dimension": dimension, "group": group}
        | dict(zip(("people", "cell_key"), _counted_and_keyed(n), strict=True))
        for (cohort, measure, dimension, group, *where), n in sorted(_invented(people, seed).items())
        for area in where
        if area != ALL
    ]
    return check_table(pa.Table.from_pylist(rows, schema=AREA_COUNT.schema), AREA_COUNT)


@cache
def invented_with_keys(people: int = 61_000, seed: int = 7) -> pa.Table:
    """As :func:`invented_counts`, with the cell keys of the very people, as :func:`invented_areas` has them."""
    found = _invented(people, seed)
    table = invented_counts(people, seed)
    keys = [
        old if (new := found.get((*key[:4], ALL))) is None else _counted_and_keyed(new)[1]
        for key, old in zip(keys_of(table), table["cell_key"].to_pylist(), strict=True)
    ]
    return table.set_column(table.column_names.index("cell_key"), "cell_key", pa.array(keys, pa.uint32()))


@cache
def invented_release() -> SafeMeasures:
    """A release of the whole and of the area of each board."""
    return release_measures(
        invented_with_keys(),
        MEASURE_COUNT.schema.empty_table(),
        POLICY,
        "cell_key",
        of_people=frozenset(),
        areas=invented_areas(),
    )


@cache
def _numbers(people: int) -> NDArray[np.int64]:
    return np.random.default_rng(61).integers(0, 1 << 32, people)


def _keyed(flags: Flags) -> int:
    """How many people, and the sum of their numbers modulo 2³², in one number."""
    noise = _numbers(len(flags))
    return (int(flags.sum()) << 32) | (int(noise[flags].sum()) % (1 << 32))


def _counted_and_keyed(both: int) -> tuple[int, int]:
    return divmod(both, 1 << 32)


@cache
def _invented(people: int, seed: int) -> Counts:
    """Counts by cohort, measure, dimension and group; those in an area end with it and are :func:`_keyed`."""
    rng = np.random.default_rng(seed)
    who = _population(rng, people)
    counts: Counts = {}
    everyone = np.ones(people, bool)
    _add(counts, "_everyone", "population", everyone, who)
    seen_anywhere = rng.random((people, len(SOURCES))) < np.array([0.97, 0.22, 0.05, 0.04, 0.02, 0.03, 0.008, 0.03])
    for column, (source, *_) in enumerate(SOURCES):
        counts["_everyone", "seen", "service", source] = int(seen_anywhere[:, column].sum())
    adults = who["age_band"] != "0-17"
    for each in COHORTS:
        _add_cohort(counts, rng, each, who, adults)
    _add_waits(counts, np.random.default_rng(seed + 1), who)
    return counts


def count_table(counts: Counts) -> pa.Table:
    """Counts by (cohort, measure, dimension, group) as a contract table."""
    rows = [
        {
            "cohort": cohort,
            "version": "1.0.0",
            "measure": measure,
            "dimension": dimension,
            "group": group,
            "people": n,
            # The same people have the same key in every cohort.
            "cell_key": crc32(f"{measure} {dimension} {group} {n}".encode()) if n else 0,
        }
        for (cohort, measure, dimension, group, *_), n in sorted(counts.items())
    ]
    return pa.Table.from_pylist(rows, schema=COHORT_COUNT.schema)


def invented_facts(*, policy: Policy = POLICY, synthetic: bool = True) -> ReportFacts:
    """The words that go with :func:`invented_counts`."""
    return ReportFacts(
        title="People between our services",
        organisation="Northmoor Integrated Care System",
        board="Northmoor Health and Wellbeing Board",
        area="Northmoor",
        contact="Population health team, population.health@northmoor.example",
        synthetic=synthetic,
        period="2025-09",
        as_of=date(2025, 10, 1),
        spine="gp_register",
        edition="Fictional deprivation 2025, small areas 2021",
        checkpoint="9f2c6e1ab07d58e3" * 4,
        definitions=tuple(_definition(each) for each in COHORTS),
        dimensions=tuple(DimensionFacts(id=k, title=title, order=order) for k, (title, order) in DIMENSIONS.items()),
        sources=tuple(_source(*each) for each in SOURCES),
        linkage=release_linkage(_INDEX, policy, sources=[each[0] for each in SOURCES]),
        questions=(QUESTION,),
        since=SINCE,
        voices=VOICES,
        board_file=BOARD,
    )


def invented_frame(policy: Policy = POLICY) -> SafeFrame:
    """The safe frame of :func:`invented_counts`."""
    return release(invented_counts(), policy)


def doubtful_frame(policy: Policy = POLICY) -> SafeFrame:
    """:func:`invented_frame` with a span beside every shown count, wide enough that the largest rows could change."""
    frame = invented_frame(policy)
    spans = {
        key: SafeSpan(cell.people * 3 // 4 // 5 * 5, -(-cell.people * 5 // 4 // 5) * 5)
        for key, cell in frame.cells.items()
        if cell.people
    }
    return replace(frame, spans=spans)


def with_people(table: pa.Table, changes: Counts) -> pa.Table:
    """The same table with some counts set to given numbers."""
    rows = table.to_pylist()
    for row in rows:
        row["people"] = changes.get((row["cohort"], row["measure"], row["dimension"], row["group"]), row["people"])
    return pa.Table.from_pylist(rows, schema=COHORT_COUNT.schema)


_INDEX = {
    "records": dict(zip([each[0] for each in SOURCES], [59170, 13422, 3051, 2440, 1229, 1834, 488, 1806], strict=True)),
    "no_view": dict(zip([each[0] for each in SOURCES], [212, 391, 44, 31, 76, 118, 3, 160], strict=True)),
    "linked_records": {
        "gp_register": 18343,
        "emergency_care": 12482,
        "housing": 1008,
        "police": 1431,
        "drug_alcohol": 390,
    },
    # the others are left out on purpose: what a manifest does not say must read as not available
}


def _population(rng: np.random.Generator, people: int) -> dict[str, NDArray[np.str_]]:
    def drawn(dimension: str, shares: tuple[float, ...], missing: float) -> NDArray[np.str_]:
        groups = np.array([*DIMENSIONS[dimension][1], "not recorded"])
        return groups[rng.choice(len(groups), people, p=[*(np.array(shares) * (1 - missing)), missing])]

    return {
        "deprivation_quintile": drawn("deprivation_quintile", (0.3, 0.22, 0.18, 0.16, 0.14), 0.004),
        "ethnic_group": drawn("ethnic_group", (0.09, 0.04, 0.03, 0.82, 0.02), 0.06),
        "age_band": drawn("age_band", (0.21, 0.21, 0.19, 0.2, 0.14, 0.05), 0.0),
        "sex": drawn("sex", (0.5, 0.5), 0.001),
        "district": drawn("district", (0.4, 0.3, 0.2, 0.1), 0.004),
    }


def _add_cohort(
    counts: Counts, rng: np.random.Generator, each: Invented, who: dict[str, NDArray[np.str_]], about: Flags
) -> None:
    chance = each.rate * np.where(who["deprivation_quintile"] == "1", each.deprived, 1.0)
    drawn = rng.random(len(about))
    met = about & (drawn < chance)
    cannot_tell = about & ~met & (rng.random(len(about)) < each.unknown)
    for measure, flags in (
        ("population", about),
        ("met", met),
        ("cannot_tell", cannot_tell),
        ("not_met", about & ~met & ~cannot_tell),
    ):
        _add(counts, each.id, measure, flags, who)
    _add_overlap(counts, rng, each, met, who)
    luck = rng.random(len(about))
    for name, _, share in each.rungs:
        reached = met & (luck < share)
        counts[each.id, f"rung:{name}", "all", "all"] = int(reached.sum())
        for area, inside in _areas(who).items():
            counts[each.id, f"rung:{name}", "all", "all", area] = _keyed(reached & inside)
    with_needs = int(met.sum() * 1.9)
    steps = (len(about), len(about), int(about.sum()), with_needs, int(with_needs * 0.9), int(met.sum()))
    for number, people in enumerate(steps, 1):
        counts[each.id, f"attrition:{number:02}", "all", "all"] = people
    judged = met.copy()
    judged[np.flatnonzero(about & ~met)[: steps[-2] - steps[-1]]] = True
    for area, inside in _areas(who).items():
        counts[each.id, f"attrition:{len(steps) - 1:02}", "all", "all", area] = _keyed(judged & inside)


def _add(counts: Counts, cohort: str, measure: str, flags: Flags, who: dict[str, NDArray[np.str_]]) -> None:
    counts[cohort, measure, "all", "all"] = int(flags.sum())
    for dimension, groups in who.items():
        for group, members in _by_group(groups).items():
            counts[cohort, measure, dimension, group] = int((flags & members).sum())
    for area, inside in _areas(who).items():
        counts[cohort, measure, "all", "all", area] = _keyed(flags & inside)
        for dimension in who if area == ALL else who.keys() - {"district"}:
            for group, members in _by_group(who[dimension]).items():
                counts[cohort, measure, dimension, group, area] = _keyed(flags & inside & members)


_looked_through: dict[int, tuple[NDArray[np.str_], dict[str, Flags]]] = {}


def _by_group(groups: NDArray[np.str_]) -> dict[str, Flags]:
    """Who is in which group; the same few columns are asked dozens of times, and texts are slow to compare."""
    if id(groups) not in _looked_through:
        members = {str(group): groups == group for group in np.unique(groups)}
        _looked_through[id(groups)] = groups, members  # kept with it, so that no other column gets its id
    return _looked_through[id(groups)][1]


def _areas(who: dict[str, NDArray[np.str_]]) -> dict[str, Flags]:
    """Who lives in the area of each board, in none, and anywhere; nobody is placed where districts are not told."""
    if "district" not in who:
        return {}
    districts = _by_group(who["district"])
    found = {board.id: np.logical_or.reduce([districts[one] for one in board.districts]) for board in BOARDS}
    return {**found, NO_BOARD: ~np.logical_or.reduce(list(found.values())), ALL: np.ones(len(who["district"]), bool)}


def _add_waits(counts: Counts, rng: np.random.Generator, who: dict[str, NDArray[np.str_]]) -> None:
    """Who waited how long for two services, longer for one of them where it is poor; and who missed appointments."""
    people, fifth = len(who["sex"]), who["deprivation_quintile"]
    place = np.where(fifth == "1", MOST_DEPRIVED, np.where(fifth == NOT_RECORDED, NOT_RECORDED, OTHERS))
    for source, share, days, longer in (("housing", 0.02, 25, 2.2), ("mental_health", 0.012, 50, 1.0)):
        sent = rng.random(people) < share
        wait = rng.gamma(1.5, days / 1.2, people) * np.where(fifth == "1", longer, 1.0)
        watched = rng.uniform(0, 366, people)
        band = np.searchsorted([7 * start for start, _ in BANDS], np.minimum(wait, watched), side="right") - 1
        _add_by(counts, referred(source), sent, {PLACE: place})
        for number, each in enumerate(BANDS):
            for outcome, is_it in ((SEEN, wait <= watched), (UNSEEN, wait > watched)):
                _add_by(counts, waited(source, outcome, each), sent & is_it & (band == number), {PLACE: place})
    barred = {
        "distance": rng.choice(["0 to 2 km", "2 to 5 km", "5 to 10 km", "over 10 km", NOT_RECORDED], people),
        "address": rng.choice(["fixed address", "no fixed address"], people, p=[0.995, 0.005]),
        "language": rng.choice(
            ["english", "other", "sign language", NOT_RECORDED], people, p=[0.5, 0.08, 2e-4, 0.4198]
        ),
    }
    went, by = rng.random(people) < 0.4, {name: groups for name, groups in who.items() if name != "district"}
    chance = np.where(fifth == "1", 0.17, 0.09) + np.where(barred["distance"] == "over 10 km", 0.04, 0.0)
    _add_by(counts, APPOINTMENTS, went, by | barred)
    _add_by(counts, MISSED, went & (rng.random(people) < chance), by | barred)


def _add_by(counts: Counts, measure: str, flags: Flags, by: dict[str, NDArray[np.str_]]) -> None:
    _add(counts, "_everyone", measure, flags, by)


def _add_overlap(
    counts: Counts, rng: np.random.Generator, each: Invented, met: Flags, who: dict[str, NDArray[np.str_]]
) -> None:
    seen = rng.random((int(met.sum()), len(SOURCES))) < np.array(each.seen)
    names = [source for source, *_ in SOURCES]
    for column, name in enumerate(names):
        counts[each.id, "met", "service", name] = int(seen[:, column].sum())
        seen_by = np.zeros(len(met), bool)
        seen_by[met] = seen[:, column]
        for area, inside in _areas(who).items():
            counts[each.id, "met", "service", name, area] = _keyed(seen_by & inside)
    for one, other in combinations(range(len(names)), 2):
        counts[each.id, "met", "service_pair", f"{names[one]} & {names[other]}"] = int(
            (seen[:, one] & seen[:, other]).sum()
        )
    # The first source is the register, which makes no combination.
    sets = Counter(BETWEEN.join(np.array(names[1:])[row]) or NO_SERVICE for row in seen[:, 1:])
    counts.update({(each.id, "met", SERVICE_SET, group): number for group, number in sets.items()})
    how_many = np.minimum(seen.sum(axis=1), 4)
    for number, group in ((0, "0"), (1, "1"), (2, "2"), (3, "3"), (4, "4+")):
        counts[each.id, "met", "service_count", group] = int((how_many == number).sum())


_POPULATION = (
    "People on the population register, not recorded as having died and aged 18 or over (the age they reach in the"
    " year the period ends)."
)

_WORDS = {
    "severe_multiple_disadvantage": (
        "People with several hard problems often meet many services, and none of them holds the whole picture.",
        (
            "Needs: at least 3 of homelessness, substance use, mental ill health, offending and domestic abuse, with at"
            " least 2 of them inside one span of 12 months.",
            "“Homelessness” means homelessness recorded by any source in the last 24 months; or an address recorded"
            " as no fixed abode.",
            "“Substance use” means substance use recorded by any source in the last 24 months.",
        ),
        "Unmet means: within 6 months of the day by which 3 of the needs had been shown, there was not an adult social"
        " care service, new or already under way; nor 3 or more attended mental health contacts.",
    ),
    "urgent_care_social_need": (
        "Coming back to emergency care can be a sign that help is missing somewhere else.",
        ("Needs: all of urgent care and social need.",),
        "Unmet means: within 90 days of the day by which all the needs had been shown, there was not a voluntary"
        " service contact.",
    ),
    "homeless_at_front_door": (
        "Hospitals must tell the council when someone has nowhere to live, if the person agrees.",
        ("Need: homeless at hospital.",),
        "Unmet means: within 56 days of the latest sign of homeless at hospital, there was not a housing application.",
    ),
    "police_notice_no_response": (
        "Police send a notice when they worry about someone. One study found that few led to support.",
        (
            "Need: repeat notices.",
            "“Repeat notices” means 2 or more police safeguarding notices in the last 12 months.",
        ),
        "Unmet means: within 84 days of the latest sign of repeat notices, there was not an adult social care service.",
    ),
}


def _responses(each: Invented) -> list[str]:
    return [f"Response {number}, {name}: within 28 days." for number, (name, *_) in enumerate(each.rungs, 1)]


def _definition(each: Invented) -> DefinitionFacts:
    why, english, unmet = _WORDS[each.id]
    return DefinitionFacts(
        id=each.id,
        version="1.0.0",
        title=each.title,
        why=why,
        english=(_POPULATION, *english, *_responses(each), unmet, "Absence counts only where it would have been seen."),
        unmet_english=unmet,
        population_english=_POPULATION,
        sha256="c0ffee5a1db2e37f" * 4,
        published_sources=("A published study.",),
        caveats=("Domestic abuse is known only where the police or the council wrote it down.",),
        evidence=("A study in one city found 5 in every 100 adults had at least one of these needs.",),
        review="not yet reviewed",
        lived_experience="not yet reviewed",
        steps=(
            ("01", "Everyone linked in this project"),
            ("02", "… on the population register"),
            ("03", "… aged 18 or over, or not recorded"),
            ("04", "… with the needs"),
            ("05", "… for whom the time to respond is over and a response would have been recorded"),
            ("06", "… for whom no response reached the step that counts"),
        ),
        rungs=tuple((name, label) for name, label, _ in each.rungs),
    )


def _source(source_id: str, title: str, organisation: str, sector: str) -> SourceFacts:
    gaps = {"police": ("Notices before 2023 are not in the extract",), "advice_service": ("Drop-in visits",)}
    return SourceFacts(
        id=source_id,
        title=title,
        organisation=organisation,
        sector=sector,
        coverage=("from 1 April 2023 on",),
        known_gaps=gaps.get(source_id, ()),
        extract="September 2025",
    )


def whole(page: BoardPage) -> str:
    """All pages of a report, one after another: for what must stand, or must not, on any of them."""
    return "\n".join(render_pages(page).values())
