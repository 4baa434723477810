"""Policy rules: each passes the made-up project and blocks what it is there to block."""

import random
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from governance.errors import BadInput, ConfigError, PolicyRefusal
from governance.exposure import exposure_digest
from governance.ledger import Event
from governance.policy import RULES, Finding, RunFacts, check_bundle, explain, refuse_blocked, rules_markdown
from governance.policy.secret_scan import suspicious_lines
from governance.settings import Linkage, Policy
from governance.shipped_exposure import SHIPPED
from tests.lib.governance import (
    DAY,
    PERIOD,
    demo_keys,
    edit_config,
    facts_of,
    real_keys,
    write_config,
    write_project,
    write_run,
)
from tests.lib.rule_fixtures import change_key, change_receipt, with_column

RULE_IDS = [rule.id for rule in RULES]
HOUSING, GP = "sources/housing.yaml", "sources/gp_register.yaml"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The made-up project after one whole run; nothing here changes it."""
    bundle = write_project(tmp_path_factory.mktemp("project"))
    return bundle, facts_of(bundle)


def found(rule, bundle, facts):
    """What one rule says."""
    return [finding for finding in check_bundle(bundle, facts) if finding.rule == rule]


def test_the_rules_of_this_version():
    """The table of the design, four more, EXP-01 and EXP-02, each once, in the order they are printed."""
    families = {"PURP": "01 02", "LAW": "01 02 03 04 05", "AGR": "01 02", "DPIA": "01", "ROPA": "01", "TRN": "01"}
    families |= {"NDOO": "01 02 03 04 05", "SENS": "01 02", "ID": "01 02 03 04 05 06"}
    families |= {"CRY": "01 02 03 04 05 06 07", "EXP": "01 02", "STO": "01 02", "RET": "01"}
    families |= {"OUT": "01 02 03 04 05 06 07", "REV": "01 02 03", "LOG": "01 02"}
    assert len(RULES) == 49
    assert [f"{family}-{number}" for family, numbers in families.items() for number in numbers.split()] == RULE_IDS


# --- what is wrong in a config ----------------------------------------------------------------------------


def column(data: Any, name: str) -> dict[str, Any]:
    """One column of the first file of a source."""
    found: dict[str, Any] = data["files"][0]["columns"][name]
    return found


def add_column(data: Any, name: str, column_class: str) -> None:
    """One more column in the first file, agreed."""
    data["files"][0]["columns"][name] = {"class": column_class}
    data["agreement"]["data_items"].append(name)


def mix(data: Any) -> None:
    """A direct identifier of the people file as payload of the events file."""
    data["files"][1]["columns"]["home_postcode"] = {"class": "event_field"}


BAD_CONFIGS: list[tuple[str, str, str, Callable[[Any], object], str]] = [
    (
        "PURP-01",
        "purpose not in the register",
        "project.yaml",
        lambda data: data.update(purpose="marketing"),
        "Purpose `marketing` is not in the purpose register.",
    ),
    (
        "LAW-03",
        "placeholder",
        HOUSING,
        lambda data: data["legal"]["common_law"].update(reference="TBC"),
        "Housing and homelessness: the reference for the common-law basis is only a placeholder.",
    ),
    (
        "LAW-03",
        "statute without a law",
        HOUSING,
        lambda data: data["legal"]["common_law"].update(reference="our usual powers"),
        "Housing and homelessness: the basis is a statute, but the reference names no Act, Regulations or Order.",
    ),
    (
        "LAW-03",
        "s251 without a number",
        GP,
        lambda data: data["legal"]["common_law"].update(reference="applied for"),
        "GP register: the basis is section 251, but the reference has no CAG number.",
    ),
    (
        "LAW-03",
        "confidential and not",
        GP,
        lambda data: data["legal"]["common_law"].update(basis="not_confidential", reference="aggregate by nature"),
        "GP register: it is called not confidential, but also marked as confidential patient information.",
    ),
    (
        "AGR-02",
        "column beyond the agreement",
        HOUSING,
        lambda data: data["agreement"]["data_items"].remove("mobile"),
        "Housing and homelessness: column `mobile` of file `applications` is read, but agreement DSA-HOUSING-2025"
        " does not list it.",
    ),
    (
        "NDOO-01",
        "not_cpi but CPI",
        HOUSING,
        lambda data: data["opt_outs"].update(confidential_patient_information=True),
        "Housing and homelessness: it is exempt as `not_cpi`, but marked as confidential patient information.",
    ),
    (
        "NDOO-01",
        "consent without consent",
        HOUSING,
        lambda data: data["opt_outs"].update(exemption="consent"),
        "Housing and homelessness: it is exempt by consent, but consent is not its common-law basis.",
    ),
    (
        "NDOO-01",
        "law without statute",
        "sources/advice_service.yaml",
        lambda data: data["opt_outs"].update(exemption="legal_requirement"),
        "Voluntary advice service: it is exempt by legal requirement, but no statute is its common-law basis.",
    ),
    (
        "NDOO-01",
        "anonymised with names",
        HOUSING,
        lambda data: data["opt_outs"].update(exemption="anonymised"),
        "Housing and homelessness: it is exempt as anonymised, but its extract has direct identifiers.",
    ),
    (
        "ID-01",
        "postcode as attribute",
        HOUSING,
        lambda data: add_column(data, "Landlord PostCode", "attribute"),
        "Housing and homelessness: column `Landlord PostCode` is named like an identifier but classed attribute.",
    ),
    (
        "ID-03",
        "identifier and payload",
        GP,
        mix,
        "GP register: column `home_postcode` is a direct identifier in one file and payload in another.",
    ),
    (
        "ID-04",
        "notes as attribute",
        HOUSING,
        lambda data: add_column(data, "OfficerNotes", "attribute"),
        "Housing and homelessness: column `OfficerNotes` is named like free text but classed attribute.",
    ),
    (
        "CRY-02",
        "salt",
        HOUSING,
        lambda data: data["coverage"][0].update(known_gaps="salt: defaultS3cret!"),
        "sources/housing.yaml holds a value named like a password, salt or key.",
    ),
]


@pytest.mark.parametrize(
    ("rule", "name", "change", "says"),
    [(rule, name, change, says) for rule, _, name, change, says in BAD_CONFIGS],
    ids=[f"{rule} {label}" for rule, label, *_ in BAD_CONFIGS],
)
def test_bad_configs_are_blocked(tmp_path, rule, name, change, says):
    """The bad fixtures: the exact sentence, the file and line, and a fix."""
    bundle = edit_config(write_config(tmp_path), name, change)

    [finding] = found(rule, bundle, RunFacts(as_of=DAY))

    assert (finding.result, finding.sentence) == ("block", says)
    assert re.fullmatch(rf"{re.escape(name)}:\d+", finding.where)
    assert finding.fix


def test_a_finding_points_to_the_line(tmp_path):
    """The line is the setting's own."""
    bundle = edit_config(write_config(tmp_path), "project.yaml", lambda data: data.update(purpose="marketing"))

    [finding] = found("PURP-01", bundle, RunFacts(as_of=DAY))

    line = int(finding.where.split(":")[1])
    assert (tmp_path / "project.yaml").read_text().splitlines()[line - 1] == "purpose: marketing"


@pytest.mark.parametrize(
    ("floor", "says"),
    [
        ({"hide_up_to_people": 6}, "Counts up to 6 are withheld; the floor is 7."),
        ({"round_to_people": 4}, "Counts are rounded to the nearest 4; the floor is 5."),
    ],
    ids=["hides less", "rounds less"],
)
def test_thresholds_below_the_floor_are_blocked(project, floor, says):
    """Also where the model that read them would have let them pass."""
    bundle, facts = project
    policy = Policy.model_construct(**(Policy().model_dump() | floor))

    [finding] = found("OUT-02", replace(bundle, policy=policy), facts)

    assert (finding.result, finding.sentence) == ("block", says)


def test_higher_thresholds_pass(project):
    """An ICS may tighten."""
    bundle, facts = project
    policy = Policy(hide_up_to_people=10, round_to_people=10)

    assert [finding.result for finding in found("OUT-02", replace(bundle, policy=policy), facts)] == ["pass"]


@pytest.mark.parametrize(
    "name",
    [
        "provider_postcode",
        "telephone_contact",
        "no_fixed_address",
        "accommodation_address_type",
        "ward_name",
        "phonics",
    ],
)
def test_columns_that_only_sound_like_identifiers_pass(tmp_path, name):
    """A hospital's postcode is not a person's."""
    bundle = edit_config(write_config(tmp_path), HOUSING, lambda data: add_column(data, name, "attribute"))

    assert [finding.result for finding in found("ID-01", bundle, RunFacts(as_of=DAY))] == ["pass"]


@pytest.mark.parametrize(("told", "results"), [("other", ["pass"]), ("polish", ["block"])])
def test_which_other_language_people_speak_does_not_leave(tmp_path, told, results):
    """English or another is told; a source file that would tell which one is blocked, without saying it."""

    def change(data):
        [people] = [file for file in data["files"] if file["grain"] != "events"]
        codes = {"en": "english", "pl": told}
        people["columns"]["lang"] = {"class": "quasi_identifier", "role": "first_language", "values": codes}

    bundle = edit_config(write_config(tmp_path), HOUSING, change)
    findings = found("ID-05", bundle, RunFacts(as_of=DAY))

    assert [finding.result for finding in findings] == results
    assert told == "other" or "polish" not in findings[0].sentence


# --- what is wrong with keys ------------------------------------------------------------------------------


BAD_KEYS: list[tuple[str, str, Callable[[RunFacts], RunFacts], str, str]] = [
    (
        "CRY-03",
        "another project's key",
        lambda facts: change_key(facts, "person", project="southmoor"),
        "key person",
        "Key `person` was made for project `southmoor`.",
    ),
    (
        "CRY-03",
        "one key under two ids",
        lambda facts: change_key(facts, "zone_linkage", fingerprint=facts.keys[0].fingerprint),
        "keys/",
        "Keys `custodian_a`, `zone_linkage` are the same key.",
    ),
    (
        "CRY-04",
        "key missing",
        lambda facts: replace(facts, keys=tuple(key for key in facts.keys if key.id != "zone_source_police")),
        "key zone_source_police",
        "Key `zone_source_police` does not exist.",
    ),
    (
        "CRY-04",
        "retired",
        lambda facts: change_key(facts, "person", state="retiring"),
        "key person",
        "Key `person` is retiring, not active.",
    ),
    (
        "CRY-04",
        "expired",
        lambda facts: change_key(facts, "person", not_after="2025-10-13"),
        "key person",
        "Key `person` is valid from 2020-01-01 to 2025-10-13, which is not the day of the run.",
    ),
    (
        "CRY-04",
        "short",
        lambda facts: change_key(facts, "person", bits=128),
        "key person",
        "Key `person` has 128 bits; 256 are needed.",
    ),
    (
        "CRY-04",
        "one custodian",
        lambda facts: change_key(facts, "root_b", holder="custodian_a"),
        "keys/",
        "Several shares of the root key are held by `custodian_a`.",
    ),
    (
        "CRY-04",
        "custodian approves",
        lambda facts: change_key(facts, "signing_approver", holder="custodian_a"),
        "key signing_approver",
        "Key `signing_approver` is held by a custodian of the root key.",
    ),
]


@pytest.mark.parametrize(
    ("rule", "change", "where", "says"),
    [(rule, change, where, says) for rule, _, change, where, says in BAD_KEYS],
    ids=[f"{rule} {label}" for rule, label, *_ in BAD_KEYS],
)
def test_bad_keys_are_blocked(project, rule, change, where, says):
    """The bad fixtures of the key rules."""
    bundle, facts = project

    [finding] = found(rule, bundle, change(facts))

    assert (finding.result, finding.where, finding.sentence) == ("block", where, says)


def test_demo_keys_are_blocked_on_real_data(project):
    """Every one of them."""
    bundle, facts = project
    real = replace(bundle, project=bundle.project.model_copy(update={"synthetic": False}))

    findings = found("CRY-04", real, facts)

    assert {finding.sentence.split("` ")[1] for finding in findings} == {
        "is a demo key, and this project is not synthetic."
    }
    assert len(findings) == len(facts.keys)


def test_real_keys_pass_on_real_data(tmp_path):
    """What `joinedup keys new` makes is fit."""
    bundle = write_config(tmp_path, synthetic=False)
    facts = RunFacts(as_of=DAY, keys=tuple(real_keys(bundle).infos()))

    assert [finding.result for rule in ("CRY-03", "CRY-04") for finding in found(rule, bundle, facts)] == ["pass"] * 2


# --- what is wrong in what ran ----------------------------------------------------------------------------


def change_package(facts: RunFacts, kind: str, source: str, **tables: Any) -> RunFacts:
    """The facts with one package's tables altered."""
    package = dict(facts.packages[kind, source])
    package["tables"] = package["tables"] | tables
    return replace(facts, packages={**facts.packages, (kind, source): package})


def without_events(facts: RunFacts, event: Event) -> RunFacts:
    """The facts with a ledger that never had one event."""
    return replace(facts, ledger=tuple(entry for entry in facts.ledger if entry.event is not event))


def opt_outs_last(facts: RunFacts) -> RunFacts:
    """The facts with opt-outs recorded after everything else."""
    late = tuple(entry for entry in facts.ledger if entry.event is Event.OPT_OUTS_APPLIED)
    return replace(facts, ledger=(*without_events(facts, Event.OPT_OUTS_APPLIED).ledger, *late))


BAD_RUNS: list[tuple[str, str, Callable[[RunFacts], RunFacts], str]] = [
    (
        "NDOO-02",
        "no list",
        lambda facts: change_receipt(facts, "gp_register", lambda one: one.update(opt_outs={"status": "exempt"})),
        "GP register: no cleaned list was used.",
    ),
    (
        "NDOO-02",
        "more returned than sent",
        lambda facts: change_receipt(facts, "gp_register", lambda one: one["opt_outs"].update(returned=18_401)),
        "GP register: the cleaned list holds more NHS numbers than were sent.",
    ),
    (
        "NDOO-02",
        "stale list",
        lambda facts: change_receipt(facts, "gp_register", lambda one: one["opt_outs"].update(age_days=29)),
        "GP register: the cleaned list was 29 days old; 28 are allowed.",
    ),
    (
        "NDOO-02",
        "list from the future",
        lambda facts: change_receipt(facts, "gp_register", lambda one: one["opt_outs"].update(age_days=-1)),
        "GP register: the cleaned list is dated after the run.",
    ),
    (
        "NDOO-03",
        "rows do not add up",
        lambda facts: change_receipt(facts, "gp_register", lambda one: one["files"]["visits"].update(opted_out=0)),
        "GP register: file `visits` does not add up: rows in differ from rows out and all that was left out.",
    ),
    (
        "NDOO-03",
        "more records than left",
        lambda facts: change_package(facts, "views", "gp_register", record={"rows": 20_118, "sha256": ""}),
        "GP register: the views package holds more records than were left after opt-outs.",
    ),
    (
        "ID-02",
        "identifier in the analysis zone",
        lambda facts: with_column(facts, "record_person", "surname", pa.string()),
        "Table `record_person` of the analysis zone has the identifier column `surname`.",
    ),
    (
        "ID-02",
        "table without a contract",
        lambda facts: change_package(facts, "payload", "housing", letters={"rows": 1, "sha256": ""}),
        "The payload package of housing holds table `letters`, which the analysis zone may not have.",
    ),
    (
        "ID-03",
        "linkage column in payload",
        lambda facts: with_column(facts, "record_event", "block", pa.string()),
        "Payload table `record_event` has the linkage column `block`.",
    ),
    (
        "ID-03",
        "both halves in one package",
        lambda facts: change_package(facts, "views", "housing", record_need={"rows": 1, "sha256": ""}),
        "The views package of housing holds table `record_need` of the other half.",
    ),
    (
        "CRY-01",
        "plain hash",
        lambda facts: change_receipt(facts, "housing", lambda one: one["encoded"].update(nhs_number="SHA-256")),
        "Housing and homelessness: `nhs_number` was not encoded with an approved keyed method.",
    ),
    (
        "CRY-01",
        "salted hash",
        lambda facts: change_receipt(facts, "housing", lambda one: one["encoded"].update(name="salted keyed MD5")),
        "Housing and homelessness: `name` was not encoded with an approved keyed method.",
    ),
    (
        "CRY-03",
        "foreign package",
        lambda facts: replace(
            facts,
            packages={**facts.packages, ("views", "housing"): {**facts.packages["views", "housing"], "kid": "aaaaa"}},
        ),
        "It was made under a root key that is not in this project's key folder.",
    ),
]


@pytest.mark.parametrize(
    ("rule", "change", "says"),
    [(rule, change, says) for rule, _, change, says in BAD_RUNS],
    ids=[f"{rule} {label}" for rule, label, *_ in BAD_RUNS],
)
def test_bad_runs_are_blocked(project, rule, change, says):
    """The bad fixtures of what a run wrote."""
    bundle, facts = project

    [finding] = found(rule, bundle, change(facts))

    assert (finding.result, finding.sentence) == ("block", says)
    assert finding.where


def test_a_block_salted_sketch_is_a_keyed_encoding(project):
    """The design's own word for it is not taken for a salted hash."""
    bundle, facts = project
    how = "128-bit block-salted keyed sketch"
    changed = change_receipt(facts, "housing", lambda one: one["encoded"].update(name=how))

    assert [finding.result for finding in found("CRY-01", bundle, changed)] == ["pass"]


@pytest.mark.parametrize("change", [opt_outs_last, lambda facts: without_events(facts, Event.OPT_OUTS_APPLIED)])
def test_opt_outs_after_publication_are_blocked(project, change):
    """For each source that applies them, and for no other."""
    bundle, facts = project

    findings = found("NDOO-03", bundle, change(facts))

    assert {finding.result for finding in findings} == {"block"}
    assert {finding.sentence.split(":")[0] for finding in findings} == {"GP register", "Emergency department"}
    assert any("published a package before opt-outs were applied" in finding.sentence for finding in findings)


def test_a_second_run_needs_its_own_opt_outs(project):
    """Opt-outs of the first run say nothing of an extract read later."""
    bundle, facts = project
    of_gp = [entry for entry in facts.ledger if entry.facts.get("source") == "gp_register"]
    again = [entry for entry in of_gp if entry.event is not Event.OPT_OUTS_APPLIED]

    findings = found("NDOO-03", bundle, replace(facts, ledger=(*facts.ledger, *again)))

    assert [finding.sentence.split(": ")[0] for finding in findings] == ["GP register"] * 3


def test_events_of_another_period_do_not_count(project):
    """Last month's opt-outs are not this month's."""
    bundle, facts = project

    findings = found("NDOO-03", bundle, replace(facts, period="2025-10"))

    assert {finding.sentence.split(": ")[1] for finding in findings} == {
        "the ledger does not say that opt-outs were applied."
    }


# --- before anything has run ------------------------------------------------------------------------------


def test_before_a_run_output_rules_wait(tmp_path):
    """What cannot be seen yet is neither passed nor blocked."""
    bundle = write_config(tmp_path)

    findings = check_bundle(bundle, RunFacts(as_of=DAY, period=PERIOD))

    waiting = {finding.rule for finding in findings if finding.result == "not_yet"}
    assert waiting == {"NDOO-02", "NDOO-03", "CRY-01", "CRY-03", "CRY-04", "EXP-02", "STO-02"} | {
        "OUT-01", "OUT-03", "OUT-04", "OUT-05", "OUT-06", "OUT-07", "REV-01", "REV-02", "LOG-02",
    }  # fmt: skip
    assert {finding.result for finding in findings if finding.rule not in waiting} == {"pass"}
    refuse_blocked(findings)


def test_facts_of_a_project_that_never_ran_are_empty(tmp_path):
    """Reading a fresh folder is no error."""
    facts = facts_of(write_config(tmp_path))

    assert (facts.keys, facts.receipts, facts.packages, facts.ledger) == (None, {}, {}, ())


def test_a_blocked_run_is_refused_with_every_reason(tmp_path):
    """All blocking findings at once, each with its place and fix."""
    bundle = edit_config(write_config(tmp_path), "project.yaml", lambda data: data.update(direct_care=True))
    bundle = edit_config(bundle, HOUSING, lambda data: data["agreement"]["data_items"].clear())

    with pytest.raises(PolicyRefusal) as refusal:
        refuse_blocked(check_bundle(bundle, RunFacts(as_of=DAY)))

    assert refusal.value.what == "Policy rules block this run: AGR-02, PURP-02."
    assert (refusal.value.code, len(refusal.value.faults)) == ("E-POLICY", 9)
    assert refusal.value.faults[0].file.startswith("project.yaml:")


def test_warnings_do_not_stop_a_run():
    """Only blocks do."""
    warning = Finding(rule="X", level="warn", result="warn", where="a", sentence="s", fix="f")

    refuse_blocked([warning])


# --- the entropy scan -------------------------------------------------------------------------------------

RANDOM = random.Random(20251014)


@pytest.mark.parametrize("size", [24, 32, 48], ids=lambda size: f"{size} bytes")
def test_random_bytes_are_found_in_base64_and_hex(size):
    """At least 98 of 100 random keys, in a setting or in a comment."""
    keys = [RANDOM.randbytes(size) for _ in range(100)]

    assert sum(bool([*suspicious_lines(f"epoch: {b64encode(key).decode()}")]) for key in keys) >= 98
    assert all([*suspicious_lines(f"# {key.hex()}")] for key in keys)


@pytest.mark.parametrize(
    "line",
    [
        "password: hunter2",
        "db_password = 'hunter2'",
        "SALT: 12345",
        "api-key: abc",
        "-----BEGIN PRIVATE KEY-----",
        "  private_key: |x",
        f"covers: [{{sha256: {'ab' * 32}}}, {{key: {'cd' * 32}}}]",
        f"my_sha256: {'ab' * 32}",
        f"sha256: {'ab' * 40}",
    ],
)
def test_named_secrets_are_found(line):
    """However short the value."""
    assert [number for number, _ in suspicious_lines(f"id: a\n{line}\n")] == [2]


@pytest.mark.parametrize(
    "line",
    [
        f"  sha256: {'ab' * 32}",
        f"covers: [{{sha256: {'ab' * 32}}}]   # the version of March",
        "path: extracts/{period}/mental_health/MHS201CareContact2025Final.csv",
        "purpose: population_health_planning",
        "statutory_function: NHS Act 2006 s14Z35",
        "salt_intake: {class: attribute}",
        "password: null",
        "url: some/long/folder/name/with/Mixed/Case/And/Digits/2025/10/people",
        "reference: Homelessness Reduction Act 2017 section 10",
    ],
)
def test_ordinary_settings_are_not_secrets(line):
    """Digests, paths, slugs and sentences pass."""
    assert [*suspicious_lines(line)] == []


def test_a_finding_never_repeats_the_secret(tmp_path):
    """The place is enough."""
    (tmp_path / "cohorts").mkdir()
    bundle = write_config(tmp_path)
    (tmp_path / "cohorts" / "x.yaml").write_text("password: hunter2\n")
    bundle = edit_config(bundle, "cohorts/c01.yaml", lambda data: None)

    [finding] = found("CRY-02", bundle, RunFacts(as_of=DAY))

    assert finding.where == "cohorts/x.yaml:1"
    assert "hunter2" not in repr(finding)


# --- teaching ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES, ids=RULE_IDS)
def test_every_rule_can_be_taught(rule):
    """Title, what, why, source, examples and fix, in either case of letters."""
    text = explain(rule.id.lower())

    assert text.startswith(f"{rule.id} {rule.title} (")
    assert [line.split(":")[0] for line in text.splitlines() if re.match(r"[A-Z]\w+:", line)] == [
        "Checked",
        "Why",
        "Source",
        "Good",
        "Bad",
        "Fix",
    ]
    assert max(map(len, text.splitlines())) <= 100


def test_an_unknown_rule_lists_the_known_ones():
    """A typing error is answered with what there is."""
    with pytest.raises(BadInput, match="no policy rule with that id") as error:
        explain("CRY-99")

    assert "CRY-01, CRY-02" in error.value.fix


def test_the_documentation_page_holds_every_rule():
    """Generated from the code, so nothing can be left out."""
    page = rules_markdown()

    assert re.findall(r"^## (\S+)", page, re.M) == RULE_IDS
    assert page.count("**Why.**") == len(RULES)


def test_rules_do_not_look_at_the_clock(project):
    """The same facts give the same findings, whatever the day is called."""
    bundle, facts = project

    assert check_bundle(bundle, facts) == check_bundle(bundle, facts)
    later = check_bundle(bundle, replace(facts, as_of=date(2100, 1, 1)))
    assert {finding.rule for finding in later if finding.result == "block"} == {
        "AGR-01",
        "CRY-04",
        "LAW-04",
        "RET-01",
    }


# --- what codes expose --------------------------------------------------------------------------------------


def with_linkage(bundle, *, synthetic=True, policy=None, **changes):
    """The project with other linkage settings, read again as a file would be."""
    linkage = Linkage.model_validate(bundle.project.linkage.model_dump(mode="json") | changes)
    project = bundle.project.model_copy(update={"linkage": linkage, "synthetic": synthetic})
    return replace(bundle, project=project, policy=policy or bundle.policy)


def receipt_of(bundle, structure, everything):
    """An exposure receipt of a project's settings."""
    shares = {"structure": structure, "equalities": everything, "rarity": everything}
    cells = [{"sees": sees, "seeds": 0.0, "unique": share} for sees, share in shares.items()]
    return {"linkage_sha256": exposure_digest(bundle.project.linkage), "people": 9000, "register": cells}


@pytest.mark.parametrize(("synthetic", "result"), [(True, "warn"), (False, "block")])
def test_settings_that_nobody_measured_do_not_run_on_real_people(project, synthetic, result):
    """The bad fixture: other rules without a receipt."""
    bundle = with_linkage(project[0], synthetic=synthetic, max_source_records=3)

    [finding] = found("EXP-01", bundle, project[1])

    assert (finding.result, finding.sentence) == (result, "What these linkage settings expose was not measured.")


@pytest.mark.parametrize(
    ("structure", "everything", "named"),
    [(0.002, 0.015, []), (0.0021, 0.015, ["structure"]), (0.002, 0.0151, ["equalities"])],
)
def test_a_share_above_its_ceiling_is_named(project, structure, everything, named):
    """A receipt at the ceilings passes; above one it blocks and names the cell."""
    bundle = with_linkage(project[0], synthetic=False, max_source_records=3)
    facts = replace(project[1], exposure=receipt_of(bundle, structure, everything))

    findings = [finding for finding in found("EXP-01", bundle, facts) if finding.result == "block"]

    assert [finding.sentence.split("`")[1] for finding in findings] == named


def test_a_receipt_of_other_settings_does_not_count(project):
    """Rules changed after measuring are rules that were not measured."""
    facts = replace(project[1], exposure=receipt_of(with_linkage(project[0], max_source_records=3), 0.0, 0.0))

    [finding] = found("EXP-01", with_linkage(project[0], synthetic=False, max_source_records=4), facts)

    assert finding.result == "block"


def test_ceilings_are_tightened_only(project):
    """policy.yaml may ask for less exposure, and then the shipped rules are refused."""
    with pytest.raises(ValidationError):
        Policy(max_unique_structure=0.003)
    bundle = with_linkage(project[0], synthetic=False, policy=Policy(max_unique_structure=0.001))

    assert {finding.result for finding in found("EXP-01", bundle, project[1])} == {"block"}


def test_rarity_bands_are_told_from_the_shipped_rules(project):
    """With name bands the rules that ship are above the ceiling for everything that codes show."""
    bands = {"path": "lookups/bands.json", "edition": "toy", "sha256": "0" * 64}
    [finding] = found("EXP-01", with_linkage(project[0], name_bands=bands), project[1])

    assert finding.sentence.startswith("`rarity`")


@pytest.mark.parametrize("preset", ["strict", "standard", "loose"])
def test_every_preset_was_measured_as_it_stands(project, preset):
    """A preset whose rules or limits change has no receipt until it is measured again; all three may run."""
    bundle = with_linkage(project[0], synthetic=False)
    bundle = replace(bundle, project=bundle.project.model_copy(update={"linkage": Linkage(preset=preset)}))

    assert exposure_digest(Linkage(preset=preset)) in SHIPPED
    assert {finding.result for finding in found("EXP-01", bundle, project[1])} == {"pass"}


def test_a_looser_rule_beside_a_preset_was_not_measured(project):
    """What the file writes out goes first, and then the preset's receipt does not hold."""
    bundle = with_linkage(project[0], synthetic=False, max_source_people=3)

    assert {finding.result for finding in found("EXP-01", bundle, project[1])} == {"block"}


def measured(bundle, **shares):
    """What EXP-02 says of shares of people who could be singled out."""
    attributes = {"unique": 0.1, "under_5": 0.2} | shares
    facts = replace(facts_of(bundle), singling_out={"attributes": attributes})
    return [one.result for one in found("EXP-02", bundle, facts)]


@pytest.mark.parametrize(
    ("shares", "results"),
    [
        ({}, ["pass"]),
        ({"unique": 0.2, "under_5": 0.4}, ["pass"]),
        ({"unique": 0.201}, ["block"]),
        ({"under_5": 0.401}, ["block"]),
        ({"unique": 0.5, "under_5": 0.9}, ["block", "block"]),
    ],
    ids=["below", "at the ceilings", "unique", "under five", "both"],
)
def test_singling_out_stops_a_project_of_real_people(project, shares, results):
    """At the ceiling is not above it."""
    bundle, _ = project

    assert measured(bundle, **shares) == results


def test_a_measurement_under_another_config_says_nothing(tmp_path):
    """After a coarser area the month has to run again, and the old shares must not stop it."""
    bundle = write_config(tmp_path)
    demo_keys(bundle)
    write_run(bundle)
    assert facts_of(bundle).singling_out["attributes"] == {"unique": 0.111, "under_5": 0.247}
    assert facts_of(bundle).singling_out["made_up"] is True

    changed = edit_config(bundle, "project.yaml", lambda data: data.update(retention_months=25))

    assert facts_of(changed).singling_out == {}
    [finding] = found("EXP-02", changed, facts_of(changed))
    assert finding.result == "not_yet"


def test_made_up_people_are_held_against_nothing(project):
    """A demo of a few thousand is no danger to anybody."""
    bundle, facts = project
    shares = {"attributes": {"unique": 0.9, "under_5": 1.0}, "made_up": True}

    assert [one.result for one in found("EXP-02", bundle, replace(facts, singling_out=shares))] == ["pass"]


@pytest.mark.parametrize(
    ("setting", "value", "floor"),
    [
        ("hide_up_to_people", 6, "7 or more"),
        ("round_to_people", 4, "5 or more"),
        ("noise_people", 1.5, "2.0 or more"),
        ("review_warning_days", 10, "30 or more"),
        ("max_unique_structure", 0.01, "0.002 or less"),
    ],
)
def test_a_looser_threshold_is_refused_with_the_floor_named(tmp_path, setting, value, floor):
    """An ICS may tighten; below the floor the file is refused, with the line and what would do."""
    bundle = write_config(tmp_path)

    with pytest.raises(ConfigError) as refused:
        edit_config(bundle, "policy.yaml", lambda data: data.update({setting: value}))

    [fault] = refused.value.faults
    assert (fault.file, fault.fix) == ("policy.yaml", f"Use {floor}.")
    assert fault.what == f"{setting}: goes beyond what is allowed: {floor}."
