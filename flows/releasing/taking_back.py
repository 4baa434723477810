"""Withdraw a published report, or say that it has to be corrected: signed, in the ledger, and in the next report."""

from collections.abc import Sequence
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from flows.run import announcing, now, open_ledger, resolve_period, timestamp
from governance.approval_record import APPROVERS
from governance.errors import BadInput
from governance.keys.ring import KeyRing
from governance.ledger import Entry, Event, Ledger
from governance.package import no_package, package_digest, published_as
from governance.policy.released import WITHDRAWAL, WITHDRAWAL_FILE
from governance.release_notices import Kind, Notice, read_notices, sign_notice
from governance.settings import Bundle, load_bundle
from governance.store import Announce, current, publish, read_manifest, write_file, write_manifest

_EVENTS: dict[Kind, Event] = {"withdrawn": Event.REPORT_WITHDRAWN, "to_correct": Event.REPORT_TO_CORRECT}
_NEXT: dict[Kind, str] = {
    "withdrawn": "Readers are led to a notice. Its numbers stay known to the release gate.",
    "to_correct": "Readers are led to it until `joinedup report DIR` staged another, two people checked that, and"
    " `joinedup release DIR` published it.",
}


def take_back(root: Path, period: str, kind: Kind, *, reason: str, approver: str, second: bool) -> dict[str, Any]:
    """Sign a notice about what is public; where it is withdrawn, put the notice in its place. Safe to repeat.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``.
        kind: ``withdrawn`` or ``to_correct``.
        reason: What was wrong with it, for anybody to read.
        approver: Who signs.
        second: Sign with the second approver's key.

    Raises:
        BadInput: Nothing is public, or the reason cannot be printed.
    """
    bundle, ring, month = load_bundle(root), KeyRing(root / "keys"), resolve_period(root, period)
    today, public = now().date(), root / "zones" / "public" / month
    digest = "" if no_package(public) else _about(public)
    if not digest:
        raise BadInput(
            f"No report of {month} is public.",
            why="Only what readers have can be withdrawn or corrected.",
            fix="Name the month with --period. A draft that is not public is simply staged again.",
            code="E-RELEASE-NOTHING-PUBLIC",
        )
    notice = Notice(kind=kind, period=month, manifest_sha256=digest, on=today.isoformat(), reason=reason.strip())
    path = sign_notice(bundle, ring.signing(APPROVERS[second], today), notice, approver)
    entries = Ledger(root / "ledger").entries()
    if kind == "withdrawn" and not _is_led_to_notice(entries, public, digest):
        ledger, about = open_ledger(root, ring, today), {"period": month, "package": WITHDRAWAL}
        _put_notice(bundle, public, month, digest, notice, announcing(ledger, **about))
        ledger.append(Event.FILES_RECORDED, at=timestamp(), **about, **published_as(public))
    told_of = [one.facts["manifest_sha256"] for one in entries if one.event is _EVENTS[kind]]
    if digest not in told_of:
        signed = sha256(path.read_bytes()).hexdigest()
        open_ledger(root, ring, today).append(
            _EVENTS[kind], at=timestamp(), period=month, manifest_sha256=digest, approval_sha256=signed
        )
    told = [one.sentence for one in read_notices(bundle, ring.infos())]
    return {"notice": str(path), "period": month, "report": digest, "notices": told, "next": _NEXT[kind]}


def _about(public: Path) -> str:
    """The report that readers are led to, or that the notice they are led to is about."""
    record = read_manifest(current(public))
    return str(record["about"]) if record["kind"] == WITHDRAWAL else package_digest(public)


def _is_led_to_notice(entries: Sequence[Entry], public: Path, digest: str) -> bool:
    """Whether readers are led to a notice that was recorded.

    One that was not, because an earlier call was cut off, is put there anew from what was signed: what lies there might
    be somebody else's.
    """
    lies_there = published_as(public)
    recorded = any(lies_there.items() <= entry.facts.items() for entry in entries)
    return lies_there["manifest_sha256"] != digest and recorded


def _put_notice(bundle: Bundle, public: Path, month: str, digest: str, notice: Notice, announce: Announce) -> None:
    """What was published stays in its folder beside the notice: its readers know it for good."""
    project, page = bundle.project, _page(bundle, notice).encode()
    with publish(public, keep_every=True, announce=announce) as scratch:
        write_file(scratch / WITHDRAWAL_FILE, page)
        files = {WITHDRAWAL_FILE: sha256(page).hexdigest()}
        facts = {"kind": WITHDRAWAL, "project": project.id, "period": month, "about": digest, "files": files}
        write_manifest(scratch, facts)


def _page(bundle: Bundle, notice: Notice) -> str:
    title, area, contact = (escape(text) for text in (bundle.project.title, *_of_report(bundle)))
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="robots" content="noindex">
<title>Withdrawn: {title}</title>
<style>body {{ font: 1.2rem/1.5 sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }}</style>
</head>
<body><main>
<h1>This report was withdrawn</h1>
<p>{title}, {area}. {escape(notice.sentence)}</p>
<p>Please do not use its numbers. Ask {contact}.</p>
</main></body>
</html>
"""


def _of_report(bundle: Bundle) -> tuple[str, str]:
    return bundle.project.report.area, bundle.project.report.contact
