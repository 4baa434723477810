"""Chance agreement: counted by sources, pooled by linkage."""

from datetime import date
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest

from governance.contracts import U_STATISTIC
from governance.warehouse import fetch_table
from linkage.chance import MIN_PAIRS_SHOWN, count_chance, expected_kin, pool
from linkage.comparisons import HOUSEHOLD, SAME_NAME, compared
from linkage.values import BAND_SHIFT, Components
from tests.lib.linkage import LINKAGE, ROOT, found_in, identifiers, keys_for, world

EVERYTHING = LINKAGE.model_copy(
    update={"compare": [*LINKAGE.compare, "birth_place", "occupation"], "max_u_pairs": 120_000}
)
EXACT = {"date_of_birth": 6, "postcode": 3, "phone": 1, "email": 1, "uprn": 1, "birth_place": 1, "occupation": 1}
PLACES, TRADES = ["Leeds", "Hull", "York", None], ["nurse", "driver", "teacher", "cook", "none"]


def clinic_rows():
    """The clinic, with a phone a household, some addresses, birth places and occupations beside."""
    rows = []
    for n, row in enumerate(identifiers(world().sources["clinic"])):
        home = sum(map(ord, row["postcode"] or "x"))
        more = {"phone": f"07700 9{home:05d}", "uprn": str(10_000 + n % 40), "email": f"{n % 30}@example.org"}
        rows.append(row | more | {"birth_place": PLACES[n % 4], "occupation": TRADES[n % 5]})
    return rows


@pytest.fixture(scope="module")
def clinic():
    """The clinic's warehouse and components."""
    return found_in(clinic_rows())


@pytest.fixture(scope="module")
def counted(clinic):
    """Its chance agreement, as sent, by comparison and level."""
    return count_chance(*clinic, EVERYTHING, keys_for(), one_record_per_person=True)


@pytest.fixture(scope="module")
def identity(clinic):
    """Its people now, as dictionaries."""
    return fetch_table(clinic[0], "SELECT * FROM identity WHERE variant = 0 ORDER BY record_id").to_pylist()


def by_level(table):
    """Agreeing pairs and pairs by comparison and level."""
    return {(row["comparison"], row["level"]): (row["agreeing_pairs"], row["pairs"]) for row in table.to_pylist()}


def test_table_keeps_its_contract(counted):
    """Columns and types of the contract, one row a comparison and level, in order."""
    assert counted.schema.equals(U_STATISTIC.schema)
    keys = list(by_level(counted))
    assert len(keys) == counted.num_rows
    assert keys == sorted(keys)


def _birth(row):
    return None if row["birth_day"] is None else (row["birth_year"], row["birth_month"], row["birth_day"])


@pytest.mark.parametrize("comparison", EXACT)
def test_exact_agreement_is_that_of_all_pairs(counted, identity, comparison):
    """Counts of values give what comparing every pair gives: pairs that share a value and neither name."""
    held = [
        (_birth(r) if comparison == "date_of_birth" else r[comparison], r["forename"], r["surname"]) for r in identity
    ]
    held = [row for row in held if row[0] is not None]
    agreeing = sum(a[0] == b[0] and a[1] != b[1] and a[2] != b[2] for a, b in combinations(held, 2))

    assert agreeing >= MIN_PAIRS_SHOWN
    assert by_level(counted)[comparison, EXACT[comparison]] == (agreeing, len(held) * (len(held) - 1) / 2)


HOUSEHOLDS = {
    4: lambda r: (r["forename"], r["surname"], r["postcode"]),
    3: lambda r: (r["surname"], r["postcode"], _birth(r)),
    2: lambda r: (r["postcode"], _birth(r)),
    1: lambda r: (r["surname"], r["postcode"]),
}


@pytest.mark.parametrize("level", HOUSEHOLDS)
def test_families_and_twins_are_those_of_all_pairs(counted, identity, level):
    """Twins differ in forename, families in birth date: every other pair could be one person recorded twice."""
    apart = {1: lambda r: _birth(r) or r["forename"], 4: _birth}.get(level, lambda r: r["forename"])
    held = [(HOUSEHOLDS[level](r), apart(r)) for r in identity]
    held = [row for row in held if None not in row[0] and (level < 4 or row[1])]
    agreeing = sum(a[0] == b[0] and a[1] != b[1] for a, b in combinations(held, 2))

    assert agreeing >= MIN_PAIRS_SHOWN
    assert by_level(counted)["household", level] == (agreeing, len(held) * (len(held) - 1) / 2)


@pytest.mark.parametrize("dated", [True, False])
def test_where_only_uprns_are_compared_families_share_one(dated):
    """The address is the one that is compared; without birth dates, forenames tell a family from one person."""
    linkage = EVERYTHING.model_copy(update={"compare": ["name", "date_of_birth", "uprn"]})
    rows = clinic_rows() if dated else [row | {"date_of_birth": None} for row in clinic_rows()]
    con, found = found_in(rows)
    counted = count_chance(con, found, linkage, keys_for(), one_record_per_person=True)
    people = fetch_table(con, "SELECT * FROM identity WHERE variant = 0 ORDER BY record_id").to_pylist()

    held = [(r["surname"], r["uprn"], _birth(r) or r["forename"]) for r in people if r["surname"] and r["uprn"]]
    agreeing = sum(a[:2] == b[:2] and a[2] != b[2] for a, b in combinations(held, 2))

    assert agreeing >= MIN_PAIRS_SHOWN
    assert by_level(counted)["household", 1] == (agreeing, len(held) * (len(held) - 1) / 2)


def test_only_a_source_with_one_record_a_person_counts_families(clinic):
    """Elsewhere a twin may be the same person twice, so nothing is said of households."""
    found = count_chance(*clinic, EVERYTHING, keys_for(), one_record_per_person=False)

    assert "household" not in found["comparison"].to_pylist()


def test_sampled_levels_are_near_those_of_all_pairs(counted, identity):
    """Random pairs give the chance of equal names and sex within four standard errors."""
    wanted = {("forename", 4): "forename", ("surname", 4): "surname", ("sex", 1): "sex"}

    for key, field in wanted.items():
        held = np.array([row[field] for row in identity if row[field] is not None])
        _, n = np.unique(held, return_counts=True)
        chance = float((n * (n - 1)).sum() / (len(held) * (len(held) - 1)))
        agreeing, pairs = by_level(counted)[key]
        assert abs(agreeing / pairs - chance) < 4 * (chance * (1 - chance) / pairs) ** 0.5


def test_levels_of_a_sampled_comparison_add_up(counted):
    """The levels of a comparison are all its pairs, but for levels too rare to be told; equal names count exactly."""
    found = by_level(counted)

    for name in ("forename", "surname", "sex"):
        shares = [agreeing / pairs for (comparison, _), (agreeing, pairs) in found.items() if comparison == name]
        assert sum(shares) == pytest.approx(1, abs=0.005)


def test_equal_names_are_counted_by_their_rarity_band(clinic):
    """Each band has its own count of equal pairs, of the same pairs in all; together they are what they were."""
    con, found = clinic
    whole = by_level(count_chance(con, found, EVERYTHING, keys_for(), one_record_per_person=True))
    banded = Components(found._table, keys_for().ids)
    ids, _ = banded.ids("forename")
    banded.present = found.present | (1 + ids % np.uint64(3)).astype(np.int32) << BAND_SHIFT["forename"]

    split = by_level(count_chance(con, banded, EVERYTHING, keys_for(), one_record_per_person=True))

    assert ("forename", SAME_NAME) not in split
    parts = [split["forename", SAME_NAME + band] for band in (1, 2, 3)]
    assert sum(agreeing for agreeing, _ in parts) == whole["forename", SAME_NAME][0]
    assert {pairs for _, pairs in parts} == {whole["forename", SAME_NAME][1]}


def test_namesakes_are_counted_where_both_other_fields_tell_them_apart():
    """Two of one whole name who differ in birth date and postcode; records that lack either are left out."""

    def row(number, day, postcode, forename="Ada"):
        born = None if day is None else date(1987, 4, day)
        return {
            "record_id": number,
            "forename": forename,
            "surname": "Bell",
            "date_of_birth": born,
            "postcode": postcode,
        }

    homes = [f"NM1 {n}AA" for n in range(1, 9)]
    rows = [row(n, 1 + n, home) for n, home in enumerate(homes)]
    rows += [row(20, 25, None), row(21, None, "NM2 1AA"), row(22, 26, "NM3 1AA", "Mabel")]

    found = by_level(count_chance(*found_in(rows), EVERYTHING, keys_for(), one_record_per_person=False))

    assert found["namesake", 1] == (8 * 7 / 2, 9 * 8 / 2)


def test_few_pairs_do_not_leave_the_source(clinic, counted):
    """Counts under ten are withheld; for families and twins 0 stands for any of them."""
    told = counted["agreeing_pairs"].to_pylist()
    assert all(count >= MIN_PAIRS_SHOWN or count == 0 for count in told)

    for rows in ([], clinic_rows()[:1], clinic_rows()[:2]):
        alone = count_chance(*found_in(rows), EVERYTHING, keys_for(), one_record_per_person=True)
        assert set(alone["comparison"].to_pylist()) <= {"household"}
        assert set(alone["agreeing_pairs"].to_pylist()) <= {0.0}
        assert alone.schema.equals(U_STATISTIC.schema)


def test_same_input_gives_same_counts(clinic, counted):
    """Again, and with the extract in another order: the same counts. Another key draws other pairs."""
    keys = keys_for()
    turned = found_in(clinic_rows()[::-1])

    assert count_chance(*clinic, EVERYTHING, keys, one_record_per_person=True).equals(counted)
    assert count_chance(*turned, EVERYTHING, keys, one_record_per_person=True).equals(counted)
    other = keys_for(root=ROOT.subkey("other"))
    assert not count_chance(*clinic, EVERYTHING, other, one_record_per_person=True).equals(counted)


def test_pairs_may_be_compared_in_any_chunks(clinic, counted, monkeypatch):
    """A chunk at a time gives the counts of all at once: only memory changes."""
    monkeypatch.setattr("linkage.chance.CHUNK_PAIRS", 33_333)

    assert count_chance(*clinic, EVERYTHING, keys_for(), one_record_per_person=True).equals(counted)


# ------------------------------------------------------------------------------------------------------- pooling


def test_twins_too_few_to_count_are_still_feared():
    """A small source withholds its counts: what a list of this length is expected to hold stands, under ten pairs."""

    def feared(pairs):
        return pool([_statistics([("household", level, 0.0, pairs) for level in (1, 2, 3)])], ())["household"]

    small, large = feared(1000.0), feared(1e9)
    assert small[3] * 1000 == pytest.approx(0.016 * 2000**0.5, rel=0.02)
    assert large[3] * 1e9 == pytest.approx(4.5, rel=0.1)
    assert 4 < small[1] * 1000 < 5
    assert small[2] == 0  # twins of two surnames: none beyond those of one
    assert pool([_statistics([("sex", 1, 50.0, 100.0)])], ())["household"][3] == 0.0


def test_kin_are_counted_for_each_person_of_a_list():
    """Twenty pairs of twins among a thousand people: each person has 0.04; lists add up, and none is not nought."""
    pairs = 1000 * 999 / 2
    counted = _statistics([("household", 2, 20.0, pairs), ("household", 4, 0.0, pairs), ("sex", 1, 50.0, 100.0)])
    empty = _statistics([("household", 2, 0.0, 9 * pairs), ("household", 4, 0.0, 9 * pairs)])

    found = expected_kin([counted])
    assert found["twins"] == pytest.approx(0.04, rel=0.001)
    assert 0 < found["namesakes"] < 20 / 1000  # under ten pairs were seen
    assert 0.01 < expected_kin([counted, empty])["twins"] < 0.015
    assert expected_kin([_statistics([("sex", 1, 50.0, 100.0)])]) == {}


def _statistics(rows):
    columns = zip(*rows, strict=True)
    return pa.table([pa.array(column) for column in columns], names=U_STATISTIC.schema.names).cast(U_STATISTIC.schema)


def statistics(**counts):
    """A source's table: comparison = {level: (agreeing pairs, pairs)}."""
    rows = [
        {"comparison": name, "level": level, "agreeing_pairs": float(agreeing), "pairs": float(pairs)}
        for name, levels in counts.items()
        for level, (agreeing, pairs) in levels.items()
    ]
    return pa.Table.from_pylist(rows, schema=U_STATISTIC.schema)


COMPARISONS = compared(LINKAGE)


def test_pooling_adds_pairs():
    """Two sources' pairs are added, so the larger counts for more."""
    small = statistics(sex={1: (100, 200), 0: (100, 200)})
    large = statistics(sex={1: (8_100, 9_800), 0: (1_700, 9_800)})

    u = pool([small, large], COMPARISONS)

    assert u["sex"] == pytest.approx({1: 0.82, 0: 0.18})


def test_pooling_does_not_depend_on_the_order_of_sources():
    """Sources in either order give the same chances."""
    one, two = statistics(sex={1: (100, 200), 0: (100, 200)}), statistics(sex={1: (40, 90), 0: (50, 90)})

    assert pool([one, two], COMPARISONS) == pool([two, one], COMPARISONS)


def test_a_level_nobody_saw_is_rare_not_impossible():
    """A withheld level stands for half a pair, and levels still add to 1."""
    u = pool([statistics(surname={4: (50, 10_000), 0: (9_950, 10_000)})], COMPARISONS)

    assert u["surname"][2] == u["surname"][1] == pytest.approx(0.5 / 10_000, rel=0.01)
    assert sum(u["surname"].values()) == pytest.approx(1)


def test_every_comparison_has_a_chance_for_every_level():
    """Nothing counted at all still gives positive chances that add to 1."""
    u = pool([statistics()], COMPARISONS)

    for comparison in COMPARISONS:
        assert set(u[comparison.name]) == {level.value for level in comparison.levels}
        assert min(u[comparison.name].values()) > 0
        assert sum(u[comparison.name].values()) == pytest.approx(1)


def test_nhs_numbers_agree_by_chance_as_fixed():
    """Counting equal NHS numbers would count true pairs: their chance is fixed, whatever is sent."""
    u = pool([statistics(nhs_number={1: (500, 1_000), 0: (500, 1_000)})], COMPARISONS)

    assert u["nhs_number"] == {1: 1e-8, 0: 1 - 1e-8}


def test_household_levels_are_joint_chances():
    """They are not parts of one whole, and one that no source could count stays 0."""
    u = pool([statistics(household={1: (300, 100_000)})], COMPARISONS)

    assert u[HOUSEHOLD.name] == pytest.approx({3: 0, 2: 0, 1: 0.003, 0: 0})


def test_pooled_counts_of_the_made_up_world_are_believable(counted):
    """Equal names are rare, a close one rarer than a different one, and sex agrees half the time."""
    u = pool([counted], compared(EVERYTHING))

    assert 0.002 < u["surname"][4] < 0.03
    assert u["surname"][2] < u["surname"][1] < u["surname"][0]
    assert u["sex"][1] == pytest.approx(0.5, abs=0.02)
