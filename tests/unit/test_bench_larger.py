"""A larger system made of a smaller one: nobody is shared between copies, and events move together."""

from datetime import date, timedelta

import pyarrow as pa

from governance.contracts import PERSON_INDEX, RECORD_EVENT, check_table
from tests.bench.larger import DAYS_APART, multiplied

INDEX = pa.Table.from_pylist(
    [{"source": "gp", "record_id": 7, "person_id": "p1"}, {"source": "ed", "record_id": 9, "person_id": "p1"}],
    PERSON_INDEX.schema,
)
EVENTS = pa.Table.from_pylist(
    [
        {"record_id": 7, "event_no": 0, "kind": "apc.admission", "start": date(2026, 3, 2), "end": date(2026, 3, 9)},
        {"record_id": 7, "event_no": 4, "kind": "gp.consultation", "start": date(2026, 3, 20), "end": None},
    ],
    RECORD_EVENT.schema,
)


def test_copies_share_nobody_and_no_record():
    """Every person and every record of each copy has an id of its own, and events are of their records."""
    found = multiplied({"person_index": INDEX, "record_event": EVENTS}, copies=3, events=1)

    index, events = (check_table(found[one.name], one) for one in (PERSON_INDEX, RECORD_EVENT))
    assert len(set(index["person_id"].to_pylist())) == 3
    assert len(set(index["record_id"].to_pylist())) == index.num_rows == 6
    assert set(events["record_id"].to_pylist()) < set(index["record_id"].to_pylist())
    assert index.slice(0, 2).equals(INDEX)


def test_what_followed_an_event_still_follows_it():
    """Three times the events of one record, under numbers of their own, as far apart as they were."""
    found = check_table(multiplied({"record_event": EVENTS}, copies=1, events=3)["record_event"], RECORD_EVENT)

    rows = found.to_pylist()
    assert len({row["event_no"] for row in rows}) == 6
    assert [(late["start"] - early["end"]).days for early, late in zip(rows[::2], rows[1::2], strict=True)] == [11] * 3
    assert [row["start"] for row in rows[::2]] == [date(2026, 3, 2) - timedelta(n * DAYS_APART) for n in range(3)]
    assert found.slice(0, 2).equals(EVENTS)


def test_a_copy_lives_in_small_areas_of_its_own():
    """What is not recorded of a home is not recorded of its copy."""
    homes = pa.table({"record_id": [7, 9], "small_area": pa.array(["E01", None], pa.string())})

    found = multiplied({"record_person": homes}, copies=3, events=1)["record_person"]

    assert found["small_area"].to_pylist() == ["E01", None, "E0101", None, "E0102", None]
