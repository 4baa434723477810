"""Counts with unlikely digits are planted: no byte of any released file holds one, packed or unpacked."""

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from cohorts.measures.publish import OF_PEOPLE
from cohorts.report import build_page
from flows.report import release_files
from governance.contracts import COHORT_INTERVAL, MEASURE_COUNT
from governance.disclosure import release_measures
from tests.lib.every_byte import readable
from tests.lib.report import POLICY, invented_counts, invented_facts, with_people
from tests.unit.test_report_page import CANARIES, COHORT, forms

AS_OF = date(2025, 10, 1)
MEASURED = {
    ("told_three_times", "sex", "female"): (3719, 8563),
    ("prevalence", "age_band_by_sex", "18-34 | female"): (4783, 9158),
    ("missed_appointments", "sex", "male"): (6791, 9473),
}
LIMITS = {CANARIES[COHORT, "met", "all", "all"]: (4234, 4468)}
SMALL = (COHORT, "met", "service", "advice_service")
FILES = {"board_report.html", "board_report.pdf", "board_tables.xlsx", "safe_counts.csv", "safe_measures.csv"}


def measures():
    """Planted parts and wholes, of people and of appointments."""
    for (measure, dimension, group), (part, whole) in MEASURED.items():
        people = {"part": part, "whole": whole, "part_people": part - 2, "whole_people": whole - 2}
        noise = {"part_noise": part * 7_919, "whole_noise": whole * 7_919}
        yield {"cohort": COHORT, "measure": measure, "dimension": dimension, "group": group, **people, **noise}


def intervals(counts):
    """A planted interval beside a planted count."""
    [row] = [row for row in counts.to_pylist() if row["people"] in LIMITS]
    key = {name: row[name] for name in ("cohort", "measure", "dimension", "group")}
    low, high = LIMITS[row["people"]]
    row = {**key, "low": low, "high": high, "expected": row["people"] + 0.371, "per_point": 7.1359}
    return pa.Table.from_pylist([row], schema=COHORT_INTERVAL.schema)


def files_with(changes, profile="cell_key"):
    """Every file of a release whose exact counts are these."""
    counts = with_people(invented_counts(), changes)
    planted = pa.Table.from_pylist(list(measures()), schema=MEASURE_COUNT.schema)
    beside = intervals(counts) if changes.keys() >= CANARIES.keys() else None
    released = release_measures(counts, planted, POLICY, profile, of_people=OF_PEOPLE, intervals=beside)
    facts = replace(invented_facts(), notices=("A report of August 2025 was withdrawn (2025-09-02): It was wrong.",))
    return release_files(build_page(released.frame, facts), released, spine="gp_register", as_of=AS_OF)


@pytest.fixture(scope="module")
def planted():
    """A release of planted counts, and all that can be read of each file."""
    return {name: readable(name, content) for name, content in files_with(CANARIES, "hide7_round5").items()}


def test_no_byte_of_any_file_holds_a_planted_count(planted):
    """HTML with its charts, PDF text and metadata, every part of the spreadsheet, both CSV files."""
    numbers = [*CANARIES.values(), *(one for pair in MEASURED.values() for one in pair)]
    numbers += [one - 2 for pair in MEASURED.values() for one in pair] + [
        one for pair in LIMITS.values() for one in pair
    ]
    held = {
        (name, number) for name, text in planted.items() for number in numbers if any(f in text for f in forms(number))
    }

    pages = {name for name in planted if name.startswith("board_report/") and name.endswith(".html")}
    assert planted.keys() - pages == FILES
    assert len(pages) > len(FILES)
    assert held == set()


@pytest.mark.parametrize("name", sorted(FILES - {"safe_measures.csv"}))
def test_what_was_released_of_it_is_read_in_every_file(planted, name):
    """The control: the same search finds the rounded count, so it would have found the exact one."""
    assert any(form in planted[name] for form in forms(4320))


def test_a_hidden_count_changes_no_byte_of_any_file():
    """Files made from 2 and from 6 people, who get the same noise, are the same to the byte."""
    two, six = (files_with({SMALL: people}) for people in (2, 6))

    assert two == six
