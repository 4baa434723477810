"""The evidence pack: filled from the config and from what ran, and open where only people can answer."""

import re
from dataclasses import replace

import pytest

from governance.approval import check_approved
from governance.audit.blocks import Cell, Section, Table, Text
from governance.audit.evidence import gather
from governance.audit.markdown import as_markdown
from governance.audit.pack import pack_html, pack_markdown, pack_sections, write_pack
from governance.audit.pack_risks import _RISKS
from governance.keys.ring import KeyRing
from governance.policy import RULES, check_bundle
from tests.lib.governance import AT, DAY, PERIOD, demo_keys, edit_config, facts_of, write_config, write_project


def evidence_of(bundle):
    """What the pack of the made-up project is made from."""
    ring = KeyRing(bundle.root / "keys")
    findings = check_bundle(bundle, facts_of(bundle))
    return gather(bundle.root, PERIOD, bundle, findings, ring.infos(), check_approved(bundle, ring, DAY), at=AT)


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    """After one whole run."""
    return evidence_of(write_project(tmp_path_factory.mktemp("project")))


def test_both_forms_are_written(evidence):
    """Markdown and a page, restricted, in the audit zone."""
    paths = write_pack(evidence.bundle.root, evidence)

    assert [path.name for path in paths] == ["evidence_pack.md", "evidence_pack.html"]
    assert {oct(path.stat().st_mode & 0o777) for path in paths} == {"0o600"}
    assert paths[0].read_text("utf-8") == pack_markdown(evidence)


@pytest.mark.parametrize(
    "words",
    [
        "Northmoor Integrated Care Board; Northmoor Advice; Northmoor General Hospital NHS Trust",
        "population health planning",
        "DPIA-1, version 1",
        "ROPA-1",
        "19,876 people",
        "11.1% of people share birth year",
        "Records manager",
        "Extracts | 120 months",
    ],
)
def test_what_the_config_says_is_filled_in(evidence, words):
    """Controllers, purpose, records, scale, exposure, retention."""
    assert words in pack_markdown(evidence).replace("\\", "")


def test_what_is_not_written_down_is_said_to_be_missing(tmp_path):
    """Never filled with words that sound like an answer."""
    bundle = edit_config(write_config(tmp_path), "project.yaml", lambda data: data.pop("governance"))
    demo_keys(bundle)

    text = pack_markdown(evidence_of(bundle))

    assert text.count("Not written down in project.yaml.") == 4


def test_what_only_people_can_write_is_left_open(evidence):
    """Necessity, consultation, advice, acceptance of risk, signatures."""
    text = pack_markdown(evidence)

    assert "joinedup has not answered these" in text
    for asked in ("35(7)(b)", "35(9)", "35(2)", "Article 36", "Caldicott Guardian or SIRO"):
        assert asked in text


def test_every_rule_named_beside_a_risk_exists():
    """A rule that was renamed would otherwise always pass."""
    assert {rule for risk in _RISKS for rule in risk.rules} <= {rule.id for rule in RULES}


def test_a_rule_that_stops_the_run_shows_beside_its_risk(evidence):
    """The worst of its rules."""
    findings = tuple(replace(one, result="block") if one.rule == "EXP-02" else one for one in evidence.findings)
    [section] = [one for one in pack_sections(replace(evidence, findings=findings)) if one.id == "risks"]
    table = next(block for block in section.blocks if isinstance(block, Table))
    said = {row[2]: row[3].text for row in table.rows}

    assert said["ID-02, ID-05, EXP-02"] == "Stops the run"
    assert said["OUT-02"] == "Pass"


def test_both_forms_say_the_same(evidence):
    """Every section of one is a section of the other."""
    titles = [section.title for section in pack_sections(evidence)]
    html, text = pack_html(evidence), pack_markdown(evidence)

    assert re.findall(r"^## \d+\. (.*)$", text, re.MULTILINE) == titles
    assert [f"{number}. {title}" in html for number, title in enumerate(titles, 1)] == [True] * len(titles)


def test_nothing_of_a_config_becomes_markup():
    """Neither in tables nor in text."""
    table = Table(caption="a|b", head=("x", "y"), rows=[("<b>|*", Cell("3", "number"))])
    text = as_markdown("T", "L", [Section(id="s", title="S", blocks=(Text("# [a](b)"), table))])

    assert text == ("# T\n\nL\n\n## 1. S\n\n\\# \\[a](b)\n\n**a\\|b**\n\n| x | y |\n|---|--:|\n| \\<b>\\|\\* | 3 |\n")


def test_no_secret_stands_in_the_pack(evidence):
    """No secret of any key file."""
    secrets = re.findall(r'"secret": "([^"]+)"', "".join(p.read_text() for p in evidence.bundle.root.glob("keys/*/*")))

    assert len(secrets) > 10
    assert not [secret for secret in secrets if secret in pack_html(evidence) + pack_markdown(evidence)]


def test_a_pack_before_anything_ran(tmp_path):
    """Can be written for an assessment that comes first, as it has to."""
    bundle = write_config(tmp_path)
    demo_keys(bundle)

    text = pack_markdown(evidence_of(bundle))

    assert "This was not measured for this period yet" in text
    assert "## 2. Nature and scale" in text
