"""The auditor's own checks: counts that must add up, digests and key ids that must agree.

They repeat what policy rules look at, on purpose and from the manifests alone: a page that only reported what
the rules said would hide a mistake in them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from governance.audit.evidence import Evidence, Published
from governance.keys.ring import kid_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """``in = out + rejected + opted out + protected + restricted + duplicate`` of one file."""

    source: str
    file: str
    rows_in: int
    rows_out: int
    rejected: int
    opted_out: int
    protected: int
    restricted: int
    duplicate: int

    @property
    def unexplained(self) -> int:
        """Rows that the equation does not account for; 0 if it holds."""
        left_out = self.rejected + self.opted_out + self.protected + self.restricted + self.duplicate
        return self.rows_in - self.rows_out - left_out

    @property
    def holds(self) -> bool:
        """Nothing is unexplained and no count is below zero."""
        left_out = (self.rejected, self.opted_out, self.protected, self.restricted, self.duplicate)
        counts = (self.rows_in, self.rows_out, *left_out)
        return self.unexplained == 0 and min(counts) >= 0


def reconcile(evidence: Evidence) -> list[Reconciled]:
    """The equation of every file of every source that has run, in config order."""
    return [
        Reconciled(
            source=source.id,
            file=file.id,
            **{name: count for name, count in files[file.id].items() if name != "sha256"},
        )
        for source in evidence.bundle.sources
        for file in source.files
        if file.id in (files := (evidence.receipt(source.id) or {}).get("files", {}))
    ]


def disagreements(evidence: Evidence) -> list[str]:
    """Everything in the period's publications that does not fit together, one sentence each."""
    return [
        *_package_digests(evidence),
        *_config_digests(evidence),
        *_key_ids(evidence),
        *_ledger_digests(evidence),
        *_opt_out_counts(evidence),
    ]


def publications(evidence: Evidence) -> Iterator[tuple[str, str, Published]]:
    """What was published: name, source id (empty for later steps) and manifest, in the order it was made."""
    for source in evidence.bundle.sources:
        kinds = {"receipt": evidence.receipts, "views": evidence.views, "payload": evidence.payload}
        for kind, published in kinds.items():
            if source.id in published:
                yield kind, source.id, published[source.id]
    later = {
        "linkage result": evidence.linked,
        "person index": evidence.index,
        "cohort results": evidence.cohorts,
        "board report": evidence.report,
    }
    yield from ((name, "", found) for name, found in later.items() if found)


def _named(name: str, source: str) -> str:
    return f"{name} of {source}".capitalize() if source else name.capitalize()


def _package_digests(evidence: Evidence) -> Iterator[str]:
    for source_id, receipt in evidence.receipts.items():
        held = {"views": evidence.views.get(source_id), "payload": evidence.payload.get(source_id)}
        for kind, package in held.items():
            promised = receipt.facts["packages"].get(kind)
            if package is None:
                yield f"{source_id} has a receipt, but its {kind} package is missing."
            elif package.sha256 != promised:
                yield f"The {kind} package of {source_id} is not the one its receipt names."


def _config_digests(evidence: Evidence) -> Iterator[str]:
    for name, source, found in publications(evidence):
        made_under = found.facts.get("config_sha256", evidence.bundle.digest)
        if made_under != evidence.bundle.digest:
            yield f"{_named(name, source)}: made under another version of the config."


def _key_ids(evidence: Evidence) -> Iterator[str]:
    roots = {kid_of(info.fingerprint) for info in evidence.keys if info.kind == "root"}
    for name, source, found in publications(evidence):
        if source and found.facts.get("kid") not in roots:
            yield f"{_named(name, source)}: made under a key this project does not hold."


def _ledger_digests(evidence: Evidence) -> Iterator[str]:
    """Receipts stay with their source; where a run did enter them into the ledger, they have to agree too."""
    facts = [entry["facts"] for entry in evidence.ledger.entries]
    recorded = {fact.get("manifest_sha256") for fact in facts}
    with_receipt = {fact.get("source") for fact in facts if fact.get("package") == "receipt"}
    for name, source, found in publications(evidence):
        expected = name != "receipt" or source in with_receipt
        if expected and found.sha256 not in recorded:
            yield f"{_named(name, source)}: not in the ledger as it stands now."


def _opt_out_counts(evidence: Evidence) -> Iterator[str]:
    for source_id, receipt in evidence.receipts.items():
        used: dict[str, Any] = receipt.facts["opt_outs"]
        removed = sum(count["opted_out"] for count in receipt.facts["files"].values())
        if "removed" in used and (used["removed"] > 0) != (removed > 0):
            yield f"{source_id} says that opt-outs removed people, but its row counts say otherwise, or the reverse."
