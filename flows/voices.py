"""What people told us on its way into the report: a form out, evidence back, and out again when consent ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from cohorts.report.page import BoardPage
from cohorts.report.voice_facts import VoicesFacts
from cohorts.voices import (
    KeptVoices,
    Voice,
    card_id,
    keep,
    make_form,
    open_voices,
    read_form,
    remove,
    sweep,
    voice_facts,
)
from cohorts.voices.card import REFERENCE, voice_bytes
from cohorts.voices.columns import Group
from cohorts.voices.kept import entries_of
from flows.lock import only_run
from flows.run import Run, now, open_ledger, resolve_period, timestamp
from governance.approval_record import APPROVERS
from governance.errors import BadInput
from governance.intake.period import as_of_date
from governance.keys.ring import KeyRing
from governance.ledger import Event, Ledger
from governance.package import no_package
from governance.settings import Bundle, load_bundle
from governance.statements import VOICES, read_statements, sign_statement
from governance.store import current, read_manifest, write_file

ASKED = "asked"
"""In a report's manifest: its groups with their steps and questions, from which the form is made."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a report may print of what people told us, and what it is made of."""

    facts: VoicesFacts
    cards: tuple[str, ...]
    """Ids of the cards, as in the ledger."""
    digest: str


def voices_of(run: Run) -> Told:
    """What may be printed on the day of the run.

    Raises:
        PolicyRefusal: A card is not there, nobody signed for it, or it is not the one that was signed for.
    """
    kept, project = _kept(run.bundle, run.ring, run.today), run.bundle.project.id
    return Told(voice_facts(kept), tuple(card_id(project, one.reference) for one in kept.voices), kept.digest)


def _kept(bundle: Bundle, ring: KeyRing, today: date) -> KeptVoices:
    entries = entries_of(Ledger(bundle.root / "ledger").entries())
    signed = read_statements(bundle.root, VOICES, ring.infos())
    wanted = any(each.may_be_printed(today) for each in entries.values())
    key = ring.zone_private("analysis", today) if wanted else None
    return open_voices(bundle.root, bundle.project.id, entries, signed, key, today)


def remove_expired(run: Run) -> int:
    """Remove the words of cards that may not be printed any more; returns how many were still on the disk."""
    return sweep(run.root, entries_of(Ledger(run.root / "ledger").entries()), run.today)


def asked_of(board: BoardPage, rungs: Mapping[str, Sequence[tuple[str, str]]], area: str = "") -> list[dict[str, Any]]:
    """What a manifest says of groups, steps and questions: words of the report, made of released numbers only.

    Args:
        board: The report.
        rungs: Id and label of each step, by id of the group, in the report's order.
        area: Id of the board whose area it is on; empty for the whole. The area stands before each title, so that
            a form says by itself which report it is of.
    """
    return [
        {
            "area": area,
            "id": cohort,
            "title": f"{board.area}: {each.title}" if area else each.title,
            "rungs": [list(one) for one in rungs[cohort]],
            "questions": list(each.questions),
        }
        for cohort, each in zip(rungs, board.cohorts, strict=True)
    ]


def write_form(root: Path, period: str, out: Path, board: str = "") -> dict[str, Any]:
    """Write the form of a report that was staged or published.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``.
        out: The file to write.
        board: Id of the board whose area it is on; empty for the whole.

    Raises:
        BadInput: There is no report of that month, or none for that board.
    """
    bundle, month = load_bundle(root), resolve_period(root, period)
    every = _groups(root, month)
    groups, areas = [each for each in every if each.area == board], list(dict.fromkeys(each.area for each in every))
    if not groups:
        raise _no_such_board(month, [each for each in areas if each])
    mark = ascii_uppercase[(areas.index(board) - 1) % len(ascii_uppercase)] if board else ""
    title = f"{bundle.project.title}: {_area_of(bundle, board)}" if board else bundle.project.title
    form = make_form(title=title, period=month, groups=groups, made_on=as_of_date(month), mark=mark)
    write_file(out, form)
    return {
        "file": str(out),
        "period": month,
        "groups": len(groups),
        "questions": sum(len(g.questions) for g in groups),
    }


def _area_of(bundle: Bundle, board: str) -> str:
    """What the area of a board is called; its id where the project lists it no longer."""
    return next((each.area for each in bundle.project.report.boards if each.id == board), board)


def _groups(root: Path, month: str) -> list[Group]:
    for zone in ("public", "draft"):
        folder = root / "zones" / zone / month
        asked = None if no_package(folder) else read_manifest(current(folder)).get(ASKED)
        if asked:
            return [
                Group(
                    area=each.get("area", ""),
                    id=each["id"],
                    title=each["title"],
                    rungs=tuple((rung, label) for rung, label in each["rungs"]),
                    questions=tuple(each["questions"]),
                )
                for each in asked
            ]
    raise BadInput(
        f"There is no report of {month} to ask about.",
        why="The form holds the report's groups, their steps and its questions.",
        fix="Run `joinedup report DIR` first, or name another month with --period.",
        code="E-VOICES-NO-REPORT",
    )


def import_form(root: Path, period: str, file: Path, *, reviewer: str, second: bool) -> dict[str, Any]:
    """Take in a filled-in form: all of it, or nothing.

    Args:
        root: The project folder.
        period: Of the report that the form was made of: ``YYYY-MM`` or ``latest``.
        file: The form; which board's report it is of stands in it.
        reviewer: Who read every card and signs that none of them names or identifies anybody.
        second: Sign with the second approver's key.

    Raises:
        BadInput: The form has faults, a reference is taken, or nobody is named.
        PolicyRefusal: The signing key is not here.
    """
    if len(reviewer.split()) < 2:
        raise _no_reviewer()
    project, month = load_bundle(root).project.id, resolve_period(root, period)
    filled = read_form(file, _groups(root, month), now().date())
    voices = {card_id(project, one.reference): one for one in filled.voices}
    path, new = take_in(root, voices, form_sha256=filled.sha256, reviewer=reviewer, second=second)
    comments = sum(one.kind == "comment" for one in voices.values())
    return {
        "signed": str(path),
        "cards": len(voices) - comments,
        "comments": comments,
        "new": new,
        "period": month,
    }


def take_in(
    root: Path, voices: Mapping[str, Voice], *, form_sha256: str, reviewer: str, second: bool
) -> tuple[Path, int]:
    """Sign for cards, enter them in the ledger and seal their words; the same cards again change nothing.

    Args:
        root: The project folder.
        voices: By the id that the ledger has for each.
        form_sha256: Digest of the file that they came in.
        reviewer: Who read every card.
        second: Sign with the second approver's key.

    Returns:
        The signature, and how many cards are new.

    Raises:
        BadInput: A reference is taken by another card.
        PolicyRefusal: The signing key is not here.
    """
    project, ring, today = load_bundle(root).project.id, KeyRing(root / "keys"), now().date()
    key, recipient = ring.signing(APPROVERS[second], today), ring.zone_public("analysis")
    with only_run(root):
        new = _new_ones(root, voices)
        digests = {card: sha256(voice_bytes(one)).hexdigest() for card, one in sorted(voices.items())}
        facts = {"project": project, "reviewer": reviewer.strip(), "on": today.isoformat(), "cards": digests}
        path = sign_statement(root, VOICES, "voices", form_sha256, facts, key)
        _record(root, ring, today, path, project, {card: voices[card] for card in new})
        for card, one in sorted(voices.items()):
            keep(root, card, one, recipient)
        sweep(root, entries_of(Ledger(root / "ledger").entries()), today)
    return path, len(new)


def _new_ones(root: Path, voices: Mapping[str, Voice]) -> list[str]:
    """Cards that are not in the ledger yet. The same card again is no fault; another under its reference is."""
    entries = entries_of(Ledger(root / "ledger").entries())
    again = {card: entries[card] for card in voices if card in entries}
    withdrawn = sum(each.is_withdrawn for each in again.values())
    changed = sum(each.sha256 != sha256(voice_bytes(voices[card])).hexdigest() for card, each in again.items())
    if withdrawn or changed:
        raise BadInput(
            f"{max(withdrawn, changed)} references of the form were used before, for a card that was withdrawn or that"
            " says something else.",
            why="A reference stands for what one card says, for as long as its consent holds: it cannot come back as"
            " another.",
            fix="Give each of these cards a new reference. To change a card, withdraw it first. Nothing was changed.",
            code="E-VOICES-REFERENCE",
        )
    return sorted(voices.keys() - again.keys())


def _record(root: Path, ring: KeyRing, today: date, path: Path, project: str, voices: Mapping[str, Voice]) -> None:
    """One line a card: which, under which consent, until when, and who signed; no word of it."""
    ledger, content = open_ledger(root, ring, today), path.read_bytes()
    [signed] = [one for one in read_statements(root, VOICES, ring.infos()) if one.sha256 == sha256(content).hexdigest()]
    for card, one in sorted(voices.items()):
        ledger.append(
            Event.VOICE_TAKEN_IN,
            at=timestamp(),
            project=project,
            card=card,
            sha256=sha256(voice_bytes(one)).hexdigest(),
            consent=one.consent,
            until=one.until.isoformat(),
            approval_sha256=signed.sha256,
            key=signed.key,
        )


def withdraw(root: Path, reference: str) -> dict[str, Any]:
    """Take a card back: its words are removed from the disk, and the next report is made without it. Safe to repeat.

    Raises:
        BadInput: No card has this reference.
    """
    bundle, ring, today = load_bundle(root), KeyRing(root / "keys"), now().date()
    card = card_id(bundle.project.id, reference)
    with only_run(root):
        entry = entries_of(Ledger(root / "ledger").entries()).get(card)
        if entry is None:
            raise _unknown()
        if not entry.is_withdrawn:
            ledger = open_ledger(root, ring, today)
            ledger.append(Event.VOICE_WITHDRAWN, at=timestamp(), project=bundle.project.id, card=card)
        remove(root, card)
        sweep(root, entries_of(Ledger(root / "ledger").entries()), today)
    return {"card": card, "printed_in": _printed_in(root, card)}


def _printed_in(root: Path, card: str) -> list[str]:
    """Months whose public report still has it: readers may have a copy, and the page has to be made anew."""
    folders = sorted(path.parent for path in root.glob("zones/public/*/current"))
    return [folder.name for folder in folders if card in read_manifest(current(folder)).get("voices", ())]


def listed(root: Path) -> dict[str, Any]:
    """Every card that may be printed today, without its words.

    Raises:
        PolicyRefusal: The analysis zone's key is not here, or a card is not the one that was signed for.
    """
    bundle, ring = load_bundle(root), KeyRing(root / "keys")
    kept = _kept(bundle, ring, now().date())
    cards = [
        {
            "reference": one.reference,
            "kind": one.kind,
            "area": one.area or "",
            "cohort": one.cohort,
            "until": one.until.isoformat(),
        }
        | ({} if one.kind == "comment" else {"step": one.rung or "whole group", "stance": one.stance})
        for one in kept.voices
    ]
    return {"cards": cards, "withdrawn": kept.withdrawn, "expired": kept.expired}


def _no_such_board(month: str, areas: Sequence[str]) -> BadInput:
    return BadInput(
        f"There is no report of {month} for this board.",
        why="A form holds the groups, steps and questions of one board's report.",
        fix=f"Use one of: {', '.join(areas)}. Or leave out --board, for the whole."
        if areas
        else "Leave out --board: that month has a report on the whole only.",
        code="E-VOICES-NO-REPORT",
    )


def _no_reviewer() -> BadInput:
    return BadInput(
        "It is not said who read the cards.",
        why="No pattern finds every name: a person has to read each card and answer for it.",
        fix='Add --reviewer "Name, role". Nothing was changed.',
        code="E-VOICES-REVIEWER",
    )


def _unknown() -> BadInput:
    return BadInput(
        "No card has this reference.",
        why="A card is withdrawn by the reference under which it was imported.",
        fix=f"`joinedup voices list DIR` shows those in force; a reference looks like HW-12 ({REFERENCE}).",
        code="E-VOICES-REFERENCE",
    )
