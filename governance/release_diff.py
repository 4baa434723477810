"""What changed between two releases, from what is published of them and nothing else.

Differences are never worked out: both numbers are shown as they were released, for a difference of two rounded numbers
says less than it seems to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from governance.area_folders import WHOLE
from governance.cell_words import cohort_words, measure_words
from governance.policy.released import Released, ReleasedCell, counts_of

_ALL = "all"
_HIDDEN = "hidden"
_SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Change:
    """One number that is another."""

    cell: ReleasedCell
    old: str
    new: str
    """As released: a number or its symbol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDiff:
    """Everything that changed."""

    old: str
    """Period of the older release."""
    new: str
    policy: tuple[str, ...]
    definitions: tuple[str, ...]
    tables: tuple[str, ...]
    """In words, each."""
    numbers: tuple[Change, ...]
    """Cells that both have, with another number or symbol."""
    same: int
    """Cells that both have and that say the same."""
    now_hidden: int
    now_shown: int
    redefined: frozenset[str]
    """Cohorts whose numbers are not of the same question in both."""

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``: released numbers only."""
        return {
            "old": self.old,
            "new": self.new,
            "policy": list(self.policy),
            "definitions": list(self.definitions),
            "tables": list(self.tables),
            "numbers": [{**one.cell._asdict(), "old": one.old, "new": one.new} for one in self.numbers],
            "same": self.same,
            "now_hidden": self.now_hidden,
            "now_shown": self.now_shown,
        }

    def lines(self) -> list[str]:
        """For people: what decides the numbers first, then the whole of each cohort, then the rest in one line."""
        parts = (("Rules", self.policy), ("Definitions", self.definitions), ("Tables", self.tables))
        told = [f"The draft of {self.new} against the release of {self.old}:"]
        for title, says in parts:
            told += [f"{title}:", *(f"  {one}" for one in says)] if says else [f"{title}: as before."]
        return [*told, *self._number_lines()]

    def _number_lines(self) -> Iterator[str]:
        if not self.numbers:
            yield f"Numbers: all {self.same} are as before."
            return
        yield f"Numbers: {self.same} as before, {len(self.numbers)} changed."
        yield f"  Hidden now and shown before: {self.now_hidden}. Shown now and hidden before: {self.now_shown}."
        for one in self.numbers:
            cohort, measure, dimension, _, area = one.cell
            if dimension == _ALL:
                other = " (of another definition)" if cohort in self.redefined else ""
                told = f"{cohort_words(cohort)}{_in(area)}, {measure_words(measure)}"
                yield f"  {told}: was {one.old}, is {one.new}{other}"
        if rest := sum(one.cell[2] != _ALL for one in self.numbers):
            yield f"  {f'The other {rest} are' if rest > 1 else 'Another one is'} in breakdowns: --json lists all."


def diff_releases(old: Released, new: Released) -> ReleaseDiff:
    """Compare two releases.

    Args:
        old: Published.
        new: Published or staged.
    """
    before, after = _cells(old), _cells(new)
    both = sorted(before.keys() & after.keys())
    changes = tuple(Change(key, before[key][0], after[key][0]) for key in both if before[key] != after[key])
    turned = [(before[one.cell][1], after[one.cell][1]) for one in changes]
    definitions = tuple(_definitions(old.record, new.record))
    return ReleaseDiff(
        old=str(old.record["period"]),
        new=str(new.record["period"]),
        policy=tuple(_policy(old.record, new.record)),
        definitions=tuple(says for _, says in definitions),
        tables=tuple(_tables(before, after)),
        numbers=changes,
        same=len(both) - len(changes),
        now_hidden=turned.count((_SHOWN, _HIDDEN)),
        now_shown=turned.count((_HIDDEN, _SHOWN)),
        redefined=frozenset(cohort for cohort, _ in definitions),
    )


def _cells(released: Released) -> dict[ReleasedCell, tuple[str, str]]:
    """Number or symbol, and status, of every released count."""
    return {cell: (row["people"], row["status"]) for cell, row in counts_of(released).items()}


def _in(area: str) -> str:
    return "" if area == WHOLE else f" in the area of {area.replace('_', ' ')}"


def _policy(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in ("profile", "edition"):
        yield from _another(name, old.get(name), new.get(name))
    for part in ("rule", "policy"):
        before, after = dict(old.get(part, {})), dict(new.get(part, {}))
        for name in sorted(before.keys() | after.keys()):
            yield from _another(name, before.get(name), after.get(name))


def _another(name: str, before: object, after: object) -> Iterator[str]:
    if before != after:
        was, now = ("not said" if one is None else str(one) for one in (before, after))
        yield f"{name.replace('_', ' ')}: was {was}, is {now}"


def _definitions(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Cohort, and what became of its definition."""
    before, after = ({each["id"]: each for each in record.get("definitions", ())} for record in (old, new))
    for cohort in sorted(before.keys() | after.keys()):
        was, now = before.get(cohort), after.get(cohort)
        if was is None:
            yield cohort, f"{cohort} is new."
        elif now is None:
            yield cohort, f"{cohort} is gone."
        elif was["version"] != now["version"]:
            yield cohort, f"{cohort}: was version {was['version']}, is version {now['version']}: not the same question."
        elif was["content_sha256"] != now["content_sha256"]:
            yield cohort, f"{cohort}: the file or a code list changed, and the version did not."


def _tables(before: Mapping[ReleasedCell, object], after: Mapping[ReleasedCell, object]) -> Iterator[str]:
    """Breakdowns that only one of them has."""
    was, now = ({(cohort, dimension, area) for cohort, _, dimension, _, area in cells} for cells in (before, after))
    for cohort, dimension, area in sorted(now - was):
        yield f"{cohort} by {dimension.replace('_', ' ')}{_in(area)} is published for the first time."
    for cohort, dimension, area in sorted(was - now):
        yield f"{cohort} by {dimension.replace('_', ' ')}{_in(area)} is not published any more."
