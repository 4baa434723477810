"""Property: who is protected, by SQL and by walking from record to record in plain Python."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.warehouse import connect, fetch_table, load_sql, load_table

RECORDS = st.lists(st.sets(st.integers(0, 9), max_size=3), max_size=12)


def walked(records, numbers, ids):
    """Records reached from the list, one step at a time."""
    reached = set(ids) & set(range(len(records)))
    known = set(numbers)
    while True:
        known |= {number for record in reached for number in records[record]}
        grown = reached | {record for record, held in enumerate(records) if held & known}
        if grown == reached:
            return reached
        reached = grown


@settings(max_examples=50)
@given(RECORDS, st.sets(st.integers(0, 9), max_size=3), st.sets(st.integers(0, 11), max_size=2))
def test_sql_agrees_with_walking_from_record_to_record(records, numbers, ids):
    """Chains of any length; numbers and ids that nobody holds."""
    held = [(record, str(number)) for record, own in enumerate(records) for number in sorted(own)]
    with connect() as con:
        person = {"record_id": pa.array([r for r, _ in held], pa.int64()), "nhs_number": [n for _, n in held]}
        load_table(
            con, "person_number", pa.table({**person, "nhs_number": pa.array(person["nhs_number"], pa.string())})
        )
        load_table(
            con, "listed_number", pa.table({"nhs_number": pa.array([str(n) for n in sorted(numbers)], pa.string())})
        )
        listed = [record for record in sorted(ids) if record < len(records)]
        load_table(con, "listed_record", pa.table({"record_id": pa.array(listed, pa.int64())}))
        found = fetch_table(con, load_sql("governance", "protected_record"))["record_id"].to_pylist()

    assert found == sorted(walked(records, numbers, ids))
