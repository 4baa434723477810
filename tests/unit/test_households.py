"""Unit: who shares a home, as tokens made inside the source: equal or not, and nothing else."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from cohorts.analysis import build_analysis
from cohorts.events import Payload, record_tables
from governance.contracts import PERSON_INDEX
from governance.keys.ring import Secret
from governance.settings import ExtractFile, Project, Source
from governance.warehouse import connect, fetch_table, load_table

KEY, OTHER_KEY = (Secret(bytes([n]) * 32).subkey("project", "purpose", "household", "1") for n in (1, 2))
LOOKUP = pa.table(
    {name: pa.array([], pa.string()) for name in ("postcode", "small_area", "ward", "district")}
    | {"deprivation_decile": pa.array([], pa.int64())}
)
COLUMNS = {
    "ref": {"class": "direct_identifier", "role": "record_id"},
    "line": {"class": "direct_identifier", "role": "address"},
    "code": {"class": "direct_identifier", "role": "postcode"},
    "property": {"class": "direct_identifier", "role": "uprn"},
    "lives": {"class": "quasi_identifier", "role": "address_kind", "values": {"CH": "care_home", "HO": "hostel"}},
}
PEOPLE = ExtractFile.model_validate(
    {"id": "people", "path": "people.csv", "grain": "people", "columns": COLUMNS}, strict=False
)


def sent(*rows: dict[str, Any], key: Secret | None = KEY) -> Payload:
    """What a source with these people sends."""
    source = Source.model_construct(id="gp", files=[PEOPLE])
    schema = pa.schema([("row_no", pa.int64()), ("record_id", pa.int64()), *((name, pa.string()) for name in COLUMNS)])
    numbered = [{"row_no": number, "record_id": number, **row} for number, row in enumerate(rows, 1)]
    with connect(threads=1) as con:
        load_table(con, "file_people", pa.Table.from_pylist(numbered, schema))
        return record_tables(con, source, LOOKUP, key)


def homes(*rows: dict[str, Any], key: Secret | None = KEY) -> list[tuple[int | None, str]]:
    """Token and kind of address of each person."""
    return [(row["household"], row["address_kind"]) for row in sent(*rows, key=key).record_person.to_pylist()]


def flat(line: str = "1 High St", code: str = "AB1 2CD", number: str | None = None) -> dict[str, Any]:
    """One address."""
    return {"line": line, "code": code, "property": number}


def test_one_address_however_it_is_spelt_is_one_home():
    """Spaces, case and stops do not part a household; another house number does."""
    one, other, next_door = homes(flat(), flat("1, high st.", "ab12cd"), flat("2 High St"))

    assert one == other
    assert one[1] == "home"
    assert next_door[0] not in (None, one[0])


def test_a_property_number_is_believed_before_the_address_and_lent_to_those_without():
    """Of two flats at one street number the property number tells; where the source knows it once, it knows it."""
    with_number, without, upstairs, leading_zeros = homes(
        flat(number="100023"), flat(), flat("Flat 2", number="100024"), flat("elsewhere", number="000100023")
    )

    assert with_number == without == leading_zeros
    assert upstairs[0] != with_number[0]


def test_an_address_that_has_had_two_property_numbers_lends_neither():
    """Flats that share a line are not one home."""
    one, two, unknown = homes(flat(number="100023"), flat(number="100024"), flat())

    assert len({one[0], two[0], unknown[0]}) == 3


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (flat(code="ZZ99 3VZ"), "no_fixed_address"),
        (flat(code="ZZ99 3WZ"), "unknown"),
        (flat(line=None), "unknown"),
        (flat() | {"lives": "care_home"}, "care_home"),
        (flat() | {"lives": "hostel"}, "hostel"),
    ],
    ids=["no fixed abode", "not known", "a postcode is a street", "care home", "hostel"],
)
def test_what_is_no_private_home_is_of_its_own_kind_and_has_no_token(row, kind):
    """Nobody there is a housemate of anybody."""
    assert homes(row) == [(None, kind)]


def test_tokens_hang_on_the_key_and_without_one_nobody_is_told():
    """Another project, purpose or epoch has another key; a project that does not ask has none."""
    [ours], [theirs], [untold] = homes(flat()), homes(flat(), key=OTHER_KEY), homes(flat(), key=None)

    assert ours[0] != theirs[0]
    assert untold == (None, "unknown")


def test_no_address_is_in_what_leaves():
    """The payload holds a number of 64 bits; neither line, code nor property number."""
    payload = sent(flat(number="100023"))

    told = str([table.to_pylist() for table in (payload.record_person, payload.record_event, payload.record_need)])
    assert not [secret for secret in ("High", "HIGH", "AB1", "100023") if secret in told]
    assert payload.record_person.schema.field("household").type == pa.int64()


@pytest.mark.parametrize(("people", "kind"), [(9, "home"), (10, "communal")])
def test_an_address_of_ten_or_more_is_taken_for_a_communal_one(people, kind):
    """A hostel that nobody declared is not one household of strangers."""
    rows = [{"source": "gp", "record_id": number, "person_id": f"p{number}"} for number in range(1, people + 1)]
    index = pa.Table.from_pylist(rows, PERSON_INDEX.schema)
    source = Source.model_construct(id="gp", files=[PEOPLE], sector=_Nhs())
    with connect(threads=1) as con:
        payloads = {"gp": sent(*[flat() for _ in rows])}
        build_analysis(con, [source], index, payloads, date(2025, 10, 1), Project.model_construct(spine="gp"))
        found = fetch_table(con, "SELECT DISTINCT address_kind, household IS NULL AS untold FROM person").to_pylist()

    assert found == [{"address_kind": kind, "untold": kind == "communal"}]


class _Nhs:
    value = "nhs"
