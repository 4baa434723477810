"""Approving a config, and telling what changed since the last approval."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cohorts.definition import load_definitions
from cohorts.english import definition_english
from flows.checking import filled_in
from flows.refusals import refusals_recorded
from flows.run import now, open_ledger, timestamp
from governance.approval import Signing, approve, check_approved, countersign, waiting_for
from governance.approval_record import APPROVERS, Approval, read_approvals, trusted_approvers
from governance.code_version import code_version
from governance.errors import ConfigError
from governance.keys.ring import KeyRing
from governance.ledger import Event
from governance.policy import check_bundle, read_facts, refuse_blocked
from governance.settings import POLICY_VERSION, Bundle, load_bundle

_DEMO = Signing(
    approver="Demo information governance lead (fictional)",
    author="Demo analyst (fictional)",
    second="Demo Caldicott Guardian (fictional)",
    at="",
)


def approve_project(root: Path, signing: Signing) -> dict[str, Any]:
    """Sign the config as it is now, if no rule blocks it: as the first approver, or as the one whom the first named.

    Args:
        root: The project folder.
        signing: Who, and until when; ``at`` and the English of the cohorts are filled in here.

    Raises:
        PolicyRefusal: A rule blocks the config, one person would be two of author and approvers, or somebody who has to
            be named is not.
    """
    bundle, ring, today = filled_in(load_bundle(root)), KeyRing(root / "keys"), now().date()
    with refusals_recorded(root, "approve", bundle.digest, timestamp()):
        refuse_blocked(check_bundle(bundle, read_facts(bundle, "", as_of=today)))
    trusted = trusted_approvers(ring.infos())
    if waiting := waiting_for(bundle, trusted, signing.approver):
        path = countersign(bundle, _approver_key(ring, today, not_of=waiting.signers), waiting, today)
    else:
        filled = replace(signing, at=timestamp(), english=cohorts_in_english(bundle))
        path = approve(bundle, _approver_key(ring, today), trusted, filled)
    [one] = [found for found in read_approvals(root, trusted) if found.path == path]
    recorded = _record(root, ring, today, bundle, one)
    waits = "" if one.complete else str(one.facts["second_approver"])
    sentence = check_approved(bundle, ring, today).sentence if one.complete else f"Signed by {one.facts['approver']}."
    return {
        "approval": str(path),
        "sentence": sentence,
        "config_sha256": bundle.digest,
        "waiting_for": waits,
        "two_people_because": list(one.reasons),
        "in_ledger": recorded,
    }


def _record(root: Path, ring: KeyRing, today: date, bundle: Bundle, one: Approval) -> bool:
    """Enter a signature into the ledger, where its signer's key is; an approver's own machine need not hold it.

    Every run names the approval it ran under, so what was signed elsewhere is in the ledger from the first run on.
    """
    if not ring.holds(f"signing_{ring.ledger_signer()}"):
        return False
    open_ledger(root, ring, today).append(
        Event.CONFIG_APPROVED,
        at=timestamp(),
        project=bundle.project.id,
        config_sha256=bundle.digest,
        approval_sha256=one.sha256,
        key=one.signers[-1],
        policy_version=POLICY_VERSION,
        code_version=code_version(),
    )
    return True


def approve_demo(root: Path) -> None:
    """Both signatures of made-up approvers, with demo keys, so that a demo shows what an approved project is like."""
    approve_project(root, _DEMO)
    approve_project(root, Signing(approver=_DEMO.second, at=""))


def cohorts_in_english(bundle: Bundle) -> Mapping[str, list[str]]:
    """Every cohort definition in English, by file; empty where the files have faults, which `check` tells."""
    try:
        return {definition.file: definition_english(definition) for definition in load_definitions(bundle)}
    except ConfigError:
        return {}


def _approver_key(ring: KeyRing, today: date, *, not_of: tuple[str, ...] = ()) -> Ed25519PrivateKey:
    """The approver's key that is here: the first one, or for a second signature the other one."""
    held = [holder for holder in APPROVERS if ring.holds(f"signing_{holder}")]
    fit = [holder for holder in held if ring.info(f"signing_{holder}").fingerprint not in not_of]
    return ring.signing((fit or held or APPROVERS)[0], today)


def approved_lines(done: Mapping[str, Any]) -> list[str]:
    """The same for people."""
    lines = [f"{done['sentence']} Written to {done['approval']}."]
    if not done["in_ledger"]:
        lines.append("The ledger's key is not on this machine: the first run will enter which approval it ran under.")
    if done["waiting_for"]:
        lines += [
            f"It needs a second signature, by {done['waiting_for']}, because of:",
            *(f"  {reason}" for reason in done["two_people_because"]),
            f"Next: {done['waiting_for']} reads `joinedup diff DIR`, then runs `joinedup approve DIR --approver NAME`.",
        ]
    return lines
