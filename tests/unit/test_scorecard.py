"""A scorecard says what stands out, from released numbers only, and holds no value of a record."""

import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from cohorts.quality.page import write_scorecard
from cohorts.quality.scorecard import scorecards, without_column
from cohorts.quality.sections import sections
from cohorts.quality.words import in_sentence, in_short
from governance.contracts import MEASURE_COUNT
from governance.settings import ExtractFile, Policy, load_bundle
from tests.lib.cohorts import source

COLUMNS = {
    "ref": {"class": "direct_identifier", "role": "record_id"},
    "born": {"class": "direct_identifier", "role": "date_of_birth"},
    "sex": {"class": "quasi_identifier", "role": "sex"},
    "eth": {"class": "quasi_identifier", "role": "ethnic_group"},
    "pc": {"class": "direct_identifier", "role": "postcode"},
}
CASES = ExtractFile.model_validate(
    {"id": "cases", "path": "c.csv", "grain": "people", "columns": COLUMNS}, strict=False
)
SOURCE = source("housing", CASES, organisation="Toy Council", responds_to=[])

COUNTS = [
    ("filled:sex", "all", "all", 391, 401),
    ("filled:ethnic_group", "all", "all", 317, 401),
    ("filled:ethnic_group", "deprivation_quintile", "1", 123, 203),
    ("filled:ethnic_group", "deprivation_quintile", "5", 194, 198),
    ("filled:nhs_number", "all", "all", 0, 401),
    ("differs:address", "all", "all", 67, 307),
    ("differs:home", "all", "all", 53, 307),
    ("differs:home", "sex", "female", 31, 157),
    ("differs:home", "sex", "male", 22, 150),
    ("joined_with:sex", "all", "all", 301, 391),
    ("joined_without:sex", "all", "all", 3, 10),
    ("events", "month", "2026-09", 211, 211),
    ("events", "month", "2026-08", 203, 203),
]
RECEIPT = {
    "records": {"total": 433, "no_view": 3, "one_view": 0, "with_nhs_number": 0},
    "files": {"cases": {"rows_in": 437}},
    "filled": {"records": 433, "birth_year": 431, "sex": 421, "ethnic_group": 339, "address": 433},
    "rejects": [{"file": "cases", "column": "born", "code": "date_unreadable", "rows": 17}],
    "undated": [{"file": "cases", "column": "seen", "rows": 2}],
    "gains": [
        {"field": "date_of_birth", "missing": 17, "hard_to_find": 13, "hard_if_filled": 2, "never_compared": 3,
         "never_if_filled": 0, "rules": 14, "rules_now": 5.3, "rules_if_filled": 9.1},
        {"field": "sex", "missing": 3, "hard_to_find": 1, "hard_if_filled": 0, "never_compared": 0,
         "never_if_filled": 0, "rules": 14, "rules_now": 2.7, "rules_if_filled": 9.9},
    ],
    "mapping": [
        {"file": "cases", "column": "kind", "is_condition": False, "unmapped": [{"code": "Q7", "rows": 131}],
         "other_rows": 3, "unseen": ["B"]},
    ],
}  # fmt: skip
EXACT = {
    "391",
    "401",
    "317",
    "67",
    "307",
    "301",
    "211",
    "203",
    "433",
    "437",
    "431",
    "421",
    "339",
    "131",
    "123",
    "194",
    "198",
}
"""Exact numbers that must not stand on the page."""


def card(*, earlier=None, now=RECEIPT):
    """The scorecard of these counts."""
    names = ("measure", "dimension", "group", "part", "whole")
    rows = [
        {"cohort": "housing", **dict(zip(names, row, strict=True)), "part_people": row[3], "whole_people": row[4],
         "part_noise": 0, "whole_noise": 0}
        for row in COUNTS
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=MEASURE_COUNT.schema)
    receipts = {**({"2026-08": earlier} if earlier else {}), "2026-09": now}
    [made] = scorecards([SOURCE], table, {"housing": receipts}, "2026-09", Policy(), "hide7_round5")
    return made


@pytest.fixture
def page(toy, tmp_path):
    """The page of the scorecard."""
    return write_scorecard(tmp_path, load_bundle(toy).project, card()).read_text("utf-8")


def test_what_stands_out_is_said_first():
    """What is emptiest, for whom, what is contradicted, and what is lost."""
    assert in_short(card()) == (
        "Least filled: ethnic group. 79% of people have it.",
        "This source sends no column for: NHS number.",
        "Filled less for some: ethnic group by deprivation (fifths of areas), 61% for 1 (most deprived) against 98%"
        " for 5 (least deprived).",
        "Most often contradicted elsewhere: address, for 21% of people whom both know.",
        "Most lost where it is missing: date of birth. About 15 records lack it; 5.3 of 14 rules can find them"
        " elsewhere, 9.1 if it were filled.",
    )


def test_a_clear_fall_is_told():
    """With intervals apart; a small change is not."""
    before = {**RECEIPT, "filled": {**RECEIPT["filled"], "ethnic_group": 420}}
    slight = {**RECEIPT, "filled": {**RECEIPT["filled"], "ethnic_group": 345}}

    assert in_short(card(earlier=before))[-1] == "Filled less than in 2026-08: ethnic group, by 18 points."
    assert "Filled less than" not in " ".join(in_short(card(earlier=slight)))


def test_a_field_without_a_column_is_not_called_empty():
    """The source cannot fill what it does not have."""
    assert without_column(SOURCE) == ("nhs_number",)
    assert in_sentence("nhs_number") == "NHS number"


def _lacking(name, missing):
    """What a receipt says of a field that so many of the 433 records lack."""
    return {**RECEIPT["gains"][0], "field": name, "missing": missing}


def test_a_field_that_is_hardly_ever_filled_is_told_by_its_records():
    """Those who have it are too few to be shown; what has no column is not called empty, and the table says so."""
    almost = card(now={**RECEIPT, "gains": [_lacking("postcode", 428), _lacking("uprn", 433)]})
    [costs] = [table for each in sections(almost) for table in each.tables if table.caption.startswith("What each")]

    assert in_short(almost)[0] == "Missing from nearly every record: postcode."
    assert [row[0] for row in costs.rows] == ["Postcode", "UPRN (property reference): no column"]
    assert "nearly every" not in " ".join(in_short(card()))


def test_who_was_joined_less_is_not_told_of_hidden_numbers():
    """With a share hidden nothing is compared; shown, and clearly apart, it is."""
    one = card()
    few, many = one.joined["sex"][1], one.joined["sex"][0]
    fewer = one.filled["ethnic_group", "deprivation_quintile", "1"]

    assert "Found in another" not in " ".join(in_short(replace(one, joined={"nhs_number": (many, few)})))
    assert in_short(replace(one, joined={"nhs_number": (many, fewer)}))[-1] == (
        "Found in another service: 77% of people with an NHS number, 61% of those without."
    )


def test_ethnic_groups_keep_their_capitals():
    """Within a sentence too."""
    one = card()
    name = {"1": "asian", "5": "white"}
    ethnic = {("sex", "ethnic_group", name[at[2]]): found for at, found in one.filled.items() if at[2] in name}

    assert "for Asian against" in " ".join(in_short(replace(one, filled=ethnic)))


def test_averages_over_few_records_are_hidden():
    """An average over three records would tell of three people."""
    gains = {gain.field: gain for gain in card().gains}

    assert gains["sex"].rules_now is None
    assert gains["date_of_birth"].rules_now == 5.3


def test_no_exact_count_is_on_the_page(page):
    """Canaries: every exact number is rounded or hidden."""
    numbers = set(re.findall(r"\d+", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)))

    assert not EXACT & numbers
    assert "2.7 of 14" not in page


def test_every_share_stands_beside_the_people_it_is_of():
    """Denominators of groups, of who was joined, and of who is known elsewhere; and what a first month cannot show."""
    told = {table.caption: table for each in sections(card()) for table in each.tables}
    by_place = told["Share filled, by deprivation (fifths of areas)"]
    joined = told["People joined with a record elsewhere, with and without a field"]

    assert by_place.head[:2] == ("Group", "People")
    assert [row[1] for row in by_place.rows] == ["205", "200"]
    assert joined.head[1] == "People with it"
    assert joined.rows[0][1:3] == ("390", "77%")
    assert any("From the second month on" in each.text for each in sections(card()))


def test_another_home_elsewhere_is_told_by_group():
    """Beside the address, and with the two groups of sex."""
    told = {table.caption: table for each in sections(card()) for table in each.tables}

    assert [row[0] for row in told["People of whom another source says otherwise"].rows] == ["Address", "Home"]
    by_sex = told["Share that differs, of people whom both know, by sex"]
    assert [row[by_sex.head.index("Home")] for row in by_sex.rows] == ["19%", "13%"]


def test_the_page_is_accessible_and_alone(page):
    """One h1, a language, captions, scopes, labelled regions that can be scrolled; no script, no address."""
    assert page.count("<h1>") == 1
    assert '<html lang="en-GB">' in page
    assert page.count("<table>") == page.count("<caption>") == page.count('role="region"')
    assert '<th scope="row">' in page
    assert "<script" not in page
    assert "http" not in page


def test_faults_say_what_to_do(page):
    """What is wrong, where, and what is asked of those who keep the records."""
    assert "Please send real dates, all written in one way." in page
    assert "Ask the source" not in page
    assert "The row is an event or a need by its codes, and has no date." in page


def test_codes_are_told(page):
    """Unmapped with their rows, unseen by name; rare ones together and hidden."""
    assert "Q7" in page
    assert "further codes" in page
    assert "Codes that are mapped and never came" in page


def test_a_long_list_of_codes_that_never_came_is_cut():
    """A standard list of languages has hundreds; the source file has them all."""
    mapping = [{**RECEIPT["mapping"][0], "unseen": [f"l{n:02}" for n in range(30)]}]
    cut = card(now={**RECEIPT, "mapping": mapping})
    told = {table.caption: table for each in sections(cut) for table in each.tables}

    [row] = told["Codes that are mapped and never came"].rows
    assert row[:2] == ("cases", "kind")
    assert row[2].startswith("l00, l01, ")
    assert row[2].endswith(", l11 and 18 more")


def test_the_same_scorecard_gives_the_same_bytes(toy, tmp_path):
    """Pages can be compared by digest."""
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        Path(folder).mkdir()
    one, other = (write_scorecard(folder, load_bundle(toy).project, card()).read_bytes() for folder in folders)

    assert one == other
