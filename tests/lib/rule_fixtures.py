"""One bad fixture for every policy rule: what is changed in the made-up project, and the one finding that follows.

A change is made to one config file, to the policy as read, or to the facts of the run; the assessment's digest follows
every change of a config, so that only the rule in question speaks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from governance.area_folders import parted
from governance.contracts import CONTRACTS
from governance.errors import Fault
from governance.policy import RunFacts
from governance.policy.disk import Held
from governance.policy.leaks import Leaks
from governance.settings import Bundle, Policy

HOUSING, GP, POLICE = "sources/housing.yaml", "sources/gp_register.yaml", "sources/police.yaml"
PROJECT = "project.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """What breaks one rule, and what it then says."""

    says: str
    where: str
    """The place; for a config its file, for its line is checked by itself."""
    result: str = "block"
    file: str = ""
    config: Callable[[Any], object] | None = None
    bundle: Callable[[Bundle], Bundle] | None = None
    facts: Callable[[RunFacts], RunFacts] | None = None


def _governance(**changes: Any) -> Callable[[Any], object]:
    """The governance records with some exchanged; ``None`` takes one out."""

    def change(data: Any) -> None:
        for name, value in changes.items():
            data["governance"].pop(name) if value is None else data["governance"].update({name: value})

    return change


def _within(name: str, **changes: Any) -> Callable[[Any], object]:
    return lambda data: data["governance"][name].update(changes)


def change_receipt(facts: RunFacts, source: str, change: Callable[[Any], object]) -> RunFacts:
    """The facts with one source's receipt altered."""
    receipt = {**facts.receipts[source]}
    for name in ("opt_outs", "encoded", "files"):
        receipt[name] = {key: dict(value) if isinstance(value, dict) else value for key, value in receipt[name].items()}
    change(receipt)
    return replace(facts, receipts={**facts.receipts, source: receipt})


def change_key(facts: RunFacts, key_id: str, **changes: Any) -> RunFacts:
    """The facts with one key altered."""
    assert facts.keys is not None
    return replace(facts, keys=tuple(replace(key, **changes) if key.id == key_id else key for key in facts.keys))


def with_column(facts: RunFacts, table: str, column: str, kind: Any) -> RunFacts:
    """The facts with one more column in a table's contract."""
    contract = CONTRACTS[table]
    wider = replace(contract, columns={**contract.columns, column: kind})
    return replace(facts, contracts={**CONTRACTS, table: wider})


def change_disk(facts: RunFacts, **changes: Any) -> RunFacts:
    """The facts with something else seen in the project folder."""
    assert facts.disk is not None
    return replace(facts, disk=replace(facts.disk, **changes))


def change_approval(facts: RunFacts, **changes: Any) -> RunFacts:
    """The facts with another approval."""
    assert facts.approval is not None
    return replace(facts, approval=replace(facts.approval, **changes))


def release(
    facts: RunFacts,
    more: Mapping[str, bytes] | None = None,
    *,
    change: Mapping[str, tuple[bytes, bytes]] | None = None,
    earlier: Mapping[str, tuple[bytes, bytes]] | None = None,
    recorded: bool = True,
) -> RunFacts:
    """The facts with files added to the release or altered, or with an earlier release that differed."""
    assert facts.released is not None
    old = facts.released
    changed = {name: old.files[name].replace(*words) for name, words in (change or {}).items()}
    files = {**old.files, **changed, **(more or {})}
    digests = {name: sha256(content).hexdigest() for name, content in files.items()}
    record = {**old.record, "files": digests} if recorded else old.record
    before = tuple({parted(name)[0]: old.files[name].replace(*words)} for name, words in (earlier or {}).items())
    return replace(facts, released=replace(old, files=files, record=record, earlier=before))


def _lower_threshold(bundle: Bundle) -> Bundle:
    return replace(bundle, policy=Policy.model_construct(**(Policy().model_dump() | {"hide_up_to_people": 6})))


def _other_rules(bundle: Bundle) -> Bundle:
    """Linkage settings nobody measured; the assessment covers them."""
    from governance.policy.assessed import assessed_digest
    from governance.settings.accountability import Assessed

    linkage = bundle.project.linkage.model_copy(update={"max_source_records": 3})
    changed = replace(bundle, project=bundle.project.model_copy(update={"linkage": linkage}))
    old = changed.project.governance
    assert old.dpia is not None
    dpia = old.dpia.model_copy(update={"covers": [Assessed(sha256=assessed_digest(changed))]})
    records = old.model_copy(update={"dpia": dpia})
    return replace(changed, project=changed.project.model_copy(update={"governance": records}))


def _add_column(name: str, column: dict[str, str]) -> Callable[[Any], object]:
    def change(data: Any) -> None:
        data["files"][0]["columns"][name] = column
        data["agreement"]["data_items"].append(name)

    return change


def _rename_id(data: Any) -> None:
    columns = data["files"][0]["columns"]
    columns["client_initials"] = columns.pop("case_ref")
    data["agreement"]["data_items"].append("client_initials")


BAD: dict[str, Bad] = {
    "PURP-01": Bad(
        bundle=lambda one: replace(one, policy=one.policy.model_copy(update={"approved_purposes": ["screening"]})),
        where=PROJECT,
        says="Purpose `population_health_planning` is not in the purpose register.",
    ),
    "PURP-02": Bad(
        file=PROJECT,
        config=lambda data: data.update(direct_care=True),
        where=PROJECT,
        says="The project is for direct care, but no approval for that is named.",
    ),
    "LAW-01": Bad(
        file=HOUSING,
        config=lambda data: data["legal"].pop("statutory_function"),
        where=HOUSING,
        says="Housing and homelessness: the basis is 6(1)(e), but no Act is named that gives this organisation the"
        " task.",
    ),
    "LAW-02": Bad(
        file=GP,
        config=lambda data: data["legal"].pop("article_9"),
        where=GP,
        says="GP register: it holds health, care or ethnicity data, but no Article 9 condition is given.",
    ),
    "LAW-03": Bad(
        file=HOUSING,
        config=lambda data: data["legal"]["common_law"].update(reference="TBC"),
        where=HOUSING,
        says="Housing and homelessness: the reference for the common-law basis is only a placeholder.",
    ),
    "LAW-04": Bad(
        file=GP,
        config=lambda data: data["legal"]["common_law"].update(expires="2025-10-13"),
        where=GP,
        says="GP register: section 251 support ended on 2025-10-13.",
    ),
    "LAW-05": Bad(
        file=POLICE,
        config=lambda data: data["legal"].pop("law_enforcement_part"),
        where=POLICE,
        says="Police safeguarding notices: it does not say whether Part 2 or Part 3 of the DPA 2018 applies.",
    ),
    "AGR-01": Bad(
        file=HOUSING,
        config=lambda data: data["agreement"].update(end="2025-10-13"),
        where=HOUSING,
        says="Housing and homelessness: agreement DSA-HOUSING-2025 ended on 2025-10-13.",
    ),
    "AGR-02": Bad(
        file=HOUSING,
        config=lambda data: data["agreement"]["data_items"].remove("mobile"),
        where=HOUSING,
        says="Housing and homelessness: column `mobile` of file `applications` is read, but agreement DSA-HOUSING-2025"
        " does not list it.",
    ),
    "DPIA-01": Bad(
        file=PROJECT,
        config=_governance(dpia=None),
        where=PROJECT,
        says="No data protection impact assessment is named.",
    ),
    "ROPA-01": Bad(
        file=PROJECT,
        config=_within("ropa", recipients=[]),
        where=PROJECT,
        says="Recipient `wellbeing_board` is not in ROPA-1.",
    ),
    "TRN-01": Bad(
        file=PROJECT,
        config=lambda data: data["governance"]["privacy_notice"]["sources"].remove("police"),
        where=PROJECT,
        says="The privacy notice does not name: Police safeguarding notices.",
    ),
    "NDOO-01": Bad(
        file=HOUSING,
        config=lambda data: data["opt_outs"].update(confidential_patient_information=True),
        where=HOUSING,
        says="Housing and homelessness: it is exempt as `not_cpi`, but marked as confidential patient information.",
    ),
    "NDOO-02": Bad(
        facts=lambda facts: change_receipt(facts, "gp_register", lambda one: one["opt_outs"].update(age_days=29)),
        where=GP,
        says="GP register: the cleaned list was 29 days old; 28 are allowed.",
    ),
    "NDOO-03": Bad(
        facts=lambda facts: change_receipt(
            facts, "gp_register", lambda one: one["files"]["visits"].update(opted_out=0)
        ),
        where=GP,
        says="GP register: file `visits` does not add up: rows in differ from rows out and all that was left out.",
    ),
    "NDOO-04": Bad(
        file=HOUSING,
        config=_add_column("NDOO_FLAG", {"class": "attribute"}),
        where=HOUSING,
        says="Housing and homelessness: column `NDOO_FLAG` is named like an opt-out and would be kept.",
    ),
    "NDOO-05": Bad(
        file=GP,
        config=lambda data: data["opt_outs"].pop("type_1"),
        where=GP,
        says="GP register: it holds records of general practices, but Type 1 opt-outs are not attested.",
    ),
    "SENS-01": Bad(
        file=HOUSING,
        config=lambda data: data.pop("sensitive_records"),
        where=HOUSING,
        says="Housing and homelessness: it is not said how protected records are left out.",
    ),
    "SENS-02": Bad(
        file=HOUSING,
        config=_add_column("DIAG_01", {"class": "event_field"}),
        where=HOUSING,
        says="Housing and homelessness: column `DIAG_01` is named like clinical codes, but has no code_system.",
    ),
    "ID-01": Bad(
        file=HOUSING,
        config=_add_column("Landlord PostCode", {"class": "attribute"}),
        where=HOUSING,
        says="Housing and homelessness: column `Landlord PostCode` is named like an identifier but classed attribute.",
    ),
    "ID-02": Bad(
        facts=lambda facts: with_column(facts, "person", "surname", CONTRACTS["person"].columns["sex"]),
        where="table person",
        says="Table `person` of the analysis zone has the identifier column `surname`.",
    ),
    "ID-03": Bad(
        facts=lambda facts: with_column(facts, "record_event", "block", CONTRACTS["view"].columns["block"]),
        where="table record_event",
        says="Payload table `record_event` has the linkage column `block`.",
    ),
    "ID-04": Bad(
        file=HOUSING,
        config=_add_column("OfficerNotes", {"class": "attribute"}),
        where=HOUSING,
        says="Housing and homelessness: column `OfficerNotes` is named like free text but classed attribute.",
    ),
    "ID-05": Bad(
        file=PROJECT,
        config=lambda data: data["lookup"].update(unit="output_area"),
        where=PROJECT,
        says="Small areas are output areas, with about 300 people each.",
    ),
    "ID-06": Bad(
        file=HOUSING,
        config=_rename_id,
        where=HOUSING,
        says="Housing and homelessness: record ids would be made of `client_initials`, which is about the person.",
    ),
    "CRY-01": Bad(
        facts=lambda facts: change_receipt(facts, "housing", lambda one: one["encoded"].update(nhs_number="SHA-256")),
        where=HOUSING,
        says="Housing and homelessness: `nhs_number` was not encoded with an approved keyed method.",
    ),
    "CRY-02": Bad(
        file=HOUSING,
        config=lambda data: data["coverage"][0].update(known_gaps="salt: defaultS3cret!"),
        where=HOUSING,
        says="sources/housing.yaml holds a value named like a password, salt or key.",
    ),
    "CRY-03": Bad(
        facts=lambda facts: change_key(facts, "person", project="southmoor"),
        where="key person",
        says="Key `person` was made for project `southmoor`.",
    ),
    "CRY-04": Bad(
        facts=lambda facts: change_key(facts, "person", bits=128),
        where="key person",
        says="Key `person` has 128 bits; 256 are needed.",
    ),
    "CRY-05": Bad(
        file=PROJECT,
        config=_within("custody", recovery_tested="2024-10-01"),
        where=PROJECT,
        result="warn",
        says="Recovery was last tested on 2024-10-01, over a year ago.",
    ),
    "CRY-06": Bad(
        facts=lambda facts: change_receipt(
            facts, "housing", lambda one: one["encoded"].update(record_id="AES-SIV keyed pseudonym")
        ),
        where=HOUSING,
        says="Housing and homelessness: `record_id` was encoded with a method that can be turned back.",
    ),
    "CRY-07": Bad(
        facts=lambda facts: replace(facts, recipient_vectors={"council": "p1abc", "trust": "p1abc"}),
        where=PROJECT,
        says="Recipients council, trust have the same test pseudonym.",
    ),
    "EXP-01": Bad(
        bundle=_other_rules,
        where=PROJECT,
        result="warn",
        says="What these linkage settings expose was not measured.",
    ),
    "EXP-02": Bad(
        facts=lambda facts: replace(facts, singling_out={"attributes": {"unique": 0.36, "under_5": 0.3}}),
        where="policy.yaml",
        says="Birth year, sex, ethnic group, first language and small area: 36.0% of people share this with"
        " nobody; the ceiling is 20%.",
    ),
    "STO-01": Bad(
        facts=lambda facts: change_disk(facts, unsealed=("zones/analysis/2025-09/person.parquet",)),
        where="zones/analysis/2025-09/person.parquet",
        says="zones/analysis/2025-09/person.parquet is a table in the clear.",
    ),
    "STO-02": Bad(
        facts=lambda facts: change_disk(facts, open_to_others={"extracts": 3}),
        where="extracts/",
        result="warn",
        says="3 files and folders below extracts/ can be opened by others.",
    ),
    "RET-01": Bad(
        facts=lambda facts: replace(facts, held=(*facts.held, Held("extracts", "2015-09", "extracts/2015-09"))),
        where="extracts/2015-09",
        says="extracts/2015-09 was to be deleted by 2025-10-01.",
    ),
    "OUT-01": Bad(
        facts=lambda facts: release(facts, {"people.csv": b"ward\n"}),
        where="public/people.csv",
        says="people.csv would be released and was not declared.",
    ),
    "OUT-03": Bad(
        facts=lambda facts: release(facts, change={"safe_measures.csv": (b",6.7,", b",6.9,")}),
        where="public/safe_measures.csv",
        says="1 rates do not follow from the released counts.",
    ),
    "OUT-04": Bad(
        facts=lambda facts: release(facts, earlier={"safe_counts.csv": (b",120,", b",125,")}),
        where="public/safe_counts.csv",
        result="warn",
        says="1 counts differ by 12 people or fewer from an earlier release of the same period.",
    ),
    "OUT-05": Bad(
        facts=lambda facts: release(facts, change={"board_report.html": (b"120 people", b"999 000 0018")}),
        where="public/board_report.html",
        says="board_report.html holds what looks like an NHS number (1 times).",
    ),
    "OUT-06": Bad(
        facts=lambda facts: release(facts, change={"safe_counts.csv": (b",female,", b",=female,")}),
        where="public/safe_counts.csv:3",
        says="safe_counts.csv has 1 cells that would be run.",
    ),
    "OUT-07": Bad(
        facts=lambda facts: release(facts, change={"board_report.html": (b"120", b"125")}, recorded=False),
        where="public/board_report.html",
        says="board_report.html is not the file that the release's record names.",
    ),
    "REV-01": Bad(
        facts=lambda facts: change_approval(facts, config_sha256="0" * 64),
        where="approvals/",
        says="The approval covers another version of the config.",
    ),
    "REV-02": Bad(
        facts=lambda facts: change_approval(facts, author="A. Lead", approver="a. lead"),
        where="approvals/",
        says="The author of the config is among its approvers.",
    ),
    "LOG-02": Bad(
        facts=lambda facts: replace(facts, leaks=Leaks(looked_for=9, files=2, found={".joinedup/run.log": 2})),
        where=".joinedup/run.log",
        says=".joinedup/run.log holds 2 values that stand in an extract.",
    ),
    "OUT-02": Bad(
        bundle=_lower_threshold,
        where="policy.yaml",
        says="Counts up to 6 are withheld; the floor is 7.",
    ),
    "REV-03": Bad(
        file=PROJECT,
        config=_within("intruder_test", review="2025-10-13"),
        where=PROJECT,
        result="warn",
        says="The motivated intruder test was due again on 2025-10-13.",
    ),
    "LOG-01": Bad(
        facts=lambda facts: replace(
            facts, ledger_faults=(Fault(what="2 lines that were signed are gone", file="ledger/ledger.jsonl"),)
        ),
        where="ledger/",
        says="The ledger does not hold: 2 lines that were signed are gone.",
    ),
}
