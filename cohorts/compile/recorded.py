"""SQL for what was recorded: needs, events, how many and of how many kinds, and whether more of them lately."""

from cohorts.compile.statement import Builder, Piece, sources_and_kinds
from cohorts.query import NEED_PREFIX, DistinctCounted, Escalating, EventsCounted, NeedSeen

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
    {months}
"""

_NO_FIXED_ADDRESS = """
    SELECT person_id, {since} AS day, {as_of} AS until, TRUE AS stands
    FROM person
    WHERE no_fixed_address
"""

_SEEN = """
    SELECT DISTINCT person_id, start AS day, {what} AS what
    FROM event
    WHERE list_contains({kinds}, kind) AND start >= {since} AND start < {as_of} AND {what} IS NOT NULL
"""

_DISTINCT = """
    SELECT this.person_id, this.day, this.day AS until, count(DISTINCT other.what) >= {least} AS stands
    FROM (SELECT DISTINCT person_id, day FROM {seen}) AS this
    JOIN {seen} AS other USING (person_id)
    WHERE other.day <= this.day AND other.day > {before}
    GROUP BY this.person_id, this.day
"""

_DISTINCT_EVER = """
    SELECT seen.person_id, seen.day, seen.day AS until, coalesce(seen.day >= enough.day, FALSE) AS stands
    FROM (SELECT DISTINCT person_id, day FROM {seen}) AS seen
    LEFT JOIN (
        SELECT person_id, list_sort(list(day))[{least}] AS day
        FROM (SELECT person_id, what, min(day) AS day FROM {seen} GROUP BY person_id, what)
        GROUP BY person_id
        HAVING count(*) >= {least}
    ) AS enough USING (person_id)
"""

_ESCALATING = """
    SELECT
        person_id,
        max(start) FILTER (start >= {since}) AS day,
        max(start) FILTER (start >= {since}) AS until,
        TRUE AS stands
    FROM event
    WHERE list_contains({kinds}, kind) AND start >= {before} AND start < {as_of}
    GROUP BY person_id
    HAVING
        count(*) FILTER (start >= {since}) >= {least}
        AND count(*) FILTER (start >= {since}) >= {times} * count(*) FILTER (start < {since})
        AND {earlier_known}
"""

_SILENCE = """
    SELECT
        count(*) > 0
        AND {covering} = {speaking} AS counts
    FROM coverage
    WHERE {listed}
"""

_COLUMNS = {"sector": "sector", "service": "source", "provider": "provider"}


def add_need_seen(to: Builder, name: str, seen: NeedSeen) -> Piece:
    """Evidence that held on some day of the window; it is dated from the window's first day at the earliest."""
    narrower, day = [], "valid_from"
    if seen.sectors:
        narrower.append(f"AND list_contains({to.bind('sectors', seen.sectors)}, sector)")
    if seen.within:
        since = to.since(seen.within)
        narrower.append(f"AND coalesce(valid_to, {to.as_of_hole}) >= {since}")
        day = f"greatest(valid_from, {since})"
    items = to.fill(
        _NEED_SEEN,
        day=day,
        need=to.bind("need", seen.need),
        strengths=to.bind("strengths", seen.at_least.or_stronger()),
        narrower="\n".join(narrower),
        as_of=to.as_of_hole,
    )
    listed = of_kinds(to, (NEED_PREFIX + seen.need,))
    if seen.sectors:
        listed += f" AND list_contains({to.bind('sectors', seen.sectors)}, sector)"
    return Piece(items, add_silence(to, name, "this need", listed, to.since(seen.within or to.query.lookback)))


def add_events_counted(to: Builder, name: str, counted: EventsCounted) -> Piece:
    """The nth event stands; with a span, any event whose n - 1 predecessors are close enough."""
    nth = f"lag(start, {to.bind('others', counted.at_least - 1)}) OVER (PARTITION BY person_id ORDER BY start)"
    stands = f"{nth} > {to.shift('start', '-', counted.span)}" if counted.span else f"{nth} IS NOT NULL"
    months = f"AND list_contains({to.bind('months_of_year', counted.months)}, month(start))" if counted.months else ""
    items = to.fill(
        _EVENTS_COUNTED,
        stands=stands,
        kinds=to.bind("kinds", counted.kinds),
        since=to.since(counted.within),
        as_of=to.as_of_hole,
        months=months,
    )
    listed = of_kinds(to, counted.kinds)
    return Piece(items, add_silence(to, name, "this event", listed, to.since(counted.within)))


def add_no_fixed_address(to: Builder) -> Piece:
    """An attribute of the person, so its absence is known where anything is."""
    items = to.fill(_NO_FIXED_ADDRESS, since=to.since(to.query.lookback), as_of=to.as_of_hole)
    return Piece(items, "person.no_fixed_address IS NOT NULL")


def add_distinct_counted(to: Builder, name: str, counted: DistinctCounted) -> Piece:
    """A day stands if enough different ones were seen by then, inside the span that ends with it.

    Without a span it does from the first day of the nth on: then days need not be compared with each other.
    """
    kinds, since = to.bind("kinds", counted.kinds), to.since(counted.within)
    seen = to.step(
        f"seen_{name}",
        "who was seen by whom, and when",
        _SEEN,
        what=_COLUMNS[counted.of],
        kinds=kinds,
        since=since,
        as_of=to.as_of_hole,
    )
    least = to.bind("least_distinct", counted.at_least)
    if counted.span:
        items = to.fill(_DISTINCT, seen=seen, before=to.shift("this.day", "-", counted.span), least=least)
    else:
        items = to.fill(_DISTINCT_EVER, seen=seen, least=least)
    return Piece(items, add_silence(to, name, "this event", of_kinds(to, counted.kinds), since))


def add_escalating(to: Builder, name: str, rising: Escalating) -> Piece:
    """A yes needs the earlier window to be covered: what was not recorded then would make the rise smaller."""
    since = rising.within.before(to.as_of)
    before = to.bind("since", rising.within.before(since))
    listed = of_kinds(to, rising.kinds)
    earlier = add_silence(to, f"{name}_before", "this event", listed, before, to.bind("since", since))
    items = to.fill(
        _ESCALATING,
        kinds=to.bind("kinds", rising.kinds),
        since=to.bind("since", since),
        before=before,
        as_of=to.as_of_hole,
        least=to.bind("least", rising.at_least),
        times=to.bind("times", rising.times),
        earlier_known=earlier,
    )
    return Piece(items, add_silence(to, name, "this event", listed, before))


def of_kinds(to: Builder, kinds: tuple[str, ...]) -> str:
    """SQL for the rows of ``coverage`` that speak of these kinds."""
    return f"list_contains({to.bind('kinds', kinds)}, kind)"


def add_silence(to: Builder, name: str, what: str, listed: str, since: str, until: str = "") -> str:
    """SQL for: had there been such a record, every source that could hold it would show it.

    Args:
        to: The statement.
        name: Of the step.
        what: What could be recorded, for the comment.
        listed: Condition on ``coverage``: which sources and kinds could hold it.
        since: Hole for the first day of the window.
        until: Hole for the first day after it; the end of the period if not given.
    """
    until = until or to.as_of_hole
    covers = f"share >= {to.bind('min_share', to.query.min_share)} AND start <= {since} AND stop >= {until}"
    step = to.step(
        f"silence_{name}",
        f"whether every source that could hold {what} covers the whole window",
        _SILENCE,
        covering=sources_and_kinds(covers),
        speaking=sources_and_kinds(),
        listed=listed,
    )
    return f"(SELECT counts FROM {step})"
