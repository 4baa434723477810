"""SQL for needs: days on which something was evidenced, and whether its absence would have been seen."""

from cohorts.compile.elsewhere import add_in_cohort, add_shared
from cohorts.compile.recorded import (
    add_distinct_counted,
    add_escalating,
    add_events_counted,
    add_need_seen,
    add_no_fixed_address,
)
from cohorts.compile.sequences import add_followed, add_gap, add_open_episode, add_overlapping
from cohorts.compile.statement import Builder, Piece, columns, joined
from cohorts.compile.surroundings import add_barred, add_household, add_lone_adult, add_near
from cohorts.query import (
    Barred,
    DistinctCounted,
    Escalating,
    EventsCounted,
    Evidence,
    Followed,
    Gap,
    Household,
    InCohort,
    LoneAdult,
    Near,
    Need,
    NeedSeen,
    NoFixedAddress,
    OpenEpisode,
    Overlapping,
    Shared,
)

_NEED = """
    SELECT
        person_id,
        state,
        known,
        CASE WHEN state THEN first END AS first,
        CASE WHEN state THEN crossed END AS crossed,
        CASE WHEN state THEN last END AS last
    FROM (
        SELECT
            person.person_id,
            {states} AS state,
            {known} AS known,
            {first} AS first,
            {crossed} AS crossed,
            {last} AS last
        FROM person
        {clauses}
    )
"""

_CLAUSE = """
    SELECT
        person_id,
        min(day) AS first,
        min(day) FILTER (stands) AS crossed,
        max(day) AS last
    FROM {item}
    GROUP BY person_id
    HAVING bool_or(stands)
"""

_ABSENT = """
    SELECT person_id, first AS day, {as_of} AS until, TRUE AS stands
    FROM {need}
    WHERE state
"""


def add_need(to: Builder, need: Need) -> None:
    """``need_<id>``: state, days, and whether all evidence there could be would be known."""
    names = [f"{need.id}_{number}" for number, _ in enumerate(need.evidence, 1)]
    pieces = [_piece(to, name, evidence) for name, evidence in zip(names, need.evidence, strict=True)]
    clauses = [_clause(to, name, piece) for name, piece in zip(names, pieces, strict=True)]
    states = [
        f"CASE WHEN {clause}.person_id IS NOT NULL THEN TRUE WHEN {piece.known} THEN FALSE END"
        for clause, piece in zip(clauses, pieces, strict=True)
    ]
    state = ("\nAND " if need.how == "all" else "\nOR ").join(states)
    to.step(
        f"need_{need.id}",
        f"the need, from {need.how} of its evidence",
        _NEED,
        states=f"NOT (\n{state}\n)" if need.how == "none" else state,
        known="\nAND ".join(piece.known for piece in pieces),
        clauses=joined([*clauses, *(join for piece in pieces for join in piece.joins)]),
        **_days(to, need, clauses),
    )
    if need.how == "none":
        to.step(
            f"absent_{need.id}",
            "the absence, from its first day on",
            _ABSENT,
            need=f"need_{need.id}",
            as_of=to.as_of_hole,
        )


def _days(to: Builder, need: Need, clauses: list[str]) -> dict[str, str]:
    """SQL for the first, crossing and last day; an absence has one: the first of its longest window."""
    if need.how == "none":
        windows = [getattr(evidence, "within", None) or to.query.lookback for evidence in need.evidence]
        since = to.bind("since", min(window.before(to.as_of) for window in windows))
        return {"first": since, "crossed": since, "last": since}
    return {
        "first": f"least({columns(clauses, 'first')})",
        "crossed": f"{'least' if need.how == 'any' else 'greatest'}({columns(clauses, 'crossed')})",
        "last": f"greatest({columns(clauses, 'last')})",
    }


def _clause(to: Builder, name: str, piece: Piece) -> str:
    """``item_<name>``: person_id, day, until, stands. ``clause_<name>``: people for whom it stood on some day."""
    comment = "days of evidence; where it takes several, it stands from the last of them"
    item = to.step(f"item_{name}", comment, piece.items)
    return to.step(f"clause_{name}", "people whose evidence suffices", _CLAUSE, item=item)


def _piece(to: Builder, name: str, evidence: Evidence) -> Piece:
    match evidence:
        case NeedSeen():
            return add_need_seen(to, name, evidence)
        case EventsCounted():
            return add_events_counted(to, name, evidence)
        case NoFixedAddress():
            return add_no_fixed_address(to)
        case DistinctCounted():
            return add_distinct_counted(to, name, evidence)
        case Escalating():
            return add_escalating(to, name, evidence)
        case Followed():
            return add_followed(to, name, evidence)
        case Gap():
            return add_gap(to, name, evidence)
        case OpenEpisode():
            return add_open_episode(to, name, evidence)
        case Overlapping():
            return add_overlapping(to, name, evidence)
        case Household():
            inner = _piece(to, f"{name}_of", evidence.of)
            return add_household(to, name, evidence, _clause(to, f"{name}_of", inner), inner.known)
        case LoneAdult():
            return add_lone_adult(to, name)
        case Near():
            return add_near(to, evidence)
        case Barred():
            return add_barred(to, name, evidence)
        case InCohort():
            return add_in_cohort(to, name, evidence)
        case Shared():
            return add_shared(to, name, evidence)
