"""`joinedup exposure` measures a config and keeps a receipt that policy reads."""

import json

import pytest

from governance.exposure import FILE, exposure_digest, read_receipt
from governance.settings import load_bundle
from tests.lib.command import here
from tests.lib.toy import make_toy


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project without faults."""
    return make_toy(tmp_path_factory.mktemp("exposure") / "toy", keys=False)


def test_a_small_population_is_above_the_ceiling_and_refused(capsys, project):
    """Two thousand people are easily told apart: exit code 2, and the receipt is kept."""
    done = here(capsys, "exposure", project, "--people", "2000", "--record", "--json")

    assert done.code == 2
    assert set(done.json["result"]["over"]) == {"structure", "equalities"}
    receipt = read_receipt(project)
    assert receipt["linkage_sha256"] == exposure_digest(load_bundle(project).project.linkage)
    assert receipt["people"] == 2000
    assert [len(receipt[scenario]) for scenario in ("register", "with_second_source")] == [15, 15]


def test_the_table_is_sentences(capsys, project):
    """One for each cell, and a measured list of names is used when given."""
    names = project / "names.csv"
    names.write_text(
        "name,kind,frequency\n"
        + "".join(f"name{chr(97 + n)}son,{kind},{100 - n}\n" for n in range(26) for kind in ("forename", "surname"))
    )
    done = here(capsys, "exposure", project, "--people", "2000", "--names", names)

    assert done.out.count(" of people can be told from all others by ") == 30
    assert "names of a measured list" in done.out
    assert "ABOVE THE CEILING of 0.20%: who shares a block with whom." in done.out


def test_a_damaged_receipt_is_none(tmp_path):
    """What cannot be read was not measured."""
    (tmp_path / FILE).write_text("{")
    assert read_receipt(tmp_path) == {}
    (tmp_path / FILE).write_text(json.dumps({"format": "other"}))
    assert read_receipt(tmp_path) == {}


@pytest.fixture(scope="module")
def approved(tmp_path_factory):
    """The toy project with its keys."""
    return make_toy(tmp_path_factory.mktemp("own") / "toy")


def test_a_small_source_says_so_and_tells_no_share(capsys, approved):
    """Forty people: a share of them would count them."""
    done = here(capsys, "exposure", approved, "--source", "housing", "--json")

    assert done.code == 0
    assert (done.json["result"]["too_few"], done.json["result"]["cells"]) == (True, [])
    assert "no share is told" in here(capsys, "exposure", approved, "--source", "housing").out


def test_a_sources_own_records_are_measured_where_it_lives(capsys, approved, monkeypatch):
    """Shares in steps of a thousandth, a line for each cell, and not one name, code or count of the extract."""
    monkeypatch.setattr("flows.own_exposure.FEWEST_RECORDS", 10)
    found = here(capsys, "exposure", approved, "--source", "gp_register", "--json").json["result"]

    assert len(found["cells"]) == 15
    assert all(round(cell["unique"] * 1000) == pytest.approx(cell["unique"] * 1000) for cell in found["cells"])
    assert set(found) == {"source", "period", "too_few", "cells"}
    assert (
        "of records can be told from all others by" in here(capsys, "exposure", approved, "--source", "gp_register").out
    )
