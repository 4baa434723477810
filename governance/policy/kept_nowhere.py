"""NDOO-04, CRY-07 and LOG-02: opt-outs beside people, pseudonyms that join recipients, identifiers in logs."""

import re
from collections.abc import Iterator

from governance.policy.released import rows_of
from governance.policy.rule import Problem, Result, RunFacts, place, rule
from governance.settings import Bundle, ColumnClass

_OPT_OUT = re.compile(r"opt_?(ed_?)?outs?|ndoo?(_|$)|ndop|type_?1|dissent|objection", re.I)
_TAKEN = (ColumnClass.ATTRIBUTE, ColumnClass.EVENT_FIELD)


@rule(
    id="NDOO-04",
    level="output",
    title="Opt-out status stands beside nobody",
    checks="No column that is loaded, no table of any zone and no released file has a column named like an opt-out.",
    why="That somebody opted out is itself confidential, and keeping it beside their record is what they objected to.",
    source="National Data Opt-Out operational policy; information standard DCB3058",
    good="opt-outs applied, counted, and kept nowhere",
    bad="NDOO_FLAG: {class: attribute}",
    fix="Class the column drop; destroy the tables that hold it.",
    passed="Opt-out status is kept beside nobody.",
)
def opt_outs_are_kept_nowhere(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Config, contracts and released headers."""
    for source in bundle.sources:
        for number, file in enumerate(source.files):
            for name, column in file.columns.items():
                if column.column_class in _TAKEN and _OPT_OUT.search(re.sub(r"(?<=[a-z])(?=[A-Z])|[\s-]+", "_", name)):
                    where = place(bundle, f"sources/{source.id}.yaml", "files", number, "columns", name)
                    says = f"{source.title}: column `{name}` is named like an opt-out and would be kept."
                    yield Problem(where=where, says=says)
    for contract in facts.contracts.values():
        for name in sorted(name for name in contract.columns if _OPT_OUT.search(name)):
            yield Problem(where=f"table {contract.name}", says=f"Table `{contract.name}` has the column `{name}`.")
    for name, content in sorted((facts.released.files if facts.released else {}).items()):
        header = [*(rows_of(content) or [{}])[0]] if name.endswith(".csv") else []
        for kept in (one for one in header if one and _OPT_OUT.search(one)):
            yield Problem(where=f"public/{name}", says=f"{name} has the column `{kept}`.")


@rule(
    id="CRY-07",
    level="output",
    title="No two recipients can join what they have",
    checks="A test value is made into a pseudonym for each recipient of pseudonymised records, under a key of its own,"
    " and no two are the same; nobody receives the pseudonyms that joinedup works with.",
    why="Two recipients with one pseudonym can put their halves together, and then know of a person what neither was to"
    " know.",
    source="De-identification practice (NHS England De-ID: a pseudonym for each recipient); EDPB Guidelines 01/2025",
    good="recipients of the board report and safe counts only",
    bad="two recipients of pseudonymised_records with the same test pseudonym",
    fix="Take pseudonymised_records from the recipient, or give each recipient pseudonyms under a key of their own.",
    passed="No two recipients have pseudonyms that can be joined.",
)
def recipients_cannot_join(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Test vectors differ for every pair of recipients, and there is one for each."""
    receivers = [one.id for one in bundle.project.governance.recipients if "pseudonymised_records" in one.receives]
    where = place(bundle, "project.yaml", "governance", "recipients")
    for one in receivers:
        if one not in facts.recipient_vectors:
            says = f"Recipient `{one}` is to receive pseudonymised records, but has no pseudonyms of its own."
            yield Problem(where=where, says=says)
    made: dict[str, list[str]] = {}
    for one, vector in sorted(facts.recipient_vectors.items()):
        made.setdefault(vector, []).append(one)
    for same in (names for names in made.values() if len(names) > 1):
        yield Problem(where=where, says=f"Recipients {', '.join(same)} have the same test pseudonym.")


@rule(
    id="LOG-02",
    level="output",
    title="No identifier in logs, state or what is left behind",
    checks="After a run NHS numbers and email addresses drawn from each source's extract (the first of them, in memory)"
    " are looked for in every file that is kept in the clear: logs, the orchestrator's database, the ledger, approvals,"
    " manifests, pages and temporary files of joinedup.",
    why="Logs are copied, mailed and kept for years, by people who never signed for personal data.",
    source="SATRE 2.5.03; ICO data security guidance",
    good="3,200 values looked for in 41 files: none found",
    bad="an NHS number in .joinedup/prefect/prefect.db",
    fix="Stop, keep the file for the IG lead, remove it from the machine, and report the fault.",
    passed="Values from the extracts were looked for in everything that is kept in the clear, and none was found.",
)
def nothing_leaked(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Nothing was found, and there was something to look for."""
    leaks = facts.leaks
    if leaks is None:
        yield Problem(
            where=".joinedup/", says="It has not been looked at yet: the audit of a run does.", result="not_yet"
        )
        return
    for name, count in sorted(leaks.found.items()):
        yield Problem(where=name, says=f"{name} holds {count} values that stand in an extract.")
    if not leaks.looked_for:
        lenient: Result = "warn"
        says = "It cannot be checked here: this machine has no extract to draw identifiers from."
        yield Problem(where="extracts/", says=says, fix="Look on the machine of each source.", result=lenient)


RULES = (opt_outs_are_kept_nowhere, recipients_cannot_join, nothing_leaked)
