"""CRY-05 and CRY-06: who keeps the keys, and who may turn pseudonyms back."""

import re
from collections.abc import Iterator

from governance.placeholder import is_placeholder
from governance.policy.rule import Problem, RunFacts, place, rule
from governance.policy.wording import plus_months
from governance.settings import Bundle

_CUSTODIANS = 2
_YEAR = 12
_REVERSIBLE = re.compile(r"AES-SIV|\breversible\b|\bencrypted\b|AES-GCM", re.I)


@rule(
    id="CRY-05",
    level="warn",
    title="Two custodians, and a recovery that was tried",
    checks="`governance.custody` names at least two custodians and where backups lie; the root key's shares have at"
    " least two holders; recovery was tested within the last 12 months.",
    why="One person who leaves, or one disk that dies, must not take every pseudonym with it; and a backup that nobody"
    " knows of outlives every deletion.",
    source="SATRE 2.8.05",
    good="custody: {custodians: [Head of IG, Head of IT], recovery_tested: 2026-09-15, backups: …}",
    bad="custody: {custodians: [Head of IT], …}",
    fix="Name two custodians, test recovery (`joinedup keys verify DIR` with both shares), and write it down under"
    " governance.custody.",
    passed="Two custodians hold the root key, and its recovery was tested within a year.",
)
def keys_are_in_custody(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """At least two custodians are named and hold shares, and recovery was tested lately."""
    custody, where = bundle.project.governance.custody, place(bundle, "project.yaml", "governance", "custody")
    if custody is None:
        yield Problem(where=where, says="It is not written down who keeps the project's keys.")
        return
    if len({one.casefold() for one in custody.custodians if not is_placeholder(one)}) < _CUSTODIANS:
        yield Problem(where=where, says="Fewer than two custodians are named.")
    if is_placeholder(custody.backups):
        yield Problem(where=where, says="It is not said where backups of keys and packages lie.")
    if custody.recovery_tested > facts.as_of:
        yield Problem(where=where, says="The test of recovery is dated after the run.")
    elif plus_months(custody.recovery_tested, _YEAR) < facts.as_of:
        yield Problem(where=where, says=f"Recovery was last tested on {custody.recovery_tested}, over a year ago.")
    if facts.keys is not None and len({info.holder for info in facts.keys if info.kind == "root"}) < _CUSTODIANS:
        yield Problem(where="keys/", says="The root key's shares have fewer than two holders.")


@rule(
    id="CRY-06",
    level="block",
    title="Nothing can be turned back without an approval",
    checks="A receipt that names a reversible method (AES-SIV, encryption) needs `governance.reidentification`; that"
    " names its approval and the one role that may do it, and has not ended.",
    why="Whoever can turn a pseudonym back into a person holds the person's record. Doing it without the controller's"
    " consent is an offence.",
    source="DPA 2018 section 171; ICO anonymisation and pseudonymisation guidance (March 2025)",
    good="no reversible method, and no reidentification",
    bad="record_id: AES-SIV   # and no governance.reidentification",
    fix="Encode again with joinedup's own one-way methods, or have re-identification approved and fill in"
    " governance.reidentification.",
    passed="No method that is used can be turned back, or its use is approved for one named role.",
)
def nothing_is_reversible(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """No receipt names a reversible method without a whole approval that has not ended."""
    approved, where = (
        bundle.project.governance.reidentification,
        place(bundle, "project.yaml", "governance", "reidentification"),
    )
    if approved is not None and (is_placeholder(approved.approval) or is_placeholder(approved.role)):
        yield Problem(where=where, says="Re-identification has no approval, or no role that may do it.")
    if approved is not None and approved.expires < facts.as_of:
        yield Problem(where=where, says=f"The approval of re-identification ended on {approved.expires}.")
    for source, receipt in sorted(facts.receipts.items()):
        for field, how in sorted(receipt["encoded"].items()):
            if approved is None and _REVERSIBLE.search(how):
                at = place(bundle, f"sources/{source}.yaml")
                says = f"{bundle.source(source).title}: `{field}` was encoded with a method that can be turned back."
                yield Problem(where=at, says=says)


RULES = (keys_are_in_custody, nothing_is_reversible)
