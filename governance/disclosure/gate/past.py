"""Releases that are already out, read back from what was published: an attacker has them too."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from governance.area_folders import FOLDER, parted
from governance.disclosure.cell_key import CellKeyRule
from governance.disclosure.counts_file import COUNTS_FILE, MEASURES_FILE, undefused
from governance.disclosure.gate.published import Ends, Published
from governance.disclosure.measures import count_names
from governance.disclosure.midpoint import MidpointRule
from governance.disclosure.protect import CellKey
from governance.disclosure.rounding import SYMBOLS, CountRule, RoundingRule, SafeCell, Status
from governance.errors import PolicyRefusal
from governance.store import current, read_manifest

PEOPLE = "people"
"""Unit of measures of which part and whole are people."""

_WITHDRAWAL = "withdrawal"
"""A notice that stands where a report stood: it has no numbers."""

_STATUS = {symbol: status for status, symbol in SYMBOLS.items()}
_RULES: Mapping[str, type[Any]] = {rule.__name__: rule for rule in (CellKeyRule, MidpointRule, RoundingRule)}


def rule_facts(rule: CountRule) -> dict[str, Any]:
    """A rule as a manifest keeps it, from which :func:`read_releases` makes it again."""
    return {"kind": type(rule).__name__, **asdict(rule)}  # type: ignore[call-overload]


def read_releases(public: Path) -> Iterator[Published]:
    """Everything that was ever published, oldest period first: a report that was replaced has been read all the same.

    Args:
        public: The public zone, one folder a period.

    Raises:
        PolicyRefusal: What was published cannot be read, so nobody can say what it gives away together with the new.
    """
    for folder in sorted(path for path in public.glob("*") if (path / "current").exists()):
        seen: list[Published] = []
        for content in [*_replaced(folder), current(folder)]:
            if read_manifest(content).get("kind") == _WITHDRAWAL:
                continue  # what it is about lies beside it, and is known for good
            found = _read(content, folder.name)
            if found not in seen:
                seen.append(found)
                yield found


def read_current(folder: Path) -> Published | None:
    """What readers are led to of one period.

    Args:
        folder: The period's folder in the public zone.

    Returns:
        None where nothing is published, or a notice of withdrawal stands in its place.

    Raises:
        PolicyRefusal: It cannot be read.
    """
    if not (folder / "current").exists() or read_manifest(current(folder)).get("kind") == _WITHDRAWAL:
        return None
    return _read(current(folder), folder.name)


def _replaced(folder: Path) -> Iterator[Path]:
    """Contents that readers are not led to any more, oldest first."""
    now = current(folder)
    others = (path.parent for path in folder.glob("[!.]*/manifest.json") if path.parent != now)
    return iter(sorted(others, key=lambda path: path.stat().st_mtime_ns))


def _read(folder: Path, period: str) -> Published:
    facts = read_manifest(folder)
    try:
        rule = dict(facts["rule"])
        made: CountRule = _RULES[rule.pop("kind")](**rule)
        rows = _rows(folder / COUNTS_FILE)
        cells = {_key(row, row["measure"]): _cell(row["people"], made) for row in rows}
        spans = dict(_spans(rows))
        for path in sorted(folder.glob(f"{FOLDER}/*/{COUNTS_FILE}")):
            area, _ = parted(path.relative_to(folder).as_posix())
            in_area = _rows(path)
            found = ((_key(row, row["measure"]), _cell(row["people"], made)) for row in in_area)
            cells |= {key._replace(area=area): cell for key, cell in found}
            spans |= {key._replace(area=area): ends for key, ends in _spans(in_area)}
        for row in _rows(folder / MEASURES_FILE):
            if row["unit"] == PEOPLE:
                for name, column in zip(count_names(row["measure"]), ("part", "whole"), strict=True):
                    cells.setdefault(_key(row, name), _cell(row[column], made))
    except (OSError, KeyError, ValueError, TypeError):
        raise _unreadable(period) from None
    versions = {r["cohort"]: r["version"] for r in rows}
    return Published(period=period, rule=made, cells=cells, versions=versions, spans=spans)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: undefused(cell) for name, cell in row.items()} for row in csv.DictReader(file)]


def _key(row: Mapping[str, str], measure: str) -> CellKey:
    return CellKey(row["cohort"], measure, row["dimension"], row["group"])


def _spans(rows: Iterable[Mapping[str, str]]) -> Iterator[tuple[CellKey, Ends]]:
    """Where they are told: releases made before they were say nothing of them."""
    yield from ((_key(row, row["measure"]), Ends(int(row["low"]), int(row["high"]))) for row in rows if row.get("low"))


def _cell(text: str, rule: CountRule) -> SafeCell:
    if text in _STATUS:
        return SafeCell(_STATUS[text], None, text)
    people = int(text)
    return SafeCell(Status.SHOWN, people, f"{people:,}", rule.give if people else 0)


def _unreadable(period: str) -> PolicyRefusal:
    return PolicyRefusal(
        f"The counts published for {period} cannot be read, or do not say which rule they obey.",
        why="A new release may give small counts away together with an earlier one, so the earlier one must be known.",
        fix=f"Restore zones/public/{period} from a backup, or run `joinedup report DIR --period {period}` again.",
        code="E-GATE-PAST",
    )
