"""Populations in which nothing goes together: what the finder gives there, it gives by chance."""

from collections.abc import Iterator, Mapping
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from cohorts.finder.candidates import (
    SMALLEST_REPEAT,
    Candidate,
    find_candidates,
    sets_in_question,
    significant,
)
from cohorts.finder.chance import expected_often, upper_tail
from cohorts.finder.endings import at_an_age, treated_and_left
from cohorts.finder.find import Finds, event_counts
from cohorts.finder.groups import LEAST_LIFT
from cohorts.finder.returning import known_and_told, oftener, returns_of
from cohorts.finder.sets import count_sets
from cohorts.finder.vocabulary import Sign, responders_of
from governance.warehouse import load_table, materialise

LEAST_PEOPLE = 50
Events = Mapping[str, Mapping[int, int]]


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


def false_repeats(con: duckdb.DuckDBPyConnection, finds: Finds, as_of: date, populations: int, seed: int) -> int:
    """How many populations give any repeat, of those in which every event fell on anybody of its age and sex alike.

    Args:
        con: As the finder left it.
        finds: What it found there.
        as_of: First day after the period.
        populations: How many are dealt.
        seed: Of the dealing.
    """
    rng = np.random.default_rng(seed)
    sizes = con.execute("SELECT stage, stratum, count(*) FROM person_stratum GROUP BY ALL ORDER BY ALL").fetchall()
    events, tests = event_counts(con, as_of), sets_in_question(finds.signs, len({stage for stage, _, _ in sizes}))
    asked = [one for one in finds.signs if one.kind == "again" and one.needs and one.times >= SMALLEST_REPEAT]
    return sum(bool(significant(list(_dealt_repeats(asked, sizes, events, rng)), tests)) for _ in range(populations))


def _dealt_repeats(asked: list[Sign], sizes: list[tuple[str, int, int]], events: Events, rng: np.random.Generator):
    for stage in sorted({stage for stage, _, _ in sizes}):
        strata = [(stratum, size) for held, stratum, size in sizes if held == stage]
        everyone = np.array([size for _, size in strata], np.float64)
        for sign in asked:
            fell = [events.get(sign.event, {}).get(stratum, 0) for stratum, _ in strata]
            dealt = [np.bincount(rng.integers(0, size, n)) for (_, size), n in zip(strata, fell, strict=True) if n]
            people = sum(int((times >= sign.times).sum()) for times in dealt)
            chance = expected_often(everyone, np.array(fell, np.float64), sign.times)
            if people >= LEAST_PEOPLE and people >= LEAST_LIFT * chance:
                value = float(upper_tail(np.array([float(people)]), np.array([chance]))[0])
                yield Candidate(stage=stage, signs=(0,), at_least=1, people=people, expected=chance, p_value=value)


def _gives_any(con: duckdb.DuckDBPyConnection, finds: Finds, as_of: date) -> bool:
    counted = count_sets(con, finds.signs, least_people=LEAST_PEOPLE)
    asked, events = sets_in_question(finds.signs, len(counted)), event_counts(con, as_of)
    found = find_candidates(con, counted, finds.signs, events, least_people=LEAST_PEOPLE, tests=asked)
    return any(len(one.signs) > 1 for one in found)


def false_endings(con: duckdb.DuckDBPyConnection, sources, spine: str, as_of: date, populations: int, seed: int) -> int:
    """How many populations give any service that ends at an age, where endings are dealt out among old and young.

    Args:
        con: Holds ``event`` and ``person_stratum``.
        sources: Their settings.
        spine: Id of the register.
        as_of: First day after the period.
        populations: How many are dealt.
        seed: Of the dealing.
    """
    rng = np.random.default_rng(seed)
    asked = [one for one in responders_of(sources) if one.source != spine]
    treated = treated_and_left(con, asked, as_of)
    return sum(bool(at_an_age(_dealt_endings(treated, rng), services=len(asked))) for _ in range(populations))


def false_returns(con: duckdb.DuckDBPyConnection, sources, spine: str, as_of: date, populations: int, seed: int) -> int:
    """How many populations give anything that came again, where whom a service knew and who is told of are apart.

    Args:
        con: Holds ``event`` and ``person_stratum``.
        sources: Their settings.
        spine: Id of the register.
        as_of: First day after the period.
        populations: How many are dealt.
        seed: Of the dealing.
    """
    rng = np.random.default_rng(seed)
    asked = returns_of(sources, spine)
    counted = known_and_told(con, asked, as_of)
    known, told, people = (counted[name].to_numpy() for name in ("known", "told", "people"))
    place = counted.schema.get_field_index("returned")
    false = 0
    for _ in range(populations):
        dealt = pa.array(rng.hypergeometric(known, people - known, told))
        false += bool(oftener(counted.set_column(place, "returned", dealt), asked=len(asked)))
    return false


def _dealt_endings(treated, rng: np.random.Generator):
    dealt = {}
    for source in sorted({source for source, _ in treated}):
        (children, some), (adults, others) = (treated.get((source, stage), (0, 0)) for stage in ("child", "adult"))
        grown = int(rng.hypergeometric(adults, children, some + others)) if some + others else 0
        dealt |= {(source, "adult"): (adults, grown), (source, "child"): (children, some + others - grown)}
    return dealt


_PATTERN = pa.schema(
    [("pattern_no", pa.int32()), ("stage", pa.string()), ("people", pa.int64()), ("signs", pa.list_(pa.int16()))]
)


def load_patterns(con: duckdb.DuckDBPyConnection, *patterns: tuple[int, list[int]]) -> None:
    """The table ``pattern`` of adults, from pairs of how many people there are and the signs that they show."""
    rows = [
        {"pattern_no": number, "stage": "adult", "people": people, "signs": signs}
        for number, (people, signs) in enumerate(patterns)
    ]
    load_table(con, "shown", pa.Table.from_pylist(rows, _PATTERN))
    mask = "list_sum(list_transform(signs, lambda sign: CAST(1 AS HUGEINT) << CAST(sign AS INTEGER)))"
    materialise(con, "pattern", f"SELECT *, CAST({mask} AS HUGEINT) AS mask FROM shown")
