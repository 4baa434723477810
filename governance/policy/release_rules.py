"""OUT-01, OUT-03, OUT-04 and OUT-07: which files leave, whether counts agree, and the record beside them."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha256

from governance.area_folders import WHOLE, each_named, folder_of, parted
from governance.ledger import Event
from governance.policy.released import COUNTS, Released, rows_of
from governance.policy.rule import Problem, Result, RunFacts, place, rule
from governance.settings import Bundle
from governance.settings.project import NO_BOARD

_MEASURES = "safe_measures.csv"
_KEY = ("cohort", "version", "measure", "dimension", "group")
_FURTHER_PAGE = re.compile(r"[a-z0-9][a-z0-9-]*\.html")
_RATE_ROUNDING = 0.0501
"""Rates are given to one decimal."""
_RECORD = ("project", "period", "profile", "rule", "gate", "checkpoint", "config_sha256", "files")
CHECKERS = 2
"""People who have to look at a release before it is published."""
_NOTHING = "Nothing was released for this period yet."


def _waits(rule_place: str = "zones/public/") -> Problem:
    return Problem(where=rule_place, says=_NOTHING, result="not_yet")


@rule(
    id="OUT-01",
    level="output",
    title="Only files that were declared leave",
    checks="`governance.outputs` names every file that may be released, and the folder of a release holds no other but"
    " the further pages of a page so named, in the folder of its name (`board_report/*.html`), and the same for the"
    " area of each board that `report.boards` names (`boards/ID/`)."
    " This is looked at before the folder is published, and again by every audit.",
    why="Files that nobody agreed to are how record-level data leave: a debug file, a copy, one more table.",
    source="SATRE 3.3.03",
    good="outputs: [board_report.html, safe_counts.csv]",
    bad="people.csv beside them",
    fix="Remove the file, or have it agreed and named under governance.outputs.",
    passed="Every released file was declared beforehand.",
)
def outputs_are_declared(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Outputs are declared, and only they are there."""
    declared = bundle.project.governance.outputs
    boards = bundle.project.report.boards
    areas = {WHOLE, *(each.id for each in boards), *([NO_BOARD] if boards else [])}
    if not declared:
        where = place(bundle, "project.yaml", "governance", "outputs")
        yield Problem(where=where, says="No file is declared for release.")
    elif facts.released is None:
        yield _waits()
    for name in sorted(facts.released.files if facts.released else ()):
        if not _is_declared(name, declared, areas):
            yield Problem(where=f"public/{name}", says=f"{name} would be released and was not declared.")


def _is_declared(path: str, declared: Iterable[str], areas: Collection[str]) -> bool:
    """A file is declared by its name; the further pages of a declared page lie in the folder of its name."""
    area, name = parted(path)
    folder, inside, page = name.partition("/")
    if area not in areas or (area != WHOLE and path != f"{folder_of(area)}/{name}"):
        return False
    return name in declared or bool(inside and _FURTHER_PAGE.fullmatch(page) and f"{folder}.html" in declared)


@rule(
    id="OUT-03",
    level="output",
    title="Counts agree with each other and with the rule",
    checks="In what is released no count is one that the rule withholds, every count is rounded as the rule says, the"
    " same count is the same number in every file, and each rate is its released part of its released whole.",
    why="A rate from exact counts gives the exact count back, and a total that is the sum of rounded cells gives back"
    " what rounding hid.",
    source="OpenSAFELY output checking; SATRE 3.3.04",
    good="part 40, whole 400, in_every_1000 100.0",
    bad="part 40, whole 400, in_every_1000 97.3",
    fix="Withdraw the release, report it as a fault of joinedup, and release again.",
    passed="Released counts are rounded and withheld as the rule says, and rates follow from them.",
)
def counts_agree(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Every number in both files, against the rule in the record and against each other."""
    if facts.released is None:
        yield _waits()
        return
    measures = rows_of(facts.released.files.get(_MEASURES, b""))
    rule_facts = facts.released.record.get("rule", {})
    for area, content in each_named(facts.released.files, COUNTS).items():
        counts, where = rows_of(content), COUNTS if area == WHOLE else f"{folder_of(area)}/{COUNTS}"
        for fault in (*_count_faults(counts, rule_facts), *_repeat_faults(counts)):
            yield Problem(where=f"public/{where}", says=fault)
    if wrong := sum(not _rate_follows(row) for row in measures):
        yield Problem(where=f"public/{_MEASURES}", says=f"{wrong} rates do not follow from the released counts.")


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _count_faults(rows: list[dict[str, str]], rule_facts: dict[str, int]) -> Iterator[str]:
    shown = [found for row in rows if (found := _number(row.get("people"))) is not None]
    hidden, base = rule_facts.get("hide_up_to_people", 0), rule_facts.get("round_to_people", 0)
    if small := sum(1 <= one <= hidden for one in shown):
        yield f"{small} counts are among those that the rule withholds."
    if base and (unrounded := sum(one % base != 0 for one in shown)):
        yield f"{unrounded} counts are not rounded to the nearest {base}."


def _repeat_faults(rows: list[dict[str, str]]) -> Iterator[str]:
    seen: dict[tuple[str | None, ...], set[str | None]] = {}
    for row in rows:
        seen.setdefault(tuple(row.get(name) for name in _KEY), set()).add(row.get("people"))
    if differing := sum(len(numbers) > 1 for numbers in seen.values()):
        yield f"{differing} counts stand there with different numbers."


def _rate_follows(row: dict[str, str]) -> bool:
    """The rate is the released part of the released whole; where noise made the part larger, it is all of it."""
    part, whole, rate = (_number(row.get(name)) for name in ("part", "whole", "in_every_1000"))
    if rate is None:
        return True
    if part is None or not whole:
        return False
    return abs(rate - 1000 * min(part, whole) / whole) <= _RATE_ROUNDING


@rule(
    id="OUT-04",
    level="output",
    title="No second release that differs by a few people",
    checks="Against what was released of the same period before: the same definition, measure and group with a number"
    " that differs by less than the rule withholds is held. And the gate attacked the release together with every"
    " earlier one. In a synthetic project it only warns.",
    why="One person's data arrive late, the month is run again, and the difference of two safe tables is that one"
    " person.",
    source="SATRE 3.3.04; OpenSAFELY output checking (differencing)",
    good="first 120, then 120 again; or 120, then 180",
    bad="first 120, then 125",
    fix="Keep the release that stands, or let a checker decide: `joinedup waive OUT-04 DIR --until DATE`.",
    passed="No count differs by a few people from what was released of the same period before.",
)
def releases_do_not_differ_by_a_few(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Near-equal numbers under one key; and the gate's own word."""
    if facts.released is None:
        yield _waits()
        return
    if "gate" not in facts.released.record:
        yield Problem(where="public/manifest.json", says="The release was not attacked by the gate before it was made.")
    near = bundle.policy.hide_up_to_people + bundle.policy.round_to_people
    now = _by_key(each_named(facts.released.files, COUNTS))
    result: Result | None = "warn" if bundle.project.synthetic else None
    for earlier in facts.released.earlier:
        before = _by_key(earlier)
        held = sum(0 < abs(now[key] - before[key]) <= near for key in now.keys() & before.keys())
        if held:
            says = f"{held} counts differ by {near} people or fewer from an earlier release of the same period."
            yield Problem(where=f"public/{COUNTS}", says=says, result=result)


def _by_key(counts: Mapping[str, bytes]) -> dict[tuple[str | None, ...], float]:
    found = (
        ((area, *(row.get(name) for name in _KEY)), _number(row.get("people")))
        for area, content in counts.items()
        for row in rows_of(content)
    )
    return {key: number for key, number in found if number is not None}


@rule(
    id="OUT-07",
    level="output",
    title="A record with every release, and two people who checked it",
    checks="The release's record (`manifest.json`) names project, period, criteria, the gate's result, the ledger's"
    " root and the digest of every file, and they are right; it and `release_record.json` are those that the ledger"
    " names. Two people with keys of their own have signed that they"
    " looked at just this release before it is published. Only a synthetic project may say `report.release: at_once`;"
    " the rule then waits.",
    why="Rules see numbers; people see what they could mean to somebody who knows one of the people. And later it has"
    " to be clear what was let out, by which criteria, and who looked.",
    source="SATRE 3.3.09; OpenSAFELY output checking (two independent checkers)",
    good="report.release: two_checks; manifest.json whole, checked by two people",
    bad="a file whose digest is another than its record says",
    fix="Run `joinedup report DIR`; two people look at the draft and sign with `joinedup checked DIR --checker NAME`"
    " (the second of them with `--second`); then `joinedup release DIR`.",
    passed="The release's record is whole and right, and two people have checked it.",
)
def release_is_recorded(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """The record is whole, digests agree, two different keys signed."""
    at_once = bundle.project.report.release == "at_once"
    if at_once and not bundle.project.synthetic:
        config = place(bundle, "project.yaml", "report", "release")
        yield Problem(where=config, says="Releases would be published before anybody else has looked at them.")
    if facts.released is None:
        yield _waits()
        return
    record, where = facts.released.record, "public/manifest.json"
    if left := [name for name in _RECORD if name not in record]:
        yield Problem(where=where, says=f"The release's record does not give {', '.join(left)}.")
    digests = {name: sha256(content).hexdigest() for name, content in facts.released.files.items()}
    wrong = sorted(name for name in digests.keys() | record.get("files", {}).keys() if not _same(name, digests, record))
    for name in wrong:
        yield Problem(where=f"public/{name}", says=f"{name} is not the file that the release's record names.")
    yield from _against_the_ledger(facts.released, facts)
    if (signed := people_who_checked(facts.released)) < CHECKERS:
        may_wait = facts.released.is_draft or at_once
        result: Result | None = "not_yet" if may_wait else None
        yield Problem(where=where, says=f"{signed} of two people have checked this release.", result=result)


def _against_the_ledger(released: Released, facts: RunFacts) -> Iterator[Problem]:
    """Manifest and record vouch for each file; that nobody exchanged them, too, only the ledger can say."""
    steps = [entry for entry in facts.ledger if entry.event in (Event.REPORT_STAGED, Event.REPORT_RELEASED)]
    steps = [entry for entry in steps if entry.facts["period"] == facts.period]
    last = [entry.facts for entry in steps if entry.event is Event.REPORT_RELEASED][-1:]
    if not last or not released.manifest_sha256 or released.is_draft:
        return
    # A run that was cut off between publishing and its line in the ledger: the next one writes the line.
    is_cut_off = steps[-1].event is Event.REPORT_STAGED
    if is_cut_off and released.manifest_sha256 == steps[-1].facts["manifest_sha256"]:
        return
    if released.manifest_sha256 != last[0]["manifest_sha256"]:
        says = "manifest.json is not the one that the ledger says was released."
        yield Problem(where="public/manifest.json", says=says)
    elif released.record_sha256 != last[0].get("record_sha256", released.record_sha256):
        says = "release_record.json is not the file that the ledger names."
        yield Problem(where="public/release_record.json", says=says)


def _same(name: str, digests: dict[str, str], record: object) -> bool:
    files = record.get("files", {}) if isinstance(record, dict) else {}
    return digests.get(name) == files.get(name)


def people_who_checked(released: Released) -> int:
    """How many people, each with a name and a key of their own."""
    names = {name.casefold() for name, _ in released.checkers}
    return min(len(names), len({key for _, key in released.checkers}))


RULES = (outputs_are_declared, counts_agree, releases_do_not_differ_by_a_few, release_is_recorded)
