"""Populations in which nothing goes together: what the finder gives there, it gives by chance."""

from collections.abc import Iterator
from datetime import date

import duckdb
import numpy as np

from cohorts.finder.candidates import find_candidates, sets_in_question
from cohorts.finder.find import Finds, event_counts
from cohorts.finder.sets import count_sets

LEAST_PEOPLE = 50


def false_populations(con: duckdb.DuckDBPyConnection, finds: Finds, as_of: date, populations: int, seed: int) -> int:
    """How many populations give any combination, of those in which every sign is dealt out anew inside age and sex.

    Args:
        con: As the finder left it; ``person_sign`` is replaced.
        finds: What it found there.
        as_of: First day after the period.
        populations: How many are dealt.
        seed: Of the dealing.
    """
    return sum(_gives_any(con, finds, as_of) for _ in _dealt(con, populations, np.random.default_rng(seed)))


def _dealt(con: duckdb.DuckDBPyConnection, populations: int, rng: np.random.Generator) -> Iterator[None]:
    """The same signs on as many people of every age and sex, again and again, as ``person_sign``."""
    shown = con.sql("SELECT * FROM person_sign").to_arrow_table()
    stratum = con.sql("SELECT stratum FROM person_stratum ORDER BY person_no").to_arrow_table()["stratum"].to_numpy()
    order = np.argsort(stratum, kind="stable")
    sign, person = shown["sign_no"].to_numpy(), shown["person_no"].to_numpy()
    for _ in range(populations):
        dealt = person.copy()
        for number in np.unique(sign):
            to = np.empty_like(order)
            to[order] = order[np.lexsort((rng.random(len(order)), stratum[order]))]
            dealt[sign == number] = to[person[sign == number]]
        con.register("dealt", shown.set_column(0, "person_no", [dealt]))
        con.execute("CREATE OR REPLACE TABLE person_sign AS SELECT * FROM dealt")
        yield


def _gives_any(con: duckdb.DuckDBPyConnection, finds: Finds, as_of: date) -> bool:
    counted = count_sets(con, finds.signs, least_people=LEAST_PEOPLE)
    asked, events = sets_in_question(finds.signs, len(counted)), event_counts(con, as_of)
    found = find_candidates(con, counted, finds.signs, events, least_people=LEAST_PEOPLE, tests=asked)
    return any(len(one.signs) > 1 for one in found)
