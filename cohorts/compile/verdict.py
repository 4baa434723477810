"""SQL for whom the definition is about, and for the verdict on each person."""

from datetime import timedelta

from cohorts.compile.statement import Builder, Statement, columns, joined
from cohorts.query import AgeBetween, Alive, Gate, LivesIn, OnSpine

_ANSWER = """
    SELECT
        person.person_id,
        {population} AS population,
        {gates_passed} AS gates_passed,
        needs.state AS needs,
        needs.first,
        needs.crossed,
        needs.last,
        {unmet} AS unmet,
        [{rungs}]::BOOLEAN[] AS rungs,
        {furthest} AS furthest
    FROM person
    {joins}
"""

_VERDICT = """
    SELECT
        person_id,
        population,
        needs,
        unmet,
        population AND needs AND unmet AS met,
        first,
        crossed,
        last,
        rungs,
        furthest,
        CASE
            WHEN population IS FALSE THEN 1 + gates_passed
            {later_steps}
        END AS passed
    FROM answer
"""


def verdict(to: Builder) -> Statement:
    """The final query: population AND needs AND unmet, and how far down the attrition each person came."""
    gates = [_gate(to, gate) for gate in to.query.population]
    rungs = [f"rung_{rung.name}" for rung in to.query.ladder]
    to.step(
        "answer",
        "every part of the answer",
        _ANSWER,
        population=" AND ".join(gates) or "TRUE",
        gates_passed=_first_closed(gates),
        unmet=f"NOT rung_{to.query.unmet}.state" if to.query.unmet else "TRUE",
        rungs=columns(rungs, "state"),
        furthest=_furthest(to),
        joins=joined(["needs", *rungs]),
    )
    return to.statement(_VERDICT, later_steps=_later_steps(len(gates) + 1, has_ladder=to.query.unmet is not None))


def _gate(to: Builder, gate: Gate) -> str:
    """SQL for one condition on a person."""
    match gate:
        case OnSpine():
            return "person.on_spine"
        case Alive():
            return f"(person.death_month IS NULL OR person.death_month >= {to.as_of_hole})"
        case AgeBetween(low, high):
            last_year = (to.as_of - timedelta(days=1)).year
            age = f"({to.bind('year', last_year)} - person.birth_year)"
            upper = f" AND {age} <= {to.bind('oldest', high)}" if high is not None else ""
            return f"({age} >= {to.bind('youngest', low)}{upper})"
        case LivesIn(level, names):
            return f"list_contains({to.bind(level, names)}, person.{level})"


def _first_closed(gates: list[str]) -> str:
    """SQL for how many gates come before the first that is surely closed to a person."""
    closed = " ".join(f"WHEN {gate} IS FALSE THEN {number}" for number, gate in enumerate(gates))
    return f"CASE {closed} ELSE {len(gates)} END" if gates else "0"


def _furthest(to: Builder) -> str:
    """SQL for the name of the last rung that was reached."""
    reached = [f"WHEN rung_{rung.name}.state THEN {to.bind('rung', rung.name)}" for rung in reversed(to.query.ladder)]
    return f"CASE {' '.join(reached)} END" if reached else "NULL::VARCHAR"


def _later_steps(in_population: int, *, has_ladder: bool) -> str:
    """SQL for the steps after the population: has the needs; can be told; unmet."""
    lines = [f"WHEN (population AND needs) IS NOT TRUE THEN {in_population}"]
    if has_ladder:
        lines += [f"WHEN unmet IS NULL THEN {in_population + 1}", f"WHEN NOT unmet THEN {in_population + 2}"]
    return "\n".join([*lines, f"ELSE {in_population + (3 if has_ladder else 1)}"])
