"""From the nodes of a definition to one DuckDB statement: pure, no data, no clock.

Reads ``person``, ``event``, ``need_evidence`` and ``coverage``. One row per person comes back:

    person_id
    population  BOOLEAN    in the population; like all answers NULL is *cannot tell*
    needs       BOOLEAN    has enough of the needs
    unmet       BOOLEAN    the rung that counts was not reached
    met         BOOLEAN    all three
    first       DATE       first day of evidence of the needs, for people who have them
    crossed     DATE       first day by which there was enough of it
    last        DATE       last day of evidence
    rungs       BOOLEAN[]  each rung of the ladder in order; NULL for people without the needs
    furthest    VARCHAR    the last rung that was reached
    passed      INTEGER    steps of the attrition that the person passed, see ``cohorts.english.attrition_labels``

This package is the only place that composes SQL. Nodes decide its shape, names come from their ids, and
every value binds.
"""

from datetime import date

from cohorts.compile.evidence import add_need
from cohorts.compile.members import add_members
from cohorts.compile.responses import add_rung
from cohorts.compile.statement import Builder, Statement
from cohorts.compile.verdict import verdict
from cohorts.query import Query

__all__ = ["Statement", "compile_query"]


def compile_query(query: Query, as_of: date) -> Statement:
    """The statement that answers a definition for the period that ends before ``as_of``."""
    to = Builder(query, as_of)
    for need in query.needs:
        add_need(to, need)
    add_members(to, query.members)
    for rung in query.ladder:
        add_rung(to, rung)
    return verdict(to)
