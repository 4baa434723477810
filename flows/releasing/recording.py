"""The record that is published with a release, from the draft, the ledger and the key ring."""

from collections.abc import Mapping
from typing import Any

from flows.releasing.drafts import released_draft
from flows.run import Run
from governance.disclosure.gate import GateResult
from governance.ledger import Event, Ledger
from governance.package import no_package, package_digest
from governance.policy.released import Released
from governance.release_record import (
    Attack,
    Checker,
    DefinitionDigest,
    KeyUsed,
    ReleaseRecord,
    SourceDates,
    table_digests,
)
from governance.settings import Source

_KEYS = frozenset({"person", "release"})
"""Kinds of keys without which nobody could make the same numbers again."""


def record_of(run: Run, digest: str, gate: GateResult) -> ReleaseRecord:
    """The record of a draft that is about to be published.

    Args:
        run: Of which period.
        digest: SHA-256 of the draft's manifest.
        gate: The last attack.
    """
    draft = released_draft(run)
    facts: dict[str, Any] = dict(draft.record)
    kept = {name: facts[name] for name in ("period", "edition", "checkpoint", "files", "profile", "rule", "policy")}
    return ReleaseRecord(
        **kept,
        project=run.bundle.project.id,
        organisation=run.bundle.project.organisation,
        as_of=run.as_of.isoformat(),
        manifest_sha256=digest,
        supersedes=run.published(Event.REPORT_RELEASED),
        tables=table_digests(draft.files),
        definitions=[DefinitionDigest(**each) for each in facts["definitions"]],
        sources=_dates(run, facts["extracts"]),
        keys=_keys(run),
        made_of=facts["made_of"],
        config_sha256=facts["config_sha256"],
        approval_sha256=run.approval.approval_sha256,
        gate=Attack(attacked=gate.attacked, releases=gate.releases, scenarios=gate.scenarios),
        checkers=_checkers(draft),
    )


def _checkers(draft: Released) -> list[Checker]:
    return [Checker(name=name, key=key) for name, key in sorted(set(draft.checkers))]


def _keys(run: Run) -> list[KeyUsed]:
    known = [*(info for info in run.ring.infos() if info.kind in _KEYS), run.ring.info(_ledger_key(run))]
    return [KeyUsed(id=info.id, fingerprint=info.fingerprint) for info in sorted(known, key=lambda info: info.id)]


def _ledger_key(run: Run) -> str:
    return f"signing_{run.ring.ledger_signer()}"


def _dates(run: Run, extracts: Mapping[str, Mapping[str, Any]]) -> list[SourceDates]:
    first: dict[str, str] = {}
    for entry in Ledger(run.root / "ledger").entries():
        if entry.event in (Event.PACKAGE_PUBLISHED, Event.PACKAGE_IMPORTED):
            first.setdefault(str(entry.facts["manifest_sha256"]), entry.at)
    return [
        SourceDates(
            id=source.id,
            title=source.title,
            covers_from=_covers_from(source),
            # The same content delivered again is what came first.
            received_at=first.get(_received(run, source, extracts), ""),
            extract=extracts[source.id]["period"],
            arrived=extracts[source.id]["how"],
        )
        for source in run.bundle.sources
    ]


def _received(run: Run, source: Source, extracts: Mapping[str, Mapping[str, Any]]) -> str:
    folder = run.zone("analysis", run.period, "in", source.id)
    return "" if no_package(folder) or not extracts[source.id]["period"] else package_digest(folder)


def _covers_from(source: Source) -> str:
    return min((each.start.isoformat() for each in source.coverage), default="")
