"""SQL for needs: days on which something was evidenced, and whether its absence would have been seen."""

from cohorts.compile.statement import Builder, columns, joined, sources_and_kinds
from cohorts.query import NEED_PREFIX, EventsCounted, Evidence, Need, NeedSeen, NoFixedAddress

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
            least({firsts}) AS first,
            {crossed} AS crossed,
            greatest({lasts}) AS last
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

_NEED_SEEN = """
    SELECT person_id, {day} AS day, coalesce(valid_to, {as_of}) AS until, TRUE AS stands
    FROM need_evidence
    WHERE
        need = {need}
        AND list_contains({strengths}, strength)
        AND valid_from < {as_of}
        {narrower}
"""

_EVENTS_COUNTED = """
    SELECT person_id, start AS day, start AS until, {stands} AS stands
    FROM event
    WHERE list_contains({kinds}, kind) AND start >= {since} AND start < {as_of}
"""

_NO_FIXED_ADDRESS = """
    SELECT person_id, {since} AS day, {as_of} AS until, TRUE AS stands
    FROM person
    WHERE no_fixed_address
"""

_SILENCE = """
    SELECT
        count(*) > 0
        AND {covering} = {speaking} AS counts
    FROM coverage
    WHERE {listed}
"""


def add_need(to: Builder, need: Need) -> None:
    """``need_<id>``: state, days, and whether all evidence there could be would be known."""
    names = [f"{need.id}_{number}" for number, _ in enumerate(need.evidence, 1)]
    clauses = [_clause(to, name, evidence) for name, evidence in zip(names, need.evidence, strict=True)]
    known = [_known(to, name, evidence) for name, evidence in zip(names, need.evidence, strict=True)]
    either = need.how == "any"
    states = [
        f"CASE WHEN {clause}.person_id IS NOT NULL THEN TRUE WHEN {sure} THEN FALSE END"
        for clause, sure in zip(clauses, known, strict=True)
    ]
    to.step(
        f"need_{need.id}",
        f"the need, from {need.how} of its evidence",
        _NEED,
        states=("\nOR " if either else "\nAND ").join(states),
        known="\nAND ".join(known),
        firsts=columns(clauses, "first"),
        crossed=f"{'least' if either else 'greatest'}({columns(clauses, 'crossed')})",
        lasts=columns(clauses, "last"),
        clauses=joined(clauses),
    )


def _clause(to: Builder, name: str, evidence: Evidence) -> str:
    """``item_<name>``: person_id, day, until, stands. ``clause_<name>``: people for whom it stood on some day."""
    comment = "days of evidence; where it takes several, it stands from the last of them"
    item = to.step(f"item_{name}", comment, _items(to, evidence))
    return to.step(f"clause_{name}", "people whose evidence suffices", _CLAUSE, item=item)


def _items(to: Builder, evidence: Evidence) -> str:
    match evidence:
        case NeedSeen():
            return _need_seen(to, evidence)
        case EventsCounted():
            return _events_counted(to, evidence)
        case NoFixedAddress():
            return to.fill(_NO_FIXED_ADDRESS, since=to.since(to.query.lookback), as_of=to.as_of_hole)


def _need_seen(to: Builder, seen: NeedSeen) -> str:
    """Evidence that held on some day of the window; it is dated from the window's first day at the earliest."""
    narrower, day = [], "valid_from"
    if seen.sectors:
        narrower.append(f"AND list_contains({to.bind('sectors', seen.sectors)}, sector)")
    if seen.within:
        since = to.since(seen.within)
        narrower.append(f"AND coalesce(valid_to, {to.as_of_hole}) >= {since}")
        day = f"greatest(valid_from, {since})"
    return to.fill(
        _NEED_SEEN,
        day=day,
        need=to.bind("need", seen.need),
        strengths=to.bind("strengths", seen.at_least.or_stronger()),
        narrower="\n".join(narrower),
        as_of=to.as_of_hole,
    )


def _events_counted(to: Builder, counted: EventsCounted) -> str:
    """The nth event stands; with a span, any event whose n - 1 predecessors are close enough."""
    nth = f"lag(start, {to.bind('others', counted.at_least - 1)}) OVER (PARTITION BY person_id ORDER BY start)"
    stands = f"{nth} > {to.shift('start', '-', counted.span)}" if counted.span else f"{nth} IS NOT NULL"
    return to.fill(
        _EVENTS_COUNTED,
        stands=stands,
        kinds=to.bind("kinds", counted.kinds),
        since=to.since(counted.within),
        as_of=to.as_of_hole,
    )


def _known(to: Builder, name: str, evidence: Evidence) -> str:
    """SQL for: had there been such evidence, every source that could hold it would show it."""
    if isinstance(evidence, NoFixedAddress):
        return "person.no_fixed_address IS NOT NULL"
    needs = isinstance(evidence, NeedSeen)
    kinds = (NEED_PREFIX + evidence.need,) if isinstance(evidence, NeedSeen) else evidence.kinds
    listed = f"list_contains({to.bind('kinds', kinds)}, kind)"
    if isinstance(evidence, NeedSeen) and evidence.sectors:
        listed += f" AND list_contains({to.bind('sectors', evidence.sectors)}, sector)"
    since = to.since(evidence.within or to.query.lookback)
    covers = f"share >= {to.bind('min_share', to.query.min_share)} AND start <= {since} AND stop >= {to.as_of_hole}"
    step = to.step(
        f"silence_{name}",
        f"whether every source that could hold this {'need' if needs else 'event'} covers the whole window",
        _SILENCE,
        covering=sources_and_kinds(covers),
        speaking=sources_and_kinds(),
        listed=listed,
    )
    return f"(SELECT counts FROM {step})"
