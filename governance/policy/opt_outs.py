"""NDOO: National Data Opt-Outs."""

from collections.abc import Iterator
from typing import Any

from governance.ledger import Entry, Event
from governance.policy.rule import Problem, RunFacts, place, rule
from governance.settings import Bundle, ColumnClass, Source

_KINDS_OF_ROWS = ("rows_out", "rejected", "opted_out", "protected", "restricted", "duplicate")
_SOURCE_TEXT = "National Data Opt-Out operational policy; information standard DCB3058"


@rule(
    id="NDOO-01",
    level="block",
    title="Opt-outs apply, or there is a reason from the list",
    checks="Each source says whether it holds confidential patient information and whether opt-outs apply. An exemption"
    " needs a reason code, and the code has to fit what the source says elsewhere.",
    why="Anyone in England may opt out of their confidential patient information being used beyond their own care."
    " Local authority care data counts too. An exemption claimed by habit breaks a promise made to the public.",
    source=_SOURCE_TEXT,
    good="national_data_opt_out: exempt, exemption: not_cpi, confidential_patient_information: false",
    bad="national_data_opt_out: exempt, exemption: not_cpi, confidential_patient_information: true",
    fix="Set national_data_opt_out to apply, or use the reason code that fits and record the evidence for it.",
    passed="Every source applies opt-outs, or has an exemption that fits what it says of itself.",
)
def opt_outs_or_reason(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """An exemption agrees with the rest of the source's file."""
    for source in bundle.sources:
        if source.opt_outs.national_data_opt_out == "exempt" and (fault := _exemption_fault(source)):
            where = place(bundle, f"sources/{source.id}.yaml", "opt_outs", "exemption")
            yield Problem(where=where, says=f"{source.title}: {fault}")


def _exemption_fault(source: Source) -> str:
    reason, basis = source.opt_outs.exemption, source.legal.common_law.basis
    if reason is None:
        return "it is exempt from opt-outs without a reason code."
    if reason == "not_cpi" and source.opt_outs.confidential_patient_information:
        return "it is exempt as `not_cpi`, but marked as confidential patient information."
    if reason == "consent" and basis != "consent":
        return "it is exempt by consent, but consent is not its common-law basis."
    if reason == "legal_requirement" and basis != "statute":
        return "it is exempt by legal requirement, but no statute is its common-law basis."
    if reason == "anonymised" and _has_identifiers(source):
        return "it is exempt as anonymised, but its extract has direct identifiers."
    return ""


def _has_identifiers(source: Source) -> bool:
    columns = (column for file in source.files for column in file.columns.values())
    return any(
        column.column_class is ColumnClass.DIRECT_IDENTIFIER and column.role != "record_id" for column in columns
    )


@rule(
    id="NDOO-02",
    level="block",
    title="A cleaned list that is fresh and adds up",
    checks="Each source that applies opt-outs has a receipt of its cleaned list: the file's digest, no more NHS numbers"
    " returned than sent, and an age within `max_age_days`.",
    why="A missing list removes nobody, an old list misses people who opted out since, and a list with more numbers"
    " than were sent belongs to someone else.",
    source=_SOURCE_TEXT,
    good="sent 20,000, returned 19,060, 3 days old (max_age_days: 28)",
    bad="sent 20,000, returned 20,400, 90 days old",
    fix="Send the request over MESH again, save the returned list under the path in `cleaned_list`, and run again.",
    passed="Every source that applies opt-outs used a fresh cleaned list that adds up.",
)
def cleaned_list_receipt(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """The receipt of each cleaned list holds."""
    for source, where in _applying(bundle):
        receipt = facts.receipts.get(source.id)
        if receipt is None:
            yield Problem(where=where, says=f"{source.title}: has not run for this period.", result="not_yet")
            continue
        for fault in _list_faults(receipt["opt_outs"], source.opt_outs.max_age_days or 0):
            yield Problem(where=where, says=f"{source.title}: {fault}")


def _list_faults(used: dict[str, Any], max_age_days: int) -> Iterator[str]:
    if used.get("status") == "exempt" or not used.get("list_sha256"):
        yield "no cleaned list was used."
        return
    if used["returned"] > used["sent"]:
        yield "the cleaned list holds more NHS numbers than were sent."
    if used["age_days"] > max_age_days:
        yield f"the cleaned list was {used['age_days']} days old; {max_age_days} are allowed."
    if used["age_days"] < 0:
        yield "the cleaned list is dated after the run."


@rule(
    id="NDOO-03",
    level="output",
    title="Opt-outs come before any encoding or disclosure",
    checks="In the ledger, each source's opt-outs were applied before its packages were published; and the row counts"
    " show it: rows in = rows out and all that was left out, and no package holds more records than were left.",
    why="An opt-out that is applied after people have been linked or disclosed is no opt-out.",
    source=_SOURCE_TEXT,
    good="extract_read, opt_outs_applied, package_published",
    bad="extract_read, package_published, opt_outs_applied",
    fix="Withdraw the packages of this source, report it to the IG lead, and run the source again from its extract.",
    passed="Every source's opt-outs were applied before its packages were published, and the row counts agree.",
)
def opt_outs_come_first(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Order in the ledger and row counts in the receipts agree with opt-outs applied first."""
    for source, where in _applying(bundle):
        receipt = facts.receipts.get(source.id)
        if receipt is None:
            yield Problem(where=where, says=f"{source.title}: has not run for this period.", result="not_yet")
            continue
        for fault in (*_count_faults(source, receipt, facts), *_order_faults(source, facts)):
            yield Problem(where=where, says=f"{source.title}: {fault}")


def _count_faults(source: Source, receipt: Any, facts: RunFacts) -> Iterator[str]:
    files = receipt["files"]
    for name, count in sorted(files.items()):
        left = sum(count[kind] for kind in _KINDS_OF_ROWS)
        if count["rows_in"] != left:
            yield f"file `{name}` does not add up: rows in differ from rows out and all that was left out."
    people = sum(files[file.id]["rows_out"] for file in source.files if file.grain != "events" and file.id in files)
    for kind, table in (("views", "record"), ("payload", "record_person")):
        package = facts.packages.get((kind, source.id), {"tables": {}})
        rows = package["tables"].get(table, {"rows": 0})["rows"]
        if rows > people:
            yield f"the {kind} package holds more records than were left after opt-outs."


def _order_faults(source: Source, facts: RunFacts) -> Iterator[str]:
    events = [entry for entry in facts.ledger if _about(entry, source.id, facts.period)]
    if any(entry.event is Event.PACKAGE_IMPORTED and entry.facts["package"] == "receipt" for entry in events):
        return  # the order stands in the source's own ledger; here is its signed receipt, whose counts are checked
    cleaned = False
    for entry in events:
        if entry.event is Event.EXTRACT_READ:
            cleaned = False
        elif entry.event is Event.OPT_OUTS_APPLIED:
            cleaned = True
        elif entry.event is Event.PACKAGE_PUBLISHED and not cleaned:
            yield f"ledger entry {entry.seq} published a package before opt-outs were applied."
    if not any(entry.event is Event.OPT_OUTS_APPLIED for entry in events):
        yield "the ledger does not say that opt-outs were applied."


def _about(entry: Entry, source: str, period: str) -> bool:
    return entry.facts.get("source") == source and entry.facts.get("period") == period


def _applying(bundle: Bundle) -> Iterator[tuple[Source, str]]:
    """Sources that apply opt-outs, and where they say so."""
    for source in bundle.sources:
        if source.opt_outs.national_data_opt_out == "apply":
            yield source, place(bundle, f"sources/{source.id}.yaml", "opt_outs")


RULES = (opt_outs_or_reason, cleaned_list_receipt, opt_outs_come_first)
