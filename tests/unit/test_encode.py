"""Views: what linkage is given of a source, and what it is not."""

from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from governance.contracts import RECORD, VIEW
from linkage.encode import BIRTH_LAYOUT, PLACE_LAYOUT, _digests, how_encoded
from linkage.values import PRESENT
from tests.lib.linkage import LINKAGE, ROOT, encoded, identifiers, keys_for, linkage_with, rule, world

ADA = {
    "record_id": 11,
    "forename": "Adaeze",
    "surname": "Archer-Bellamy",
    "previous_surname": "Castleton",
    "date_of_birth": date(1987, 4, 3),
    "postcode": "NM1 2AB",
    "previous_postcode": "NM9 8ZY",
    "sex": "female",
    "nhs_number": "9990000018",
    "phone": "07700 900123",
    "email": "adaeze@example.org",
    "uprn": "100023336956",
    "birth_place": "Newcastle",
    "occupation": "plasterer",
}
SKETCHES = ("forename_lo", "forename_hi", "surname_lo", "surname_hi")
WHOLE = ("nhs_number", "phone", "email", "uprn", "birth_place", "occupation")
EVERYTHING = [*LINKAGE.compare, "birth_place", "occupation"]


def rows_of(*rows, **changes):
    """Views of these rows, as dictionaries."""
    return encoded(rows, LINKAGE.model_copy(update=changes)).views.to_pylist()


def under(a_rule, *rows, **changes):
    """Views of these rows under one rule."""
    return encoded(rows, linkage_with(a_rule, **changes)).views.to_pylist()


@pytest.fixture(scope="module")
def clinic():
    """The clinic of the made-up world, encoded."""
    return encoded(identifiers(world().sources["clinic"]))


def test_tables_keep_their_contracts(clinic):
    """Columns, types and keys are those of the contracts."""
    assert clinic.views.schema.equals(VIEW.schema)
    assert clinic.records.schema.equals(RECORD.schema)
    for table, contract in ((clinic.views, VIEW), (clinic.records, RECORD)):
        assert table.group_by(list(contract.key)).aggregate([]).num_rows == table.num_rows > 0


def test_tables_do_not_depend_on_the_order_of_the_extract(clinic):
    """The same people in another order give the same bytes: the extract's order is gone."""
    rows = identifiers(world().sources["clinic"])
    turned = encoded([rows[i] for i in np.random.default_rng(1).permutation(len(rows))])

    assert turned.views.equals(clinic.views)
    assert turned.records.equals(clinic.records)


def test_views_come_rule_by_rule_in_the_order_of_pseudonyms(clinic):
    """Linkage reads one rule at a time; record ids are keyed, so their order tells nothing."""
    places = list(zip(*(clinic.views[name].to_pylist() for name in ("rule", "record_id", "variant")), strict=True))

    assert places == sorted(places)
    assert len({rule for rule, _, _ in places}) > 10


def test_every_record_is_counted_with_the_rules_that_see_it(clinic):
    """``record`` holds each record once; ``views`` is the number of rules with a view of it, variants aside."""
    seen = {(row["record_id"], row["rule"]) for row in clinic.views.to_pylist()}
    expected = {row["record_id"]: 0 for row in world().sources["clinic"]}
    for record_id, _ in seen:
        expected[record_id] += 1

    found = dict(zip(clinic.records["record_id"].to_pylist(), clinic.records["views"].to_pylist(), strict=True))

    assert found == expected


def test_a_record_nobody_can_find_stays_on_the_list():
    """Without any component a record has no view and is still counted."""
    found = encoded([{"record_id": 3, "forename": "Ada"}, ADA])

    assert set(found.views["record_id"].to_pylist()) == {11}
    nothing = {"views": 0, "has_nhs_number": False, "digest": 0}
    assert found.records.to_pylist()[0] == {"record_id": 3, "present": PRESENT["forename"], **nothing}


def test_a_digest_changes_with_any_view_of_the_record_and_with_no_other():
    """By its digest linkage knows a record that changed, even where two variants only exchanged their values."""
    ben = {"record_id": 12, "forename": "Ben", "surname": "Bell", "date_of_birth": date(1990, 2, 3)}
    digests = {}
    for name, change in {
        "as it was": {},
        "other sex": {"sex": "male"},
        "married": {"surname": "Bell", "previous_surname": "Archer"},
        "divorced": {"surname": "Archer", "previous_surname": "Bell"},
    }.items():
        rows = encoded([{**ADA, **change}, ben]).records.to_pylist()
        digests[name] = [row["digest"] for row in rows]

    assert len({own for own, _ in digests.values()}) == len(digests)
    assert len({other for _, other in digests.values()}) == 1


def test_two_variants_cannot_exchange_values_unseen():
    """Equal sums of their columns are no equal digests."""
    one = [np.array([1, 2], np.int8), np.array([3, 4], np.int64)]
    other = [np.array([2, 1], np.int8), np.array([3, 4], np.int64)]

    assert _digests(one).sum() != _digests(other).sum()


def test_whether_a_record_has_an_nhs_number_is_told_once():
    """Of every record, whether the number is compared or a rule's; where it is neither, not even that it is there."""
    without = {**ADA, "record_id": 12, "nhs_number": None}
    found = [encoded([ADA, without], linkage).records["has_nhs_number"].to_pylist() for linkage in (LINKAGE, FOUR)]

    assert found == [[True, False], [False, False]]


FOUR = LINKAGE.model_copy(
    update={
        "compare": ["name", "date_of_birth", "sex", "postcode"],
        "rules": [one for one in LINKAGE.rules if "nhs_number" not in one.components],
    }
)
"""Settings under which the NHS number is no evidence."""


def test_a_source_without_people_gives_empty_tables():
    """No rows in, no rows out, and the tables still have their columns."""
    found = encoded([])

    assert (found.views.num_rows, found.records.num_rows) == (0, 0)
    assert found.views.schema.equals(VIEW.schema)


def test_a_view_per_rule_and_distinct_variant():
    """A previous surname and a previous postcode add views only under rules that they change."""
    fields = {"record_id": 1, "forename": "Ada", "surname": "Archer", "previous_surname": "Bell"}
    fields |= {"date_of_birth": date(1987, 4, 3), "postcode": "NM1 2AB", "previous_postcode": "NM9 8ZY"}

    by_surname = under(rule("date_of_birth", "surname"), fields)
    by_postcode = under(rule("date_of_birth", "postcode"), fields)

    assert [row["variant"] for row in by_surname] == [0, 1, 9]
    assert len({row["block"] for row in by_surname}) == 2
    assert [row["variant"] for row in by_postcode] == [0, 1, 9]
    assert len({row["block"] for row in by_postcode}) == 2


def test_variants_that_say_nothing_new_are_left_out():
    """Two parts of a double name that are one word make one view."""
    twice = {"record_id": 1, "surname": "Smith-Smith", "date_of_birth": date(1987, 4, 3), "forename": "Ada"}

    assert [row["variant"] for row in under(rule("date_of_birth", "surname"), twice)] == [0, 2]


def test_a_previous_surname_counts_where_there_is_no_other():
    """A record without a present surname keeps its view under the previous one, whatever names stand in the source."""
    first = {"record_id": 1, "forename": "Ada", "previous_surname": "Abbot", "postcode": "NM1 2AB"}

    found = under(rule("forename", "postcode"), first)

    assert [(row["variant"], row["surname_lo"] is None) for row in found] == [(0, True), (1, False)]


def test_present_flags_say_what_is_filled():
    """One bit a field; a missing field has no bit and no code."""
    bare = {"record_id": 1, "forename": "Ada", "date_of_birth": date(1987, 1, 1), "nhs_number": "9990000018"}

    full, part = (under(rule("nhs_number"), row)[0] for row in (ADA, bare))

    assert full["present"] == sum(PRESENT.values())
    assert part["present"] == PRESENT["forename"] | PRESENT["birth_year"]
    assert [part[name] is None for name in SKETCHES] == [False, False, True, True]


def test_missing_parts_leave_their_bits_empty():
    """Missing is a flag, not a code: the bits of a missing part are nought."""
    bare = {"record_id": 1, "forename": "Ada", "date_of_birth": date(1987, 1, 1), "nhs_number": "9990000018"}

    (row,) = under(rule("nhs_number"), bare)

    year, month, day, sex = (row["birth_sex"] >> shift & 0xFFFF for _, shift in BIRTH_LAYOUT)
    assert year != 0
    assert (month, day, sex, row["place"]) == (0, 0, 0, 0)


def test_parts_do_not_overlap():
    """The parts of a packed word cover its 64 bits once."""
    birth = [(shift, 16) for _, shift in BIRTH_LAYOUT]
    place = [(shift, width) for _, shift, width in PLACE_LAYOUT]

    for layout in (birth, place):
        covered = [bit for shift, width in layout for bit in range(shift, shift + width)]
        assert sorted(covered) == list(range(64))


FIXING = {
    "forename": (rule("date_of_birth", "forename"), SKETCHES[:2]),
    "surname": (rule("date_of_birth", "surname"), SKETCHES[2:]),
    "phone": (rule("phone", "forename_initial"), ("phone",)),
    "NHS number": (rule("nhs_number"), ("nhs_number",)),
    "both names": (rule("forename", "surname", "birth_place"), (*SKETCHES, "birth_place")),
}


@pytest.mark.parametrize(("a_rule", "fixed"), FIXING.values(), ids=FIXING)
def test_what_a_rule_fixes_is_not_encoded(a_rule, fixed):
    """Inside a block a fixed field is equal by construction; only the others are there."""
    for row in under(a_rule, ADA, compare=EVERYTHING):
        missing = {name for name in (*SKETCHES, *WHOLE) if row[name] is None}
        assert missing == set(fixed)


def test_a_phonetic_component_fixes_nothing():
    """Names that sound alike are not equal: their sketches are there."""
    (row, *_) = under(rule("postcode", "phonetic_pair"), ADA)

    assert None not in [row[name] for name in SKETCHES]


def test_fields_that_are_not_compared_are_not_encoded():
    """A field outside ``compare`` has no code."""
    (row, *_) = under(rule("date_of_birth", "postcode"), ADA, compare=["date_of_birth", "email"])

    assert {name for name in (*SKETCHES, *WHOLE) if row[name] is not None} == {"email"}


def test_inside_a_block_codes_agree_field_by_field():
    """Two records of one block: equal fields have equal codes, others do not, and swapped day and month show."""
    other = ADA | {"record_id": 12, "date_of_birth": date(1987, 3, 4), "postcode": "NM1 2XY", "email": "b@example.org"}

    a, b = (row for row in under(rule("nhs_number"), ADA, other) if row["variant"] == 0)

    parts_a, parts_b = ([row["birth_sex"] >> shift & 0xFFFF for _, shift in BIRTH_LAYOUT] for row in (a, b))
    assert parts_a[0] == parts_b[0]
    assert (parts_a[1], parts_a[2]) == (parts_b[2], parts_b[1])
    assert parts_a[1] != parts_a[2]
    assert parts_a[3] == parts_b[3]
    differing = a["place"] ^ b["place"]
    equal = [differing >> shift & (1 << width) - 1 == 0 for _, shift, width in PLACE_LAYOUT]
    assert equal == [False, True, True]
    assert [a[name] == b[name] for name in ("phone", "email", "uprn")] == [True, False, True]


def test_across_blocks_nothing_agrees():
    """One person's views under all rules, and two namesakes in two blocks, share no code of any field."""
    other = ADA | {"record_id": 12, "date_of_birth": date(1951, 9, 8), "nhs_number": None, "phone": None}
    rows = [row for row in rows_of(ADA, other, compare=EVERYTHING) if row["variant"] == 0]

    codes = {}
    for row in rows:
        for name in (*SKETCHES, *WHOLE, "birth_sex", "place"):
            if row[name]:
                codes.setdefault((name, row[name]), set()).add(row["block"])

    assert len({row["block"] for row in rows}) > 15
    assert max(len(blocks) for blocks in codes.values()) == 1


def test_forename_and_surname_share_a_key_only_for_swaps():
    """``swapped_names`` decides whether one word as forename and as surname looks the same."""
    same = {"record_id": 1, "forename": "Kelly", "surname": "Kelly", "nhs_number": "9990000018"}

    together, apart = (under(rule("nhs_number"), same, swapped_names=swap)[0] for swap in (True, False))

    assert together["forename_lo"] == together["surname_lo"]
    assert apart["forename_lo"] != apart["surname_lo"]


OTHERS = {
    "another project's root": {"root": ROOT.subkey("other")},
    "another epoch": {"linkage": LINKAGE.model_copy(update={"epoch": "e2"})},
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_other_keys_share_nothing(change):
    """Another root or epoch gives views that cannot be joined to these in any column."""
    here, there = encoded([ADA]).views, encoded([ADA], **change).views

    for name in ("block", *SKETCHES, "birth_sex", "place", *WHOLE[:4]):
        assert not set(here[name].drop_null().to_pylist()) & set(there[name].drop_null().to_pylist())


def test_keys_differ_by_purpose_and_use():
    """Eight keys, no two alike but the two of the names, and none of them known to another purpose."""
    keys = keys_for()
    listed = [getattr(keys, name).reveal() for name in keys.__slots__]

    other = type(keys).derive(ROOT, project="toy", purpose="direct_care", linkage=LINKAGE)

    assert len(set(listed)) == len(listed) - 1
    assert keys.forename.reveal() == keys.surname.reveal()
    assert not set(listed) & {getattr(other, name).reveal() for name in keys.__slots__}


def test_no_clear_value_is_in_the_bytes(clinic):
    """Neither as text nor as a number does any identifier stand in what leaves the source."""
    package = encoded([ADA], LINKAGE.model_copy(update={"compare": EVERYTHING}))
    written = b"".join(_bytes_of(table) for table in (package.views, package.records)).lower()
    texts = [str(value).lower() for name, value in ADA.items() if name != "record_id"]
    texts += ["archer", "bellamy", "nm12ab", "nm98zy", "7700900123", "19870403", "1987", "a313", "a626"]

    assert not [text for text in texts if text.encode() in written]
    numbers = {int(value) for value in ("9990000018", "7700900123", "100023336956", "19870403")}
    words = {int(v) for name in package.views.column_names for v in package.views[name].drop_null().to_pylist()}
    assert not numbers & words


def _bytes_of(table: pa.Table) -> bytes:
    """A table as plain Parquet: uncompressed, without dictionaries, so that text would show."""
    sink = BytesIO()
    pq.write_table(table, sink, compression="none", use_dictionary=False)
    return sink.getvalue()


def test_the_example_of_the_readme():
    """The two records of the package's README meet under the rules it names, and under no others."""
    clinic = {"record_id": 17, "forename": "Christopher", "surname": "Wilkinson", "date_of_birth": date(1987, 4, 23)}
    clinic |= {"sex": "m", "postcode": "NM1 2AB", "nhs_number": "9990000018"}
    housing = clinic | {"record_id": 5, "forename": "Christoper", "postcode": "NM7 7ZZ", "nhs_number": None}

    here, there = ({(row["rule"], row["block"]) for row in rows_of(record)} for record in (clinic, housing))

    met = [LINKAGE.rules[number].id for number, _ in sorted(here & there)]
    assert met == ["dob_surname", "dob_phonetic", "phonetic_year_day", "first3_year_day"]
    text = (Path(__file__).parents[2] / "linkage" / "README.md").read_text(encoding="utf-8")
    assert all(f"`{rule_id}`" in text for rule_id in met)


def test_of_a_field_that_is_no_evidence_not_even_presence_is_told():
    """Neither beside a view nor beside a record."""
    some = [field for field in LINKAGE.compare if field not in ("postcode", "sex")]
    found = encoded([ADA], LINKAGE.model_copy(update={"compare": some}))

    untold = PRESENT["postcode"] | PRESENT["sex"]
    assert {row["present"] & untold for row in (*found.views.to_pylist(), *found.records.to_pylist())} == {0}
    assert found.records.to_pylist()[0]["present"] & PRESENT["forename"]


def test_how_encoded_has_words_for_every_compared_field():
    """The IG lead's page says of each compared field, and of no other, how it is encoded."""
    every = LINKAGE.model_copy(update={"compare": EVERYTHING})

    assert list(how_encoded(every)) == EVERYTHING
    assert list(how_encoded(LINKAGE)) == LINKAGE.compare
