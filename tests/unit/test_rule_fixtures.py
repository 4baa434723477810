"""Every policy rule has a good and a bad fixture, and a bad one makes just one rule speak, once."""

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flows.demo.generate import CONFIG
from flows.demo.paperwork import WRITTEN, date_paperwork
from governance.policy import RULES, check_bundle
from governance.policy.assessed import assessed_digest
from governance.settings import load_bundle
from governance.settings.linkage import NameBandsFile
from tests.lib.governance import edit_config, facts_of, write_config, write_project
from tests.lib.paperwork import cover
from tests.lib.rule_fixtures import BAD, change_approval

RULE_IDS = [rule.id for rule in RULES]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The made-up project after one whole run; nothing here changes it."""
    bundle = write_project(tmp_path_factory.mktemp("project"))
    return bundle, facts_of(bundle)


def test_every_rule_has_a_bad_fixture():
    """No more and no fewer."""
    assert sorted(BAD) == sorted(RULE_IDS)


@pytest.mark.parametrize("rule", RULE_IDS)
def test_the_good_fixture_passes(whole, rule):
    """The made-up project after a whole run is the good fixture of every rule."""
    findings = [one for one in check_bundle(*whole) if one.rule == rule]

    assert [(one.result, one.where, one.fix) for one in findings] == [("pass", "", "")]
    assert findings[0].sentence.endswith(".")


@pytest.mark.parametrize("rule", RULE_IDS)
def test_the_bad_fixture_gives_just_that_finding(whole, tmp_path, rule):
    """Its result, sentence and place, with a fix; every other rule passes."""
    bad, (bundle, facts) = BAD[rule], whole
    if bad.config:
        bundle = edit_config(write_config(tmp_path), bad.file, bad.config)
        cover(tmp_path)
        bundle = load_bundle(tmp_path)
        facts = change_approval(facts, config_sha256=bundle.digest)
    bundle = bad.bundle(bundle) if bad.bundle else bundle
    facts = bad.facts(facts) if bad.facts else facts

    [finding] = [one for one in check_bundle(bundle, facts) if one.result != "pass"]

    assert (finding.rule, finding.result, finding.sentence) == (rule, bad.result, bad.says)
    in_config = bad.where.endswith(".yaml")
    assert re.fullmatch(re.escape(bad.where) + (r":\d+" if in_config else ""), finding.where)
    assert finding.fix


@pytest.mark.parametrize("bands", [False, True], ids=["without name bands", "with"])
def test_the_demo_is_covered_by_its_assessment(bands):
    """A changed column or linkage setting needs its digest in ``governance.dpia.covers`` of the demo."""
    bundle = load_bundle(CONFIG / "demo")
    named = NameBandsFile(path="bands.json", edition="any", sha256="0" * 64) if bands else None
    linkage = bundle.project.linkage.model_copy(update={"name_bands": named})
    bundle = replace(bundle, project=bundle.project.model_copy(update={"linkage": linkage}))

    assert assessed_digest(bundle) in {one.sha256 for one in bundle.project.governance.dpia.covers}


def test_attestations_that_were_renewed_need_no_new_assessment(tmp_path):
    """A demonstration made months later is still covered: a renewed attestation changes nothing that is done."""
    root = Path(shutil.copytree(CONFIG / "demo", tmp_path / "demo"))
    before = (root / "sources" / "housing.yaml").read_bytes()
    date_paperwork(root, WRITTEN + timedelta(days=100))
    bundle = load_bundle(root)

    assert (root / "sources" / "housing.yaml").read_bytes() != before, "the control: days have moved"
    assert assessed_digest(bundle) in {one.sha256 for one in bundle.project.governance.dpia.covers}
