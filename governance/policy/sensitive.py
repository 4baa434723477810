"""SENS: people who must not be found, and codes that may not flow."""

from collections.abc import Iterator, Mapping
from typing import Any

from governance.identifier_names import is_code_name
from governance.ledger import Event
from governance.placeholder import is_placeholder
from governance.policy.rule import Problem, RunFacts, place, rule
from governance.policy.wording import plus_months
from governance.restricted_codes import EDITION, FAMILIES
from governance.settings import Bundle, ColumnClass, Source

_QUARTER = 3
_SYSTEMS = {"icd10": "ICD-10", "opcs4": "OPCS-4", "snomed_ct": "SNOMED CT members of"}


@rule(
    id="SENS-01",
    level="block",
    title="Protected records are left out before anything is encoded",
    checks="Each source names a local list of protected records (PDS-sensitive, adoption, gender reassignment, witness"
    " protection: CSV with nhs_number, superseded_nhs_number, record_id) or who leaves them out beforehand, attested"
    " within three months. After a run the receipt shows that the list was used and how old it was, and the ledger that"
    " it was used before packages were published. Who shares a number with a listed record is left out too.",
    why="They were given a new identity, or a new NHS number, so that nobody finds the old one. One superseded number"
    " that ties two records together undoes that, and can cost a life.",
    source="NHS England PDS access control (sensitive records); Gender Recognition Act 2004 s22; Adoption and Children"
    " Act 2002; UK protected persons arrangements (Serious Organised Crime and Police Act 2005)",
    good="sensitive_records: {list: 'sensitive/{period}/gp_register.csv', max_age_days: 28}",
    bad="a source without sensitive_records",
    fix="Ask the source's Caldicott Guardian for the list, or for the attestation that the records are left out"
    " beforehand, and fill in sensitive_records.",
    passed="Every source leaves protected records out before anything is encoded.",
)
def protected_are_left_out(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Every source has a way, and what ran used it."""
    for source in bundle.sources:
        where = place(bundle, f"sources/{source.id}.yaml", "sensitive_records")
        if fault := _way_fault(source, facts):
            yield Problem(where=where, says=f"{source.title}: {fault}")
        elif attested := _attestation_age(source, facts):
            yield Problem(where=where, says=f"{source.title}: {attested}", result="warn")
        for fault in _run_faults(source, facts):
            yield Problem(where=where, says=f"{source.title}: {fault}")


def _way_fault(source: Source, facts: RunFacts) -> str:
    settings = source.sensitive_records
    if settings is None:
        return "it is not said how protected records are left out."
    if settings.attested_on and settings.attested_on > facts.as_of:
        return "the attestation that protected records are left out is dated after the run."
    if settings.left_out_by and (is_placeholder(settings.left_out_by) or is_placeholder(settings.reference)):
        return "the attestation that protected records are left out is only a placeholder."
    return ""


def _attestation_age(source: Source, facts: RunFacts) -> str:
    attested = source.sensitive_records.attested_on if source.sensitive_records else None
    if attested and plus_months(attested, _QUARTER) < facts.as_of:
        return f"that protected records are left out was last attested on {attested}, over three months ago."
    return ""


def _run_faults(source: Source, facts: RunFacts) -> Iterator[str]:
    """What the receipt and the ledger say, where there is a list and a run."""
    settings, receipt = source.sensitive_records, facts.receipts.get(source.id)
    if settings is None or settings.path is None or receipt is None:
        return
    used: Mapping[str, Any] = receipt.get("sensitive", {})
    if used.get("status") != "applied" or not used.get("list_hmac"):
        yield "its last run used no list of protected records."
    elif not 0 <= used["age_days"] <= (settings.max_age_days or 0):
        yield f"the list of protected records was {used['age_days']} days old; {settings.max_age_days} are allowed."
    if _published_before(source, facts):
        yield "the ledger has a package that was published before protected records were left out."


def _published_before(source: Source, facts: RunFacts) -> bool:
    done = False
    for entry in facts.ledger:
        if (entry.facts.get("source"), entry.facts.get("period")) != (source.id, facts.period):
            continue
        if entry.event is Event.EXTRACT_READ:
            done = False
        elif entry.event is Event.PROTECTED_LEFT_OUT:
            done = True
        elif entry.event is Event.PACKAGE_PUBLISHED and not done:
            return True
    return False


def _families() -> str:
    """Every family in one line, for whoever has to hold it against the national list."""
    told = (f"{_SYSTEMS[one.system]} {one.code} ({one.family}, {one.status})" for one in FAMILIES)
    return f"Edition {EDITION}: {'; '.join(told)}."


@rule(
    id="SENS-02",
    level="block",
    title="Legally restricted codes never flow",
    checks="Every column of clinical codes says its `code_system`; rows with a code of fertility treatment, sexual"
    " health, gender recognition or termination are left out at the source, by a list that ships and cannot be switched"
    " off, and by the project's own. SNOMED CT needs the own list, for its refsets are licensed. " + _families(),
    why="Acts of Parliament forbid telling who was treated for infertility or recognised in another gender; doing so"
    " with a linked record is as unlawful as with a letter.",
    source="HFE Act 1990 s33A; Gender Recognition Act 2004 s22; NHS STD Directions 2000; Abortion Regulations 1991;"
    " information standard ISB 1572 (the list itself: unconfirmed, distributed through TRUD)",
    good="DIAG_01: {class: event_field, code_system: icd10}",
    bad="DIAG_01: {class: event_field}",
    fix="Give the column its code_system (`other` if no such code can stand in it), and name the refsets' members"
    " under restricted_codes in project.yaml where a source has SNOMED CT: path, edition and sha256 of a CSV file with"
    " the columns code_system and code.",
    passed="Every column of clinical codes names its system, and rows with restricted codes are left out.",
)
def restricted_codes_never_flow(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Every column of codes is declared; SNOMED CT has a list; receipts show that columns were looked at."""
    taken = (ColumnClass.ATTRIBUTE, ColumnClass.EVENT_FIELD)
    for source in bundle.sources:
        name, systems = f"sources/{source.id}.yaml", [*_systems(source)]
        for number, file in enumerate(source.files):
            for column, held in file.columns.items():
                if held.column_class in taken and held.code_system is None and is_code_name(column):
                    where = place(bundle, name, "files", number, "columns", column)
                    says = f"{source.title}: column `{column}` is named like clinical codes, but has no code_system."
                    yield Problem(where=where, says=says)
        if "snomed_ct" in systems and bundle.project.restricted_codes is None:
            says = f"{source.title}: it holds SNOMED CT codes, and the project names no list of restricted ones."
            yield Problem(where=place(bundle, name), says=says)
        used = facts.receipts.get(source.id, {}).get("restricted", {"columns": 0})
        if source.id in facts.receipts and used["columns"] != len(systems):
            says = f"{source.title}: its last run looked at {used['columns']} of {len(systems)} columns of codes."
            yield Problem(where=place(bundle, name), says=says)


def _systems(source: Source) -> Iterator[str]:
    for file in source.files:
        for column in file.columns.values():
            if column.code_system not in (None, "other"):
                yield str(column.code_system)


RULES = (protected_are_left_out, restricted_codes_never_flow)
