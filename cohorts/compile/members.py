"""SQL for all needs together: enough of them, and some of them perhaps at the same time."""

from cohorts.compile.statement import Builder, columns, joined
from cohorts.query import Concurrent, Members

_NEEDS = """
    SELECT
        person_id,
        state,
        CASE WHEN state THEN first END AS first,
        CASE WHEN state THEN crossed END AS crossed,
        CASE WHEN state THEN last END AS last
    FROM (
        SELECT
            person.person_id,
            {state} AS state,
            least({firsts}) AS first,
            {crossed} AS crossed,
            greatest({lasts}) AS last
        FROM person
        {joins}
    )
"""

_ENOUGH = """
    CASE
        WHEN {seen} >= {least} THEN TRUE
        WHEN {listed} - {ruled_out} < {least} THEN FALSE
    END
"""

_STANDING = """
    SELECT person_id, {need_no} AS need_no, day, until
    FROM {item}
    JOIN {need} USING (person_id)
    WHERE stands AND state
"""

_STANDING_DAY = """
    SELECT person_id, need_no, day, max(until) AS until
    FROM standing
    GROUP BY person_id, need_no, day
"""

_TOGETHER = """
    SELECT person_id, day, {untils}
    FROM standing_day
    WINDOW so_far AS (PARTITION BY person_id ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
"""

_UNTIL = "max(until) FILTER (need_no = {need_no}) OVER so_far AS until_{number}"

_CONCURRENT = """
    SELECT person_id, min(day) AS crossed
    FROM standing_so_far
    WHERE {together} >= {least}
    GROUP BY person_id
"""


def add_members(to: Builder, members: Members) -> None:
    """``needs``: whether a person has enough of the needs, and the days of all of them together."""
    names = [f"need_{need_id}" for need_id in members.of]
    also = [f"need_{need_id}" for need_id in members.also]
    least = to.bind("least_needs", members.at_least)
    state, joins = _enough(to, names, least), [*names, *also]
    crossed = f"list_sort([{columns(names, 'crossed')}], 'ASC', 'NULLS LAST')[{least}]"
    if also:
        state = " AND ".join([f"({state})", *(f"{name}.state" for name in also)])
        crossed = f"greatest({crossed}, {columns(also, 'crossed')})"
    if members.concurrent:
        joins.append(_add_concurrent(to, members, members.concurrent))
        state = f"({state}) AND {_together(names)}"
        crossed = f"greatest({crossed}, concurrent.crossed)"
    to.step(
        "needs",
        "enough of the needs",
        _NEEDS,
        state=state,
        firsts=columns([*names, *also], "first"),
        crossed=crossed,
        lasts=columns([*names, *also], "last"),
        joins=joined(joins),
    )


def _enough(to: Builder, names: list[str], least: str) -> str:
    """SQL for at least k of n, by Kleene's rules: a no takes so many noes that k can no longer be reached."""
    return to.fill(
        _ENOUGH,
        seen=_count(names, "IS TRUE"),
        ruled_out=_count(names, "IS FALSE"),
        listed=to.bind("listed_needs", len(names)),
        least=least,
    )


def _count(names: list[str], test: str) -> str:
    return "(" + " + ".join(f"CAST({name}.state {test} AS INTEGER)" for name in names) + ")"


def _together(names: list[str]) -> str:
    """SQL for at the same time: a no takes all evidence there could be, since one more piece might overlap."""
    known = " AND ".join(f"{name}.known" for name in names)
    return f"CASE WHEN concurrent.person_id IS NOT NULL THEN TRUE WHEN {known} THEN FALSE END"


def _add_concurrent(to: Builder, members: Members, concurrent: Concurrent) -> str:
    """``concurrent``: people with enough needs evidenced in one span, and the first day on which they were.

    A need counts on a day if any evidence of it by then stood inside the span: so it does if the evidence that stood
    longest did. That is told in one pass over the days, where comparing each day with each other takes their square.
    """
    numbers = [to.bind("need_no", number) for number, _ in enumerate(members.of, 1)]
    items = [
        to.fill(_STANDING, need_no=number, item=item, need=f"need_{need_id}")
        for number, need_id in zip(numbers, members.of, strict=True)
        for item in _items(to, need_id)
    ]
    to.step("standing", "days on which the evidence of each need stood", "{items}", items="\nUNION ALL\n".join(items))
    to.step("standing_day", "a day of each need, until the last day of all that began then", _STANDING_DAY)
    untils = [to.fill(_UNTIL, need_no=hole, number=str(number)) for number, hole in enumerate(numbers, 1)]
    to.step(
        "standing_so_far",
        "until when the evidence of each need stood, of all that had begun by a day",
        _TOGETHER,
        untils=",\n".join(untils),
    )
    before = to.shift("day", "-", concurrent.span)
    stood = [f"CAST(coalesce(until_{number} > {before}, FALSE) AS INTEGER)" for number, _ in enumerate(numbers, 1)]
    return to.step(
        "concurrent",
        "days by which enough needs stood in the span that ends with them",
        _CONCURRENT,
        together="(" + " + ".join(stood) + ")",
        least=to.bind("least_together", concurrent.at_least),
    )


def _items(to: Builder, need_id: str) -> list[str]:
    """Steps that hold the days on which a need was evidenced."""
    need = to.query.need(need_id)
    if need.how == "none":
        return [f"absent_{need_id}"]
    return [f"item_{need_id}_{number}" for number, _ in enumerate(need.evidence, 1)]
