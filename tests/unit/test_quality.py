"""How well records could be linked: one row a record, and counts for the restricted report."""

import json

import pytest

from governance.contracts import RECORD_QUALITY
from linkage.link import scored_pairs
from linkage.quality import link_counts, record_quality
from tests.lib.linkage import (
    LINKAGE,
    SINGLE,
    deliver,
    deliveries,
    linkage_with,
    linked,
    person_index,
    rule,
    run_link,
    world,
)

THRESHOLD = LINKAGE.threshold_probability


@pytest.fixture(scope="module")
def quality():
    """Quality by source and record id."""
    table = record_quality(linked().con, THRESHOLD, LINKAGE, linked().model)
    assert table.schema.equals(RECORD_QUALITY.schema)
    return {(row["source"], row["record_id"]): row for row in table.to_pylist()}


@pytest.fixture(scope="module")
def counts():
    """Counts of the run."""
    return link_counts(linked().con, THRESHOLD)


@pytest.fixture(scope="module")
def pairs():
    """Scored pairs."""
    return scored_pairs(linked()).to_pylist()


def test_every_record_has_a_row(quality):
    """Also those that nobody found."""
    assert set(quality) == {(source, row["record_id"]) for source, rows in world().sources.items() for row in rows}


def test_links_are_the_pairs_at_the_threshold(quality, pairs):
    """Links and best probability are those of the scored pairs; a record in no pair has none."""
    links, best = dict.fromkeys(quality, 0), dict.fromkeys(quality)
    for row in pairs:
        for side in "lr":
            key = (row[f"source_{side}"], row[f"record_id_{side}"])
            links[key] += row["probability"] >= THRESHOLD
            best[key] = max(best[key] or 0, row["probability"])

    assert {key: row["links"] for key, row in quality.items()} == links
    assert {key: row["best_link_probability"] for key, row in quality.items()} == best
    assert None in best.values()


def test_views_are_those_that_were_sent(quality):
    """The number of rules that see a record is the one its source counted."""
    sent = {
        (delivery.source, row["record_id"]): row["views"]
        for delivery in deliveries()
        for row in delivery.records.to_pylist()
    }

    assert {key: row["views"] for key, row in quality.items()} == sent


def test_nhs_numbers_are_known_to_be_there(quality):
    """Whether a record came with a number, as far as its views tell."""
    has = {
        (source, row["record_id"]): row["nhs_number"] is not None
        for source, rows in world().sources.items()
        for row in rows
    }

    assert {key: row["has_nhs_number"] for key, row in quality.items()} == has


def test_a_number_that_only_its_own_rule_sees_counts():
    """A record that only the NHS number rule finds has a number, though that rule does not encode it."""
    linkage = linkage_with(rule("nhs_number"))
    rows = [{"record_id": 1, "nhs_number": "9990000018"}, {"record_id": 2, "forename": "Ada"}]

    result = run_link([deliver("clinic", rows, single=True, linkage=linkage)], linkage)

    found = record_quality(result.con, THRESHOLD, linkage, result.model).to_pylist()
    assert [row["has_nhs_number"] for row in found] == [True, False]
    assert [(row["views"], row["fields_present"]) for row in found] == [(1, 0), (0, 1)]
    unlinkable = link_counts(result.con, THRESHOLD)
    assert (unlinkable["no_view"], unlinkable["one_view"]) == ({"clinic": 1}, {"clinic": 1})


def test_fields_present_counts_fields(quality):
    """Seven where forename, surname, date, sex and postcode are filled; a missing postcode takes one."""
    for source, rows in world().sources.items():
        for row in rows:
            default_day = (row["date_of_birth"].day, row["date_of_birth"].month) == (1, 1)
            expected = 7 - (row["postcode"] is None) - 2 * default_day
            assert quality[source, row["record_id"]]["fields_present"] == expected


def test_pair_counts_are_those_of_the_pairs(counts, pairs):
    """Compared and linked pairs by source pair."""
    expected = {}
    for row in pairs:
        cell = expected.setdefault(f"{row['source_l']}|{row['source_r']}", {"compared": 0, "linked": 0})
        cell["compared"] += 1
        cell["linked"] += row["probability"] >= THRESHOLD

    assert counts["pairs"] == expected
    assert set(expected) == {"clinic|hospital", "clinic|housing", "hospital|housing", "housing|housing"}


def test_people_and_records_add_up(counts):
    """Records by source, and by size of person, are all records; people are those of the index."""
    rows = {source: len(listed) for source, listed in world().sources.items()}
    sizes = {int(size): people for size, people in counts["cluster_sizes"].items()}

    assert counts["records"] == rows
    assert sum(size * people for size, people in sizes.items()) == sum(rows.values())
    assert sum(sizes.values()) == person_index().persons
    alone = sum(rows.values()) - sum(counts["linked_records"].values())
    assert alone == sizes[1]


def test_unlinkable_records_are_counted(counts):
    """No view and one view, by source, as the sources counted them."""
    for delivery in deliveries():
        views = delivery.records["views"].to_pylist()
        assert counts["no_view"][delivery.source] == views.count(0)
        assert counts["one_view"][delivery.source] == views.count(1)


def test_histogram_holds_every_pair(counts, pairs):
    """Steps of two bits from low to high; their pairs are all pairs."""
    lows = [low for low, _ in counts["weight_histogram"]]

    assert sum(n for _, n in counts["weight_histogram"]) == len(pairs)
    assert lows == sorted(set(lows))
    assert all(low % 2 == 0 for low in lows)
    assert lows[0] <= min(row["weight"] for row in pairs)


def test_counts_hold_no_record(counts):
    """Nothing in the report's counts names a record: only sources, rules, steps and sizes."""
    text = json.dumps(counts)

    assert set(counts["records"]) == set(SINGLE)
    ids = [str(row["record_id"]) for rows in world().sources.values() for row in rows]
    assert not [record_id for record_id in ids if record_id in text]
