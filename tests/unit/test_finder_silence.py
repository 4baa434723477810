"""Unit: who got no response in time, of some people at a time, held against a slow evaluator; and who is a stranger."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from cohorts.finder.answers import find_gaps
from cohorts.finder.candidates import Candidate
from cohorts.finder.resampling import found_again
from cohorts.finder.silence import ALL, LASTING_DAYS, SEVERAL, SOON_DAYS, Asked, ask
from cohorts.finder.vocabulary import Responder, Sign
from governance.warehouse import connect, load_sql, load_table, materialise

AS_OF = date(2025, 10, 1)
PEOPLE, SIGNS = 400, 5
RESPONDERS = [
    Responder(source=source, needs=frozenset(), events={f"{source}.contact": has_outcome, f"{source}.service": False})
    for source, has_outcome in (("c", True), ("a", False), ("b", False))
]
EVENT = pa.schema(
    [
        ("person_id", pa.string()),
        ("source", pa.string()),
        ("kind", pa.string()),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("outcome", pa.string()),
    ]
)
STRATUM = pa.schema(
    [("person_no", pa.int32()), ("person_id", pa.string()), ("stage", pa.string()), ("stratum", pa.int16())]
)
SHOWN = pa.schema([("person_no", pa.int32()), ("sign_no", pa.int16()), ("day", pa.date32())])


def _candidate(*signs, stage="adult", at_least=None):
    return Candidate(
        stage=stage, signs=signs, at_least=at_least or len(signs), people=0, expected=1.0, p_value=float(sum(signs))
    )


def _before(days):
    return AS_OF - timedelta(days=int(days))


@pytest.fixture(scope="module")
def rows():
    """People, the signs they show, and what three services did with them, all at random."""
    rng = np.random.default_rng(5)
    stratum = [
        {"person_no": number, "person_id": f"p{number:04}", "stage": "child" if number % 3 else "adult", "stratum": 0}
        for number in range(PEOPLE)
    ]
    shown = [
        {"person_no": number, "sign_no": sign, "day": _before(rng.choice([400, 300, 200, 182, 100, 84, 20]))}
        for number in range(PEOPLE)
        for sign in np.flatnonzero(rng.random(SIGNS) < 0.4).tolist()
    ]
    events = []
    for number in rng.integers(0, PEOPLE, 3 * PEOPLE).tolist():
        source, is_service, start = rng.choice(["a", "b", "c"]), rng.random() < 0.2, int(rng.integers(1, 450))
        end = _before(start - rng.integers(0, start + 1)) if is_service and rng.random() < 0.6 else None
        kind = f"{source}.{'service' if is_service else 'contact'}"
        outcome = str(rng.choice(["attended", "did_not_attend"]))
        row = {"person_id": f"p{number:04}", "source": source, "kind": kind, "start": _before(start)}
        events += [{**row, "end": end, "outcome": outcome}] * int(rng.integers(1, 4))
    return stratum, shown, events


@pytest.fixture
def con(rows):
    """A warehouse with them."""
    with connect() as made:
        for name, schema, some in zip(
            ("person_stratum", "person_sign", "event"), (STRATUM, SHOWN, EVENT), rows, strict=True
        ):
            load_table(made, name, pa.Table.from_pylist(some, schema))
        yield made


ASKED = [
    Asked(candidate=_candidate(0, 1), sources=("a", "b", "c"), by_itself=("b", "c")),
    Asked(candidate=_candidate(2, stage="child"), sources=("a",), by_itself=("a",)),
    Asked(candidate=_candidate(0, 2, 4, stage="child"), sources=("b", "c"), by_itself=("b",)),
    Asked(candidate=_candidate(0, 1, 2, 3, 4, at_least=3), sources=("a", "b", "c")),
    Asked(candidate=_candidate(1, 3, 4, stage="child", at_least=2), sources=("c",)),
    Asked(candidate=_candidate(1, 2), sources=()),
]


def _slowly(rows, asked):
    """People, those in touch by service, and who got nothing by service: one person after the other."""
    stratum, shown, events = rows
    days, came = {}, {}
    for one in shown:
        days.setdefault(one["person_no"], {})[one["sign_no"]] = one["day"]
    for one in events:
        is_service = one["kind"].endswith("service")
        if is_service or one["source"] != "c" or one["outcome"] == "attended":
            until = (one["end"] or AS_OF) if is_service else one["start"]
            came.setdefault((int(one["person_id"][1:]), one["source"]), []).append((one["start"], until, is_service))
    people, in_touch, silent = 0, {}, {}
    for one in stratum:
        number, own = one["person_no"], days.get(one["person_no"], {})
        on = sorted(own[sign] for sign in asked.candidate.signs if sign in own)
        if one["stage"] != asked.candidate.stage or len(on) < asked.candidate.at_least or not asked.sources:
            continue
        crossed, people = on[asked.candidate.at_least - 1], people + 1
        for source in asked.sources:
            in_touch[source] = in_touch.get(source, 0) + ((number, source) in came)
        wait = timedelta(days=LASTING_DAYS if asked.is_lasting else SOON_DAYS)
        answers = {each: _answers(came.get((number, each), []), crossed, asked.is_lasting) for each in asked.sources}
        answers[ALL] = any(answers.values())
        for source in (ALL, *asked.by_itself):
            if crossed + wait <= AS_OF and not answers[source]:
                silent.setdefault(source, []).append(number)
    return people, in_touch, silent


def _answers(came, crossed, is_lasting):
    wait = timedelta(days=LASTING_DAYS)
    in_time = [one for one in came if one[1] >= crossed and one[0] < crossed + wait]
    if is_lasting:
        return any(is_service for _, _, is_service in in_time) or len(in_time) >= SEVERAL
    return any(start < crossed + timedelta(days=SOON_DAYS) for start, _, _ in in_time)


@pytest.mark.parametrize("parts", [1, 7])
def test_parts_of_the_people_are_asked_as_a_slow_evaluator_asks_one_after_the_other(con, rows, monkeypatch, parts):
    """A first response and support that lasts, all signs and several of them, children and adults."""
    monkeypatch.setattr("cohorts.finder.silence.parts_for", lambda _: parts)

    found = ask(con, ASKED, RESPONDERS, AS_OF)

    for one, silence in zip(ASKED, found, strict=True):
        people, in_touch, silent = _slowly(rows, one)
        assert (silence.people, silence.in_touch) == (people, in_touch)
        assert {source: silence.members(source).tolist() for source in silent} == silent
        assert all(source in silent for source in (ALL, *one.by_itself) if one.sources)
    assert all(len(one.members(ALL)) for one in found[:5])


def test_nobody_to_ask_is_no_fault():
    """A period without people, and a search without candidates."""
    with connect() as con:
        for name, schema in (("person_stratum", STRATUM), ("person_sign", SHOWN), ("event", EVENT)):
            load_table(con, name, schema.empty_table())

        [silence] = ask(con, ASKED[:1], RESPONDERS, AS_OF)

        assert (silence.people, silence.in_touch, silence.members(ALL).tolist()) == (0, {}, [])
        assert find_gaps(con, [], [], RESPONDERS, AS_OF) == []


def test_a_service_that_comes_late_to_nearly_everybody_is_no_stranger():
    """It knows these people, so that it is silent when they are in need says something; who knows none of them goes."""
    need = frozenset({"frailty"})
    sign = Sign(name="frailty", kind="need", evidence=(), needs=need)
    there = [
        Responder(source=one, needs=need, events={f"{one}.contact": False}) for one in ("late", "stranger", "later")
    ]
    people = [{"person_no": number, "person_id": f"{number}", "stage": "adult", "stratum": 0} for number in range(100)]
    shown = [{"person_no": number, "sign_no": 0, "day": _before(300)} for number in range(100)]
    came = [("late", 0), ("late", 1), ("later", 0), ("later", 1), ("later", 2), ("stranger", 2)]
    events = [
        {"person_id": f"{number}", "source": source, "kind": f"{source}.contact", "start": _before(30)}
        for source, number in came
    ]
    with connect() as con:
        for name, schema, some in (
            ("person_stratum", STRATUM, people),
            ("person_sign", SHOWN, shown),
            ("event", EVENT, events),
        ):
            load_table(con, name, pa.Table.from_pylist(some, schema))
        gaps = find_gaps(con, [_candidate(0)], [sign], there, AS_OF)

    assert [(one.sources, len(one.members)) for one in gaps] == [
        (("late", "later"), 100),
        (("late",), 100),
        (("later",), 100),
    ]


def test_patterns_drawn_some_at_a_time_are_drawn_as_all_at_once(con, monkeypatch):
    """How steady a combination is does not depend on how many patterns memory holds."""
    for table in ("person_shown", "pattern"):
        materialise(con, table, load_sql("cohorts.finder", table))
    asked = [one.candidate for one in ASKED]
    whole = found_again(con, asked, least_people=20, seed=1)
    monkeypatch.setattr("cohorts.finder.resampling.SOME_PATTERNS", 5)

    assert found_again(con, asked, least_people=20, seed=1) == whole
    assert len({round(one, 1) for one in whole}) > 1
