"""Three services of a made-up town, linked: who is found, who is kept apart, and that a run repeats itself."""

from collections import Counter
from datetime import date
from itertools import combinations

import pytest

from governance.warehouse import fetch_table
from linkage.evaluate import evaluate
from linkage.link import SourceViews, scored_pairs
from linkage.quality import link_counts
from tests.lib.linkage import (
    LINKAGE,
    SINGLE,
    deliver,
    identifiers,
    index_of,
    linkage_with,
    linked,
    people_of,
    person_index,
    rule,
    run_link,
    shuffled,
    truth_table,
    world,
)
from tests.lib.toy import nhs_number


@pytest.fixture(scope="module")
def pairs():
    """Scored pairs, with the true persons of both sides."""
    true = {(row["source"], row["record_id"]): row["person"] for row in truth_table().to_pylist()}
    rows = scored_pairs(linked()).to_pylist()
    for row in rows:
        row["is_true"] = true[row["source_l"], row["record_id_l"]] == true[row["source_r"], row["record_id_r"]]
    return rows


@pytest.fixture(scope="module")
def people():
    """Records (source, true person) by person id."""
    return people_of(person_index().table)


def test_most_people_are_found_and_few_are_mistaken():
    """Pairs at the threshold and people after joining are nearly all right; the threshold saw no label."""
    found = evaluate(person_index().table, scored_pairs(linked()), truth_table(), LINKAGE.threshold_probability)

    assert found.compared.recall > 0.96
    assert found.pairs.precision > 0.97
    assert found.pairs.recall > 0.94
    assert found.clusters.precision > 0.98
    assert found.clusters.recall > 0.95
    assert found.b_cubed.f1 > 0.98


@pytest.mark.parametrize("kind", ["twins", "namesakes"])
def test_twins_and_fathers_and_sons_are_not_joined(people, kind):
    """Twins share all but a forename, a son may have his father's whole name: both pairs stay two people."""
    apart = {frozenset(pair) for pair in getattr(world(), kind)}
    together = [person for person, records in people.items() if _any_of(apart, {true for _, true in records})]

    compared = {row["person"] for row in truth_table().to_pylist()}
    assert len([pair for pair in apart if {str(n) for n in pair} <= compared]) >= 6
    assert together == []


def _any_of(pairs, people):
    return any(pair <= people for pair in pairs)


def test_no_person_has_two_records_of_a_source_that_keeps_one(people):
    """The clinic and the hospital keep one record a person: nobody gets two of either."""
    for records in people.values():
        held = Counter(source for source, _ in records)
        assert all(held[source] < 2 for source, single in SINGLE.items() if single)


def test_someone_recorded_twice_in_one_source_is_found(people):
    """The housing service holds some people twice; nearly all of those pairs end in one person."""
    twice = Counter(row["person"] for row in world().sources["housing"])
    joined = Counter(true for records in people.values() for true in _doubles(records))
    expected = sum(n > 1 for n in twice.values())

    assert expected > 20
    assert sum(joined.values()) > 0.85 * expected


def _doubles(records):
    """People with two housing records in one place."""
    return [true for true, n in Counter(true for source, true in records if source == "housing").items() if n > 1]


def test_pairs_are_of_records_that_could_be_one_person(pairs):
    """Every pair was found by some rule, once; none is within a source that keeps one record a person."""
    keys = [(row["source_l"], row["record_id_l"], row["source_r"], row["record_id_r"]) for row in pairs]

    assert len(set(keys)) == len(keys)
    assert all(0 < row["found_by"] < 2 ** len(LINKAGE.rules) for row in pairs)
    within = {row["source_l"] for row in pairs if row["source_l"] == row["source_r"]}
    assert within == {"housing"}
    ((compared,),) = linked().con.execute("SELECT count(*) FROM pattern").fetchall()
    assert compared == len(pairs)


def test_a_pair_is_scored_once_however_many_rules_find_it(pairs):
    """Full agreement is found by a dozen rules, and still is one pair with one weight."""
    many = [row for row in pairs if row["found_by"].bit_count() >= 10]

    assert len(many) > 100
    assert sum(row["is_true"] for row in many) > 0.98 * len(many)


def test_probabilities_can_be_believed(pairs):
    """Pairs said to be hardly possible are seldom true, and pairs said to be certain seldom false."""
    low = [row["is_true"] for row in pairs if row["probability"] < 0.05]
    high = [row["is_true"] for row in pairs if row["probability"] > 0.999]

    assert sum(low) / len(low) < 0.1
    assert sum(high) / len(high) > 0.99


def test_swapped_names_are_recognised():
    """Forename and surname the wrong way round is a level of its own, and mostly the same person."""
    found = fetch_table(
        linked().con,
        "SELECT scored_pair.probability FROM scored_pair INNER JOIN pattern USING (record_l, record_r)"
        " WHERE pattern.name_order = 2",
    )["probability"].to_pylist()

    assert len(found) > 15
    assert sum(p > 0.95 for p in found) > 0.8 * len(found)


def test_an_nhs_number_can_lose():
    """A wrong NHS number is outweighed where name, birth date, sex and postcode all disagree."""
    model = linked().model
    ((prior,),) = linked().con.execute("SELECT min(bits) FROM prior WHERE source_l <> source_r").fetchall()
    disagreement = sum(model.weight(name, 0) for name in ("forename", "surname", "date_of_birth", "sex", "postcode"))

    assert model.weight("nhs_number", 1) > 20
    assert model.weight("nhs_number", 1) + disagreement + prior < 0


def test_expected_matches_are_near_the_truth():
    """Without labels, matches between each two services are estimated within a tenth."""
    held = {source: {row["person"] for row in rows} for source, rows in world().sources.items()}

    for a, b in combinations(sorted(held), 2):
        shared = sum(
            (row_a["person"] == row_b["person"]) for row_a in world().sources[a] for row_b in world().sources[b]
        )
        assert linked().expected_matches[f"{a}|{b}"] == pytest.approx(shared, rel=0.1)


def test_model_is_trained_on_what_there_is():
    """Fields that no service delivers keep their starting values and are warned of; the others do not."""
    short = {warning.split(":")[0] for warning in linked().model.warnings if "too few pairs" in warning}

    assert short == {"Phone", "Email", "Address (UPRN)"}


def test_a_run_repeats_itself_whatever_the_order_of_rows_and_sources():
    """Extracts turned round, packages shuffled, services the other way round: the same model, pairs, people, ids."""
    turned = []
    for source, rows in reversed(world().sources.items()):
        sent = deliver(source, identifiers(rows[::-1]), single=SINGLE[source])
        tables = (shuffled(table) for table in (sent.views, sent.records, sent.u_statistics))
        turned.append(SourceViews(source, SINGLE[source], *tables))

    again = run_link(turned)

    assert again.model.digest == linked().model.digest
    assert scored_pairs(again).equals(scored_pairs(linked()))
    assert index_of(again).table.equals(person_index().table)


# ---------------------------------------------------------------------------------------------------- small runs

SMALL = linkage_with(rule("date_of_birth", "surname"), rule("nhs_number", id_="nhs_number"))


def some(source, count=30):
    """The first people of a source."""
    return identifiers(sorted(world().sources[source], key=lambda row: row["person"])[:count])


ADA = {
    "forename": "Christopher",
    "surname": "Wilkinson",
    "date_of_birth": date(1987, 4, 23),
    "postcode": "NM1 2AB",
    "sex": "male",
    "phone": "07700 900123",
    "uprn": "100023336956",
}
SAME = {
    "forename": 4,
    "surname": 4,
    "name_order": 0,
    "date_of_birth": 6,
    "sex": 1,
    "postcode": 3,
    "phone": 1,
    "uprn": 1,
    "household": 3,
}
NO_NAME = {"surname": None, "name_order": None, "household": 2}
SWAPPED = {"forename": None, "surname": None, "name_order": 2, "household": 2}
LEVELS = {
    "all the same": ({}, {}),
    "a letter left out": ({"forename": "Christoper"}, {"forename": 2}),
    "a letter more in the surname": ({"surname": "Wilkkinson"}, {"surname": 2, "household": 2}),
    "another name": ({"forename": "Bartholomew"}, {"forename": 0}),
    "names swapped": ({"forename": "Wilkinson", "surname": "Christopher"}, SWAPPED),
    "no forename": ({"forename": None}, {"forename": None, "name_order": None}),
    "no surname": ({"surname": None}, NO_NAME),
    "known by a previous surname": ({"surname": "Bell", "previous_surname": "Wilkinson"}, {}),
    "double name": ({"surname": "Bell-Wilkinson"}, {}),
    "day and month swapped": ({"date_of_birth": date(1987, 6, 4)}, {"date_of_birth": 5, "household": 1}),
    "another day": ({"date_of_birth": date(1987, 4, 24)}, {"date_of_birth": 4, "household": 1}),
    "another month": ({"date_of_birth": date(1987, 5, 23)}, {"date_of_birth": 4, "household": 1}),
    "another year": ({"date_of_birth": date(1978, 4, 23)}, {"date_of_birth": 3, "household": 1}),
    "only the year": ({"date_of_birth": date(1987, 1, 1)}, {"date_of_birth": 2, "household": 1}),
    "only another year": ({"date_of_birth": date(1978, 1, 1)}, {"date_of_birth": 1, "household": 1}),
    "another birth date": ({"date_of_birth": date(1951, 9, 8)}, {"date_of_birth": 0, "household": 1}),
    "no birth date": ({"date_of_birth": None}, {"date_of_birth": None, "household": 1}),
    "another sex": ({"sex": "female"}, {"sex": 0}),
    "no sex": ({"sex": None}, {"sex": None}),
    "another house": ({"postcode": "NM1 2XY"}, {"postcode": 2, "household": 0}),
    "another sector": ({"postcode": "NM1 3AB"}, {"postcode": 1, "household": 0}),
    "another district": ({"postcode": "NM11 2AB"}, {"postcode": 0, "household": 0}),
    "no fixed address": ({"postcode": "ZZ99 3VZ"}, {"postcode": None}),
    "no postcode, and another address": (
        {"postcode": None, "uprn": "7"},
        {"postcode": None, "uprn": 0, "household": 0},
    ),
    "moved, and known there": ({"postcode": "NM7 7ZZ", "previous_postcode": "NM1 2AB"}, {}),
    "another phone": ({"phone": "07700 900999"}, {"phone": 0}),
    "no phone": ({"phone": None}, {"phone": None}),
    "another address": ({"uprn": "7"}, {"uprn": 0}),
}
"""What the second service wrote down differently, and the levels that differ from full agreement."""


@pytest.fixture(scope="module")
def levels():
    """Levels of each case: a pair a case, met by its own NHS number."""
    linkage = linkage_with(rule("nhs_number"))
    here = [ADA | {"record_id": n, "nhs_number": nhs_number(n)} for n in range(len(LEVELS))]
    # Pseudonyms of two sources never coincide: they are made under two keys.
    there = [
        row | {"record_id": ~row["record_id"]} | changed
        for row, (changed, _) in zip(here, LEVELS.values(), strict=True)
    ]
    # The 23rd cannot be a month: this case is about the sixth of April.
    here[list(LEVELS).index("day and month swapped")]["date_of_birth"] = date(1987, 4, 6)
    deliveries = [deliver(name, rows, single=True, linkage=linkage) for name, rows in (("a", here), ("b", there))]
    query = "SELECT pattern.* FROM pattern INNER JOIN record ON record_l = record ORDER BY record_id"
    rows = fetch_table(run_link(deliveries, linkage).con, query).to_pylist()
    return dict(zip(LEVELS, rows, strict=True))


@pytest.mark.parametrize("case", LEVELS)
def test_evidence_of_a_pair(levels, case):
    """From what two services wrote down to levels of agreement, through sketches and codes."""
    _, differing = LEVELS[case]

    found = {name: levels[case][name] for name in (*SAME, "nhs_number", "email")}

    assert found == SAME | differing | {"nhs_number": 1, "email": None}


def test_sources_without_people_and_records_without_views_are_no_obstacle():
    """An empty delivery joins nobody; a record that no rule sees is a person of its own."""
    nobody = {"record_id": 99, "forename": "Ada"}
    rows = {"clinic": [*some("clinic"), nobody], "hospital": some("hospital"), "empty": []}

    result = run_link([deliver(source, r, single=True, linkage=SMALL) for source, r in rows.items()], SMALL)

    index = index_of(result).table.to_pylist()
    (own,) = [row["person_id"] for row in index if row["record_id"] == 99]
    assert [row["person_id"] for row in index].count(own) == 1
    assert len(index) == 61
    assert 31 < len({row["person_id"] for row in index}) < 50


def test_one_source_alone_gives_a_person_a_record():
    """With nothing to compare, every record is a person."""
    found = index_of(run_link([deliver("clinic", some("clinic"), single=True, linkage=SMALL)], SMALL))

    assert found.persons == found.table.num_rows == 30


def test_large_blocks_are_left_out():
    """A block with more records than allowed makes no pair and is counted; one with just as many is compared."""
    names = ["Archer", "Archer", "Archer", "Bell", "Bell"]
    rows = [{"record_id": n, "surname": name, "date_of_birth": date(1987, 4, 3)} for n, name in enumerate(names)]
    linkage = SMALL.model_copy(update={"max_block_records": 2})

    found = link_counts(run_link([deliver("one", rows, single=False, linkage=linkage)], linkage).con, 0.95)

    assert found["pairs"]["one|one"]["compared"] == 1
    assert found["large_blocks_dropped"] == {"a_rule": [1, 3]}


def test_no_clear_text_is_in_the_linkage_warehouse():
    """The only texts linkage holds are names of sources and rules, and person ids."""
    texts = (
        linked()
        .con.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE data_type = 'VARCHAR' AND NOT starts_with(table_name, '__splink')"
        )
        .fetchall()
    )

    assert {name for (name,) in texts} <= {
        "source.source",
        "rule.id",
        "record_state.source",
        "earlier_index.source",
        "earlier_index.person_id",
        "earlier_change.person_id_before",
        "earlier_change.person_id_after",
        "earlier_change.reason",
        "previous_index.source",
        "previous_index.person_id",
        "cluster_claim.kept_id",
        "cluster_person.person_id",
    }
