"""Sections about control: approval, policy rules, keys, and the ledger."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from governance.audit.blocks import NOTHING, Block, Cell, Folded, Points, Row, Section, Table, Text, code
from governance.audit.evidence import Evidence
from governance.audit.words import EVENTS, KEY_USES, SOURCE_KEY_USES, spaced
from governance.english import day, joined, moment, month
from governance.keys.ring import KeyInfo, is_demo
from governance.policy import RULES, Finding

_TAGS: dict[str, Cell] = {
    "block": Cell("Blocked", "bad"),
    "warn": Cell("Warning", "warn"),
    "waived": Cell("Waived", "warn"),
    "not_yet": Cell("Not yet", "wait"),
    "pass": Cell("Passed", "good"),
}
_TITLES = {rule.id: rule.title for rule in RULES}
_SOURCES = {rule.id: rule.source for rule in RULES}


def approval_section(evidence: Evidence, code_version: str, policy_version: str) -> Section:
    """Who approved what, until when, and what the approval covers."""
    found = evidence.approval
    covers = (
        f"The exact bytes of {len(evidence.bundle.files)} config files (digest {spaced(found.config_sha256, 4)} …),"
        " and the look-up files they name by digest.",
        f"Policy version {policy_version} and code version {code_version}.",
        "Periods and extract files are not part of it: a new month needs no new signature, a changed line does.",
    )
    if not found.approval_sha256:
        blocks: tuple[Block, ...] = (Text(found.sentence), Text("An approval would cover:"), Points(covers))
    else:
        people = joined([found.approver, *([found.second_approver] if found.second_approver else [])])
        who = f"Approved by {people}. Author: {found.author or 'not recorded'}. No one is two of these."
        keys = joined([spaced(key) for key in found.keys])
        signed = f"Signed with the keys {keys}; envelope {spaced(found.approval_sha256, 4)} …"
        two = [f"Two people had to sign, because of {reason}" for reason in found.reasons[:1]]
        blocks = (Text(found.sentence), Points((who, signed, *two)), Text("It covers:"), Points(covers))
    return Section(id="approval", title="Approval", blocks=blocks)


def rules_section(evidence: Evidence) -> Section:
    """What every rule says, worst first, with its fix."""
    order = list(_TAGS)
    ranked = sorted(evidence.findings, key=lambda finding: order.index(finding.result))
    attention = [finding for finding in ranked if finding.result in ("block", "warn", "waived")]
    table = Table(
        caption="Every policy rule and what it found",
        head=("Rule", "Result", "What it found", "Source of the rule"),
        rows=[_rule_row(finding) for finding in ranked],
        wide=True,
    )
    blocks: list[Block] = [Text(_counted(evidence.findings))]
    if attention:
        blocks.append(
            Table(
                caption="What to mend, and how",
                head=("Rule", "Result", "What is wrong", "Where", "Fix"),
                rows=[_fix_row(finding) for finding in attention],
                wide=True,
            )
        )
    return Section(id="rules", title="Policy rules", blocks=(*blocks, table))


def _counted(findings: tuple[Finding, ...]) -> str:
    """How many rules of each result; a rule counts once, with its worst result."""
    order = list(_TAGS)
    worst: dict[str, str] = {}
    for finding in findings:
        worst[finding.rule] = min(worst.get(finding.rule, "pass"), finding.result, key=order.index)
    counts = Counter(worst.values())
    said = ", ".join(f"{counts[result]} {tag.text.lower()}" for result, tag in _TAGS.items() if counts[result])
    return (
        f"{len(worst)} rules were checked: {said}. To learn about one, run: joinedup explain {next(iter(worst), '')}."
    )


def _rule_row(finding: Finding) -> Row:
    name = f"{finding.rule} {_TITLES.get(finding.rule, '')}".strip()
    return (name, _TAGS[finding.result], finding.sentence, _SOURCES.get(finding.rule, NOTHING))


def _fix_row(finding: Finding) -> Row:
    return (finding.rule, _TAGS[finding.result], finding.sentence, code(finding.where or NOTHING), finding.fix)


def keys_section(evidence: Evidence) -> Section:
    """Keys by id: who holds them, what for, and until when."""
    of_sources = [info for info in evidence.keys if info.holder.startswith("source_")]
    table = _key_table("Keys by id (no secret is shown or stored here)", evidence, skip=of_sources)
    more = _key_table(
        f"Keys of {len({info.holder for info in of_sources})} sources: what each opens, signs and encodes with",
        evidence,
        only=of_sources,
    )
    text = (
        "The project root key is kept as three shares by three custodians; any two open it, one alone says nothing."
        " Every key that encodes is derived from it for one project, purpose, field and epoch, and issued to the"
        " source that uses it."
    )
    blocks: list[Block] = [Text(text)]
    if any(map(is_demo, evidence.keys)):
        demo = "These are demo keys, made from a published seed: anyone can undo what they encode, so only"
        blocks.append(Text(f"{demo} synthetic people may be encoded under them."))
    # Folded away only while there is nothing in it to look at.
    fine = all(_state(info, evidence).kind == "good" for info in of_sources)
    return Section(id="keys", title="Keys", blocks=(*blocks, table, Folded(more.caption, more) if fine else more))


def _key_table(
    caption: str, evidence: Evidence, *, only: Sequence[KeyInfo] | None = None, skip: Sequence[KeyInfo] = ()
) -> Table:
    infos = evidence.keys if only is None else only
    return Table(
        caption=caption,
        head=("Key", "What it does", "Held by", "State", "Valid", "Bits", "Fingerprint"),
        rows=[_key_row(info, evidence) for info in infos if info not in skip],
        empty="No keys have been made.",
        wide=True,
    )


def _state(info: KeyInfo, evidence: Evidence) -> Cell:
    valid = info.not_before <= evidence.at[:10] <= info.not_after
    word = "Out of date" if info.state == "active" and not valid else info.state.capitalize()
    return Cell(word, "good" if word == "Active" else "bad")


def _key_row(info: KeyInfo, evidence: Evidence) -> Row:
    source = info.holder.removeprefix("source_")
    titles = {one.id: one.title for one in evidence.bundle.sources}
    return (
        code(info.id),
        KEY_USES.get(info.id, SOURCE_KEY_USES.get(info.kind, NOTHING)),
        titles.get(source, source.replace("_", " ").capitalize()),
        _state(info, evidence),
        Cell(f"{day(info.not_before)} to {day(info.not_after)}"),
        Cell(str(info.bits), "number"),
        code(spaced(info.fingerprint)),
    )


def ledger_section(evidence: Evidence) -> Section:
    """Whether the ledger holds, its checkpoint, and what it says of this period."""
    state = evidence.ledger
    history = Table(
        caption=f"What the ledger says of {month(evidence.period)}",
        head=("Entry", "When (as recorded)", "What", "Of", "Facts"),
        rows=[_entry_row(entry) for entry in state.entries if entry["facts"].get("period") == evidence.period],
        empty="The ledger says nothing of this period.",
        wide=True,
    )
    blocks = (*_verdict_blocks(evidence), Folded(history.caption, history))
    return Section(id="ledger", title="The ledger", blocks=blocks)


def _verdict_blocks(evidence: Evidence) -> list[Block]:
    state, point = evidence.ledger, evidence.ledger.checkpoint
    if not state.checked:
        return [Text("The ledger was not checked: the signer's public key is not in the key folder.")]
    if state.faults or point is None:
        return [Text("The ledger does not hold:"), Points([str(fault) for fault in state.faults])]
    later = len(state.entries) - point["size"]
    facts = (
        f"{len(state.entries):,} entries; the first {point['size']:,} are signed, {later} have been added since.",
        f"Signed on {moment(point['at'])} with the key {spaced(point['key'])}.",
        "To check it yourself, with nothing of joinedup but one file: python verify.py LEDGER_FOLDER PUBLIC_KEY_FILE.",
    )
    root = Table(
        caption="Checkpoint: compare it with the copy you were given and with the board report",
        head=("Entries signed", "Merkle root"),
        rows=[(f"{point['size']:,}", code(spaced(point["root"])))],
        wide=True,
    )
    return [Points(facts), root]


def _entry_row(entry: dict[str, Any]) -> Row:
    facts = {name: value for name, value in entry["facts"].items() if name not in ("period", "source", "step")}
    shown = "; ".join(f"{name.replace('_', ' ')} {_short(value)}" for name, value in facts.items())
    about = entry["facts"].get("source") or entry["facts"].get("step") or NOTHING
    return (
        str(entry["seq"]),
        moment(entry["at"]),
        EVENTS.get(entry["event"], entry["event"]),
        about,
        code(shown or NOTHING),
    )


def _short(value: object) -> str:
    """A digest by its first sixteen digits; anything else whole."""
    return f"{value[:16]}…" if isinstance(value, str) and len(value) == 64 else str(value)
