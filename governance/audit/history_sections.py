"""Sections on time: what changed since the last approval, how long what is kept, what ran, who was let see what."""

from collections.abc import Iterator
from typing import Any

from governance.audit.blocks import NOTHING, Block, Cell, Folded, Points, Row, Section, Table, Text, code, number
from governance.audit.diff_page import change_table, rest_blocks
from governance.audit.evidence import Evidence
from governance.audit.words import DATASETS, EVENTS
from governance.english import day, moment, month

_RUNS_SHOWN = 40

_DRAFTS = "zones/draft/"


def changes_section(evidence: Evidence) -> Section:
    """What the approval in force changed, or what nobody has approved yet."""
    compared = evidence.compared
    if compared is None:
        text = (
            "There is no earlier approval to compare with: everything in this config is new, and all of it stands here."
        )
        return Section(id="changes", title="What changed since the last approval", blocks=(Text(text),))
    found = compared.found
    intro = Text(f"From {compared.old} to {compared.new}. {found.headline}")
    table: tuple[Block, ...] = (change_table(found),) if found.changes else ()
    return Section(
        id="changes",
        title="What changed since the last approval",
        blocks=(intro, *table, *rest_blocks(found)),
    )


def retention_section(evidence: Evidence) -> Section:
    """Clocks of all that is here, and certificates of what is not any more."""
    due = [clock for clock in evidence.clocks if clock.due]
    said = f"{len(due)} are due: run `joinedup retain DIR`." if due else "Nothing is due."
    held = Table(
        caption="What is here, and until when",
        head=("What", "Month", "Kept", "Gone by", "State"),
        rows=[_clock_row(clock) for clock in evidence.clocks],
        empty="Nothing is kept here.",
        wide=True,
    )
    gone = Table(
        caption="What was destroyed, by certificate",
        head=("Where it was", "Month", "When", "By", "Why", "Backups"),
        rows=[_certificate_row(one) for one in evidence.certificates],
        empty="Nothing has been destroyed with a certificate.",
        wide=True,
    )
    unfinished = [Points([f"Begun and not finished: {name}" for name in evidence.unfinished])]
    text = f"Every dataset of every month has a day by which it has to be gone. {said}"
    shown: tuple[Block, ...] = (held,) if due else (Folded(held.caption, held),)
    more = unfinished if evidence.unfinished else []
    return Section(id="retention", title="Retention clocks", blocks=(Text(text), *more, *shown, gone))


def _clock_row(clock: Any) -> Row:
    state = Cell("Due", "bad") if clock.due else Cell("In time", "good")
    name = DATASETS.get(clock.held.dataset, clock.held.dataset)
    if clock.held.where.startswith(_DRAFTS):
        name = "Draft of what was released"
    where = clock.held.where.split("/")[2] if clock.held.dataset == "source_zone" else ""
    return (
        f"{name}: {where}" if where else name,
        month(clock.held.period),
        f"{clock.months} months",
        day(clock.destroy_by.isoformat()),
        state,
    )


def _certificate_row(one: dict[str, Any]) -> Row:
    return (code(one["where"]), month(one["period"]), moment(one["at"]), one["by"], one["reason"], one["backups"])


def history_section(evidence: Evidence) -> Section:
    """Runs, newest first, and events by which people were let see or sign something."""
    entries = evidence.ledger.entries
    runs = list(_runs(entries))
    shown = runs[-_RUNS_SHOWN:][::-1]
    table = Table(
        caption=f"The last {len(shown)} runs of {len(runs)}, newest first",
        head=("Began", "Month", "Step", "How it ended", "Code version", "Approval"),
        rows=shown,
        empty="Nothing has run yet.",
        wide=True,
    )
    access = Table(
        caption="Keys, approvals, reviews, packages carried, and destruction",
        head=("When (as recorded)", "What", "Digest or key"),
        rows=[_access_row(entry) for entry in entries if entry["event"] in _ACCESS],
        empty="Nothing of this kind has happened.",
        wide=True,
    )
    refused = Table(
        caption="What policy refused, newest first",
        head=("When (first on that day)", "Asked for", "Rules or code", "Findings"),
        rows=[_refused_row(entry) for entry in entries if entry["event"] == "policy_refused"][::-1][:_RUNS_SHOWN],
        empty="Nothing was refused before it began. A step that was refused while it ran is among the runs.",
        wide=True,
    )
    text = (
        "From the ledger. joinedup records what it does, not who looks at a screen: who can open what is settled by the"
        " keys each holder has, above."
    )
    blocks = (Text(text), access, refused, Folded(table.caption, table))
    return Section(id="history", title="Access and run history", blocks=blocks)


_ACCESS = frozenset(
    {
        *("keys_made", "keys_issued", "custody_renewed", "root_renewed", "key_rotated", "key_destroyed"),
        *(
            "config_approved",
            "rule_waived",
            "release_checked",
            "report_withdrawn",
            "report_to_correct",
            "rollback_begun",
            "rolled_back",
            "review_approved",
            "review_exported",
            "review_imported",
        ),
        *("package_exported", "package_imported", "data_destroyed", "cut_off_line_set_aside"),
        *("voice_taken_in", "voice_withdrawn"),
    }
)
"""By which somebody was let open, sign, see, carry or destroy something."""


def _runs(entries: tuple[dict[str, Any], ...]) -> Iterator[Row]:
    """Every run that began, with how it ended; a run without an end was killed, or is still going on."""
    for at, entry in enumerate(entries):
        if entry["event"] == "run_started":
            facts = entry["facts"]
            yield (
                moment(entry["at"]),
                month(facts["period"]),
                facts["step"],
                _end(entries[at + 1 :], facts),
                code(facts.get("code_version", NOTHING)),
                code(facts.get("approval_sha256", "")[:16] or facts.get("approval", NOTHING)),
            )


def _end(later: tuple[dict[str, Any], ...], begun: dict[str, Any]) -> Cell:
    same = {name: begun[name] for name in ("period", "step")}
    for entry in later:
        if {name: entry["facts"].get(name) for name in same} != same:
            continue
        if entry["event"] == "run_finished":
            return Cell("Finished", "good")
        if entry["event"] == "run_awaits":
            return Cell("Waits", "wait")
        if entry["event"] == "run_failed":
            return Cell(f"Failed: {entry['facts']['code']}", "bad")
        if entry["event"] == "run_started":
            return Cell("No end recorded", "warn")  # and the same step began again
    if begun["step"] == "audit" and not any(entry["event"] == "run_started" for entry in later):
        return Cell("Going on: it wrote this page")
    return Cell("No end recorded: cut off, or going on", "warn")


def _access_row(entry: dict[str, Any]) -> Row:
    facts = entry["facts"]
    names = ("approval_sha256", "certificate_sha256", "manifest_sha256", "fingerprint")
    told = next((str(facts[name])[:16] for name in names if name in facts), NOTHING)
    return (moment(entry["at"]), EVENTS.get(entry["event"], entry["event"]), code(told))


def _refused_row(entry: dict[str, Any]) -> Row:
    facts = entry["facts"]
    return (moment(entry["at"]), facts["step"], facts.get("rules", facts["code"]), number(facts["findings"]))
