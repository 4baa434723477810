"""The page on who is missed: restricted, plain, and silent about a handful of records."""

from pathlib import Path

import pytest

from cohorts.missed.interval import Share
from cohorts.missed.page import write_missed_page
from cohorts.missed.rates import GroupRates
from governance.settings import load_bundle
from tests.unit.test_report_page import Page


def group(dimension, name, *, records=500, covered=0.9, missed=(0.02, 0.01, 0.03)):
    """Rates of one group."""
    return GroupRates(
        dimension=dimension,
        group=name,
        records=records,
        covered=covered,
        covered_links=0.4,
        pairs=records // 3,
        missed=Share(*missed) if missed else None,
        never_compared=0.01 if missed else None,
        wrong=None,
        doubted=0.001,
    )


RATES = [
    group("all", "all", records=9000),
    group("ethnic_group", "black", missed=(0.2, 0.15, 0.25)),
    group("ethnic_group", "mixed", records=7, missed=None),
    group("address", "no fixed address", covered=0.4, missed=None),
    group("deprivation_quintile", "1"),
    group("age_band", "80+"),
    group("source", "gp_register"),
]


@pytest.fixture
def page(toy, tmp_path):
    """The page of the toy project."""
    return Page(write_missed_page(tmp_path, load_bundle(toy), "2026-10", RATES).read_text("utf-8"))


def text_of(page, tag):
    """The texts of all elements of a kind."""
    return [" ".join(element["text"].split()) for element in page.all(tag)]


def rows_of(page):
    """Every row, its cells apart."""
    return [" ".join(cell["text"] for cell in row["inside"] if cell["text"]) for row in page.all("tr")]


def test_it_is_restricted_and_says_what_its_rates_are(page):
    """First of all; and that they are a lower bound."""
    assert text_of(page, "p")[0].startswith("Restricted.")
    assert "lower bound on missed links" in " ".join(text_of(page, "p"))


def test_the_worst_group_and_those_without_a_rate_stand_at_the_top(page):
    """In sentences, before any table."""
    said = " ".join(text_of(page, "section")[0].split())

    assert "Missed most: ethnic group black." in said
    assert "No rate can be given for: address no fixed address." in said


def test_a_handful_of_records_is_not_shown(page):
    """Neither its size nor anything else of it."""
    (row,) = [text for text in rows_of(page) if text.startswith("Mixed")]

    assert row == "Mixed fewer than 10"


def test_a_group_that_is_hardly_covered_has_its_share_and_no_rate(page):
    """So that nobody takes silence for nobody missed."""
    (row,) = [text for text in rows_of(page) if text.startswith("No fixed address")]

    assert "40.0%" in row
    assert "under half covered" in row


def test_every_table_has_caption_heads_and_everyone(page):
    """One a dimension, each beside everyone; groups in words."""
    tables = page.all("table")

    assert len(tables) == len(page.all("caption")) == 7
    assert all({"row", "col"} >= {cell["attrs"]["scope"]} for cell in page.all("th"))
    assert rows_of(page).count("Everyone 9,000 90.0% 40.0% 3,000 2.0% 1.0% to 3.0% 1.0% 0.1%") == 7
    rows = " ".join(rows_of(page))
    assert "1 (most deprived)" in rows
    assert "80 and over" in rows


def test_it_loads_nothing(toy, tmp_path):
    """No script, no address: it opens from a disk that is cut off. The same rates give the same bytes."""
    folders = [tmp_path / name for name in "ab"]
    first, second = (write_missed_page(Path(f), load_bundle(toy), "2026-10", RATES).read_bytes() for f in folders)

    assert first == second
    assert b"<script" not in first
    assert b"http" not in first
