"""`joinedup exposure` measures a config and keeps a receipt that policy reads."""

import json
import re
from types import SimpleNamespace

import pytest

from flows import exposure, progress
from governance.exposure import FILE, exposure_digest, read_receipt
from governance.settings import load_bundle
from tests.lib.command import here
from tests.lib.paperwork import cover
from tests.lib.toy import PERIOD, make_toy


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
    zone = receipt["analysis_zone"]
    without, with_token = zone["attributes"], zone["home_graph"]
    assert zone["seen"]["unique"] < zone["seen_home_size"]["unique"] < zone["seen_home_seen"]["unique"]
    assert without["unique"] < zone["home_size"]["unique"] < zone["home_seen"]["unique"] < with_token["unique"] <= 1


def test_the_table_is_sentences(capsys, project):
    """One for each cell, and a measured list of names is used when given."""
    names = project / "names.csv"
    names.write_text(
        "name,kind,frequency\n"
        + "".join(f"name{chr(97 + n)}son,{kind},{100 - n}\n" for n in range(26) for kind in ("forename", "surname"))
    )
    done = here(capsys, "exposure", project, "--people", "1000", "--names", names)

    assert done.out.count(" of people can be told from all others by ") == 30
    assert "told from all others by that and the length bands of names." in done.out
    assert not re.search(r"by and|CEILING[^:]*: and", done.out)
    assert "names of a measured list" in done.out
    assert "ABOVE THE CEILING of 0.20%: who shares a block with whom." in done.out
    assert done.out.count("without the home token: ") == 2
    assert done.out.count("   with the home token: ") == 6
    assert "sends no token that says who shares a home (`households`): this is what one would add." in done.out


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
    found = done.json["result"]
    assert (found["too_few"], found["cells"], found["analysis_zone"]) == (True, [], {})
    assert "no share is told" in here(capsys, "exposure", approved, "--source", "housing").out


def test_a_sources_own_records_are_measured_where_it_lives(capsys, approved, monkeypatch):
    """Shares in steps of a thousandth, a line for each cell, and not one name, code or count of the extract."""
    monkeypatch.setattr("flows.own_exposure.FEWEST_RECORDS", 10)
    found = here(capsys, "exposure", approved, "--source", "gp_register", "--json").json["result"]

    assert len(found["cells"]) == 15
    assert all(round(cell["unique"] * 1000) == pytest.approx(cell["unique"] * 1000) for cell in found["cells"])
    assert set(found) == {"source", "period", "too_few", "cells", "analysis_zone", "homes_are_told"}
    assert {"attributes", "three_dates"} <= set(found["analysis_zone"])
    out = here(capsys, "exposure", approved, "--source", "gp_register").out
    assert "of records can be told from all others by" in out
    assert "(`households`): none was measured." in out


def test_a_sources_own_homes_are_measured_where_the_project_tells_them(capsys, tmp_path, monkeypatch):
    """With the token more of its own people are one of a kind than without it."""
    root = make_toy(tmp_path / "toy")
    _with_homes(root)
    monkeypatch.setattr("flows.own_exposure.FEWEST_RECORDS", 10)
    found = here(capsys, "exposure", root, "--source", "gp_register", "--json").json["result"]

    zone = found["analysis_zone"]
    assert found["homes_are_told"] is True
    assert zone["seen"]["unique"] < zone["seen_home_seen"]["unique"]
    assert zone["attributes"]["unique"] <= zone["home_attributes"]["unique"] <= zone["home_graph"]["unique"]


def _with_homes(root):
    """The register tells a property number of everybody, three people a home; the project asks for tokens."""
    project, source = root / "project.yaml", root / "sources" / "gp_register.yaml"
    project.write_text(project.read_text("utf-8") + "households: true\n", encoding="utf-8")
    told = source.read_text("utf-8").replace(
        "seen: {class", "home: {class: direct_identifier, role: uprn}\n      seen: {class"
    )
    source.write_text(told.replace("sex, seen]", "sex, seen, home]"), encoding="utf-8")
    extract = root / "extracts" / PERIOD / "gp_register.csv"
    header, *rows = extract.read_text("utf-8").splitlines()
    homes = [f"{row},{number // 3 + 1}" for number, row in enumerate(rows)]
    extract.write_text("\n".join([f"{header},home", *homes]) + "\n", encoding="utf-8")
    cover(root)


def test_each_part_of_a_long_measurement_is_told(toy, monkeypatch):
    """Minutes without a word look like a program that hangs: a listener, such as the bar, is told of four parts."""
    nothing = SimpleNamespace(cells=(), chains={})
    monkeypatch.setattr(exposure, "reference_sources", lambda *_, **__: [None, None])
    monkeypatch.setattr(exposure, "measure", lambda *_, **__: nothing)
    monkeypatch.setattr(exposure, "_zone_shares", lambda *_: {})
    told = []
    monkeypatch.setattr(progress, "_listeners", [_Listener(told)])
    exposure.make_receipt(load_bundle(toy), people=1000, names=None)

    parts = ["making people", "the register alone", "with a second source", "in the analysis zone"]
    assert told == [4, *(word for part in parts for word in (f"began {part}", f"ended {part}"))]


class _Listener:
    """Keeps what it is told."""

    def __init__(self, told):
        self.told = told

    def expect(self, steps):
        """How many parts there are."""
        self.told.append(steps)

    def started(self, label):
        """One began."""
        self.told.append(f"began {label}")

    def finished(self, label):
        """One ended."""
        self.told.append(f"ended {label}")
