"""What a run reads of one source, from the folder and from what the ledger says was read before."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flows.run import Run
from governance.errors import PolicyRefusal
from governance.intake.chosen import Chosen, choose_extract
from governance.intake.repeated import Files, Told, held_against_earlier, repeated_files
from governance.ledger import Entry, Event
from governance.package import no_package
from governance.settings import Source
from governance.store import current, read_manifest

if TYPE_CHECKING:
    from governance.intake.extracts import Intake  # `joinedup status` asks what was chosen, and reads no extract


def chosen_extract(run: Run, source: Source) -> Chosen:
    """Which extract this run reads of a source.

    Raises:
        Awaiting: It has not come, and the month waits for it.
    """
    return chosen_from(run.root, source, run.period, run.ledger.entries())


def chosen_from(root: Path, source: Source, period: str, entries: Iterable[Entry]) -> Chosen:
    """The same, for whoever may not write the ledger."""
    own = [entry for entry in entries if entry.facts.get("source") == source.id]
    sent = {str(entry.facts["period"]) for entry in own if entry.event is Event.PACKAGE_PUBLISHED}
    read = (one for one in own if one.event is Event.EXTRACT_READ and one.facts["period"] == period)
    was_here = any("extract_period" not in entry.facts for entry in read)
    return choose_extract(root, source, period, sent=sent, was_here=was_here)


def told_by(intake: "Intake") -> dict[str, Told]:
    """What each file of an extract is told by, by file id."""
    return {
        file: Told(digest, intake.contents[file], intake.earlier_contents.get(file, ""))
        for file, digest in intake.digests.items()
    }


def check_not_older(run: Run, source: Source, files: Files, entries: Sequence[Entry]) -> None:
    """An extract that a newer one took the place of is not put back by mistake, nor saved anew.

    Args:
        run: The run; after a rollback of its period any of its extracts may be read again.
        source: The source.
        files: What was delivered.
        entries: Of the ledger.

    Raises:
        PolicyRefusal: A file was read before this month, and another one since.
    """
    before = _read_before(run.period, source.id, entries)
    older = [file for file, told in files.items() if _was_replaced(told, before.get(file, []))]
    if older:
        raise PolicyRefusal(
            f"{source.id}: {', '.join(older)} is an extract that was read before and replaced by a newer one since.",
            why="An older extract in the place of a newer one would bring back people and facts that were corrected.",
            fix="Put the newest extract of this month there. If the older one is right after all, say so with"
            " `joinedup rollback PERIOD DIR`, then run again. Nothing was written.",
            code="E-EXTRACT-OLDER",
        )


def _read_before(period: str, source: str, entries: Sequence[Entry]) -> dict[str, list[Told]]:
    """What each file was told by, in the order in which they were read, since the period was last rolled back."""
    wanted = {"period": period, "source": source}
    found: dict[str, list[Told]] = {}
    for entry in entries:
        if entry.event is Event.ROLLED_BACK and entry.facts["period"] == period:
            found.clear()
        if entry.event is Event.EXTRACT_READ and wanted.items() <= entry.facts.items():
            found.setdefault(str(entry.facts["file"]), []).append(_told(entry))
    return found


def _told(entry: Entry) -> Told:
    return Told(str(entry.facts["sha256"]), str(entry.facts.get("content_hmac", "")))


def chosen_anew(run: Run, source: Source, files: Files, entries: Sequence[Entry]) -> Chosen:
    """What a delivered extract is, held against those of earlier months in the ledger.

    Raises:
        PolicyRefusal: It is an earlier one, and this source's is not carried forward.
    """
    return held_against_earlier(source, run.period, files, _own_months(source, entries))


def repeated_in(
    run: Run, source: Source, files: Files, rows: Mapping[str, int], entries: Sequence[Entry]
) -> dict[str, str]:
    """The month of which each file of events is a copy, beside others that changed."""
    return repeated_files(source, run.period, files, _own_months(source, entries), rows)


def _own_months(source: Source, entries: Sequence[Entry]) -> dict[str, dict[str, Told]]:
    """Every month's own extract, as the ledger has it: those carried forward are not among them."""
    read: dict[str, dict[str, Told]] = {}
    for entry in entries:
        facts = entry.facts
        if entry.event is Event.EXTRACT_READ and facts["source"] == source.id and "extract_period" not in facts:
            read.setdefault(str(facts["period"]), {})[str(facts["file"])] = _told(entry)
    return read


def _was_replaced(told: Told, before: Sequence[Told]) -> bool:
    return any(map(told.is_as, before)) and not told.is_as(before[-1])


def rows_before(run: Run, source: Source) -> list[dict[str, int]]:
    """Rows by file id of the source's earlier months, newest last, as its receipts have them."""
    folders = sorted(run.zone("source", source.id).glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]"))
    receipts = [read_manifest(current(one)) for one in folders if one.name < run.period and not no_package(one)]
    return [{file: counts["rows_in"] for file, counts in one["files"].items()} for one in receipts]


def sources_of(run: Run, zone: str) -> list[Source]:
    """Sources that a zone's step is made of: all, but optional ones that sent nothing."""
    return [
        source
        for source in run.bundle.sources
        if source.each_month != "optional" or not no_package(run.zone(zone, run.period, "in", source.id))
    ]
