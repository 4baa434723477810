"""Spec: records become people: whose word counts where records disagree, and what each source can speak for."""

from datetime import date

import pyarrow as pa
import pytest

from cohorts.analysis import build_analysis
from cohorts.catalogue import catalogue_of, coverage_table
from cohorts.events import Payload
from governance.contracts import COVERAGE, PERSON_INDEX, RECORD_EVENT, RECORD_NEED, RECORD_PERSON, Contract
from governance.errors import ContractError
from governance.settings import Coverage, EventMapping, ExtractFile, NeedMapping, Project
from governance.warehouse import fetch_table
from tests.lib.cohorts import AS_OF, source, warehouse

PROJECT = Project.model_construct(spine="gp")


def table(contract: Contract, *rows: dict[str, object]) -> pa.Table:
    """Rows of a contract; what is not given is missing."""
    return pa.Table.from_pylist([{name: row.get(name) for name in contract.columns} for row in rows], contract.schema)


def payload(*people: dict[str, object], events: tuple = (), needs: tuple = ()) -> Payload:
    """What one source sends."""
    return Payload(
        record_person=table(RECORD_PERSON, *people),
        record_event=table(RECORD_EVENT, *events),
        record_need=table(RECORD_NEED, *needs),
    )


def built(payloads: dict[str, Payload], index: list[tuple[str, int, str]], name: str) -> list[dict[str, object]]:
    """One of the analysis tables."""
    rows = [dict(zip(PERSON_INDEX.columns, row, strict=True)) for row in index]
    sources = [
        source(one, one_record_per_person=True, sector="police" if one == "police" else "nhs") for one in payloads
    ]
    with warehouse() as con:
        build_analysis(con, sources, table(PERSON_INDEX, *rows), payloads, AS_OF, PROJECT)
        return fetch_table(con, f"SELECT * FROM {name} ORDER BY ALL").to_pylist()


INDEX = [("gp", 1, "ann"), ("police", 1, "ann"), ("police", 2, "ann"), ("ed", 1, "ann")]


def ann(**of_source: dict[str, object]) -> dict[str, object]:
    """The one person, from records that say what is given."""
    payloads = {
        "gp": payload({"record_id": 1, **of_source.get("gp", {})}),
        "police": payload(
            {"record_id": 1, **of_source.get("police", {})}, {"record_id": 2, **of_source.get("police2", {})}
        ),
        "ed": payload({"record_id": 1, **of_source.get("ed", {})}),
    }
    [person] = built(payloads, INDEX, "person")
    return person


def test_the_spine_is_believed_first():
    """Even if every other record says otherwise."""
    found = ann(gp={"sex": "female"}, police={"sex": "male"}, police2={"sex": "male"}, ed={"sex": "male"})

    assert (found["sex"], found["on_spine"]) == ("female", True)


def test_then_what_most_records_say_and_then_the_first_in_order():
    """Two against one; and a tie that falls the same way every time."""
    found = ann(
        police={"ethnic_group": "white", "birth_year": 1980},
        police2={"ethnic_group": "black", "birth_year": 1979},
        ed={"ethnic_group": "white"},
    )

    assert (found["ethnic_group"], found["birth_year"]) == ("white", 1979)


def test_ward_district_and_deprivation_follow_the_small_area():
    """They come from one place, not from a vote on each."""
    north = {"small_area": "E01", "ward": "Hill", "district": "North", "deprivation_decile": 9}
    south = {"small_area": "E02", "ward": "Dock", "district": "South", "deprivation_decile": 1}

    found = ann(gp=south, police=north, police2=north, ed=north)

    assert [found[name] for name in ("small_area", "ward", "district", "deprivation_decile")] == [
        "E02",
        "Dock",
        "South",
        1,
    ]


@pytest.mark.parametrize(
    ("gp", "ed", "expected"), [(False, True, True), (False, None, False), (None, None, None), (None, True, True)]
)
def test_no_fixed_address_if_any_record_says_so(gp, ed, expected):
    """An old address on the register does not house anyone."""
    assert ann(gp={"no_fixed_address": gp}, ed={"no_fixed_address": ed})["no_fixed_address"] is expected


def test_death_by_the_spine_else_the_earliest_recorded():
    """One month, however many records."""
    may, june, july = (date(2025, month, 1) for month in (5, 6, 7))

    assert ann(gp={"death_month": july}, ed={"death_month": may})["death_month"] == july
    assert ann(police={"death_month": june}, ed={"death_month": may})["death_month"] == may


def test_events_and_needs_take_the_person_and_the_sector():
    """Two records of one person at one source that say the same of one day are one piece of evidence."""
    event = {"event_no": 1, "kind": "ed.attendance", "start": date(2025, 5, 1), "crisis": True, "planned": False}
    need = {"need": "homelessness", "valid_from": date(2025, 5, 1)}
    payloads = {
        "gp": payload({"record_id": 1}),
        "police": payload(
            {"record_id": 1},
            {"record_id": 2},
            needs=(
                {**need, "record_id": 1, "strength": "indicated", "valid_to": date(2025, 6, 1)},
                {**need, "record_id": 2, "strength": "reported", "valid_to": None},
            ),
        ),
        "ed": payload({"record_id": 1}, events=({**event, "record_id": 1},)),
    }

    [found] = built(payloads, INDEX, "event")
    assert (found["person_id"], found["source"], found["sector"], found["crisis"]) == ("ann", "ed", "nhs", True)
    [evidence] = built(payloads, INDEX, "need_evidence")
    assert (evidence["person_id"], evidence["sector"], evidence["strength"], evidence["valid_to"]) == (
        "ann",
        "police",
        "indicated",
        None,
    )


def test_a_person_index_of_another_shape_is_refused():
    """What is joined must be what was promised."""
    with warehouse() as con, pytest.raises(ContractError, match="`person_index` differs"):
        build_analysis(con, [source("gp")], pa.table({"person_id": ["ann"]}), {"gp": payload()}, AS_OF, PROJECT)


# --- coverage ---------------------------------------------------------------------------------------------


def file(*kinds: str, needs: tuple[str, ...] = (), name: str = "visits") -> ExtractFile:
    """A file that maps these kinds and needs."""
    return ExtractFile.model_construct(
        id=name,
        events=[EventMapping(kind=kind, start="day") for kind in kinds],
        needs=[NeedMapping(need=need, start="day", strength="reported") for need in needs],
    )


def span(start: str, stop: str | None = None, *kinds: str, share: float = 1.0) -> Coverage:
    """A declared span."""
    return Coverage(
        kinds=list(kinds),
        start=date.fromisoformat(start),
        end=date.fromisoformat(stop) if stop else None,
        share=share,
    )


def covered(*spans: Coverage, files: tuple[ExtractFile, ...]) -> list[str]:
    """The coverage of one source, a line a row."""
    found = coverage_table([source("one", *files, coverage=spans)], AS_OF, delivered={"one": AS_OF})
    assert found.schema == COVERAGE.schema
    return [f"{row['kind']} {row['start']} {row['stop']} {row['share']}" for row in found.to_pylist()]


def test_no_kinds_means_every_kind_and_no_end_means_the_period():
    """Events and needs alike."""
    assert covered(span("2024-01-01"), files=(file("ed.attendance", needs=("frailty",)),)) == [
        "ed.attendance 2024-01-01 2025-10-01 1.0",
        "need.frailty 2024-01-01 2025-10-01 1.0",
    ]


def test_a_source_that_sent_nothing_cannot_speak():
    """Whatever it declares, its silence this period means nothing."""
    silent = source("one", file("ed.attendance"), coverage=[span("2024-01-01")])

    [row] = coverage_table([silent], AS_OF, delivered={}).to_pylist()

    assert (row["start"], row["stop"], row["share"]) == (AS_OF, AS_OF, 0.0)


def test_an_extract_that_is_carried_forward_speaks_to_its_own_end():
    """Whatever the source declares: what came after the extract is in nobody's hands."""
    carried = source("one", file("ed.attendance"), coverage=[span("2024-01-01"), span("2025-09-10", "2025-09-20")])

    [row] = coverage_table([carried], AS_OF, delivered={"one": date(2025, 9, 1)}).to_pylist()

    assert (row["start"], row["stop"]) == (date(2024, 1, 1), date(2025, 9, 1))


def test_a_family_covers_its_kinds_only():
    """``housing.*`` says nothing of other kinds; a kind nobody speaks for has an empty span."""
    assert covered(span("2024-01-01", None, "housing.*"), files=(file("housing.application", "asc.request"),)) == [
        "asc.request 2025-10-01 2025-10-01 0.0",
        "housing.application 2024-01-01 2025-10-01 1.0",
    ]


def test_spans_that_touch_are_one_with_the_smallest_share():
    """A window across the join is covered; a gap stays a gap; nothing reaches past the period."""
    spans = [
        span("2023-01-01", "2024-01-01"),
        span("2024-01-01", "2024-06-01", share=0.7),
        span("2024-08-01", "2027-01-01"),
    ]

    assert covered(*spans, files=(file("ed.attendance"),)) == [
        "ed.attendance 2023-01-01 2024-06-01 0.7",
        "ed.attendance 2024-08-01 2025-10-01 1.0",
    ]


def test_a_need_is_covered_as_the_contacts_it_was_noted_at():
    """Not as other files of the same source; by name if it is named."""
    files = (
        file("ed.attendance", needs=("frailty",)),
        file("ambulance.callout", needs=("vulnerability",), name="calls"),
    )

    assert covered(
        span("2024-01-01", None, "ed.attendance"), span("2025-01-01", None, "need.vulnerability"), files=files
    ) == [
        "ambulance.callout 2025-10-01 2025-10-01 0.0",
        "ed.attendance 2024-01-01 2025-10-01 1.0",
        "need.frailty 2024-01-01 2025-10-01 1.0",
        "need.vulnerability 2025-01-01 2025-10-01 1.0",
    ]


def test_the_catalogue_says_who_maps_what():
    """From settings alone, codes included."""
    coded = ExtractFile.model_construct(
        id="coded",
        events=[EventMapping.model_validate({"kind": {"column": "c", "values": {"1": "mh.crisis"}}, "start": "d"})],
        needs=[],
    )
    found = catalogue_of([source("ed", file("mh.crisis", needs=("frailty",))), source("mh", coded)])

    assert (found.kinds, found.needs) == (["mh.crisis"], ["frailty"])
    assert found.sources_of["mh.crisis"] == ("ed", "mh")
