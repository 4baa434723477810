"""Estimates of the population from outside are the signed file, checked, and named beside each rate."""

from hashlib import sha256

import pytest

from cohorts.measures.estimates import estimate_rows
from cohorts.measures.meanings import denominator
from governance.errors import BadInput, PolicyRefusal
from governance.populations import load_population
from governance.settings import Population
from governance.warehouse import connect

GOOD = "dimension,group,people\ndistrict,north,2000\nall,all,5000\ndistrict,south,3000\n"


def estimate(root, text, *, digest=None):
    """A file below the project folder, and its settings."""
    (root / "ons.csv").write_text(text, encoding="utf-8")
    made = digest or sha256(text.encode()).hexdigest()
    return Population(id="ons", title="ONS mid-2025", path="ons.csv", sha256=made)


def test_an_estimate_is_read_and_sorted(tmp_path):
    """By dimension and group."""
    found = load_population(tmp_path, estimate(tmp_path, GOOD)).to_pylist()

    assert [(row["group"], row["people"]) for row in found] == [("all", 5000), ("north", 2000), ("south", 3000)]


def test_another_file_is_refused(tmp_path):
    """Approval covers the digest."""
    with pytest.raises(PolicyRefusal) as caught:
        load_population(tmp_path, estimate(tmp_path, GOOD, digest="0" * 64))

    assert caught.value.code == "E-POPULATION-DIGEST"


@pytest.mark.parametrize(
    "text",
    [
        "group,people\nall,5\n",
        "dimension,group,people\nall,all,many\n",
        "dimension,group,people\nall,all,0\n",
        "dimension,group,people\nall,all,\n",
        "dimension,group,people\nall,all,5\nall,all,6\n",
        "dimension,group,people\n",
    ],
    ids=["no dimension", "no number", "nobody", "empty", "twice", "no rows"],
)
def test_a_bad_estimate_is_told(tmp_path, text):
    """Exit code 3, before any rate is made."""
    with pytest.raises(BadInput) as caught:
        load_population(tmp_path, estimate(tmp_path, text))

    assert caught.value.code == "E-POPULATION"


def test_a_missing_estimate_is_told(tmp_path):
    """By its name."""
    wanted = estimate(tmp_path, GOOD)
    (tmp_path / "ons.csv").unlink()

    with pytest.raises(BadInput) as caught:
        load_population(tmp_path, wanted)

    assert (caught.value.code, "ons.csv" in str(caught.value)) == ("E-POPULATION", True)


def test_rates_name_the_estimate_they_are_out_of(tmp_path):
    """For every 1,000 people, with Byar's limits, in the groups that the estimate has and no others."""
    con = connect(threads=1)
    con.execute(
        'CREATE TABLE measure_count (cohort VARCHAR, measure VARCHAR, dimension VARCHAR, "group" VARCHAR, part INT)'
    )
    con.execute("INSERT INTO measure_count VALUES ('c', 'prevalence', 'district', 'north', 100)")
    con.execute("INSERT INTO measure_count VALUES ('c', 'prevalence', 'district', 'not recorded', 9)")
    con.execute("INSERT INTO measure_count VALUES ('c', 'told_three_times', 'district', 'north', 7)")
    table = load_population(tmp_path, estimate(tmp_path, GOOD))
    [row] = estimate_rows(con, {"ONS mid-2025": table})

    assert (row.part, row.whole, row.value) == (100, 2000, 50.0)
    assert (row.low, row.high) == pytest.approx((81.362 / 2, 121.628 / 2), abs=0.01)
    assert denominator(row.measure, "c", "gp_register") == "people of ONS mid-2025"
