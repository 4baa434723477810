"""What was measured, kept as JSON lines: a rerun of one set loses no other's rows, and nothing is measured twice.

A row is known by its set, its method and a digest of everything that could change it: the set's bytes and settings,
and the code that the method runs.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.bench.scores import Outcome
from tests.bench.sets import BenchSet

ROOT = Path(__file__).parents[2]

_YARDSTICK = ("linkage/evaluate.py", "tests/bench/scores.py", "linkage/calibration.py", "tests/bench/prepare.py")
_SPELLING = ("linkage/standardise.py", "linkage/values.py", "linkage/known_as.py",
             "linkage/sql/name_*.sql", "linkage/sql/identity*.sql",
             "linkage/sql/component.sql", "tests/bench/clear_*.py")  # fmt: skip
_CODE = {
    "joinedup": ("linkage/**/*.py", "linkage/**/*.sql", "tests/bench/encoded.py"),
    "splink": _SPELLING,
    "clkhash": (*_SPELLING[:-1], "tests/bench/clear_rows.py", "tests/bench/clkhash_peer.py",
                "tests/bench/elsewhere/clkhash_link.py"),
}  # fmt: skip
"""By the first word of a method: what its figures depend on."""
_OWN_BLOCKING = ("splink", "clkhash")


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, and where and when."""

    outcome: Outcome
    machine: dict[str, str]
    by_this_code: bool
    """False where the code of the method has changed since."""

    @property
    def title(self) -> str:
        """The set in words, with a dagger where the row is older than the code."""
        return self.outcome.title + ("" if self.by_this_code else " †")


class Results:
    """A file of measured rows; the last row of a set and method counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._rows: dict[tuple[str, str], dict[str, Any]] = {}
        for row in map(json.loads, lines):
            self._rows[row["outcome"]["set"], row["outcome"]["method"]] = row

    def has(self, bench: BenchSet, method: str) -> bool:
        """Whether this very thing was measured."""
        row = self._rows.get((bench.name, method))
        return row is not None and row["digest"] == digest(bench, method)

    def add(self, bench: BenchSet, outcome: Outcome, machine: dict[str, str]) -> None:
        """Keep a row at once, so that a stopped run loses nothing."""
        row = {
            "digest": digest(bench, outcome.method),
            "code": code_digest(outcome.method),
            "machine": machine,
            "outcome": outcome.as_dict(),
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        self._rows[bench.name, outcome.method] = row

    def rows(self, sets: Iterable[str], methods: Sequence[str]) -> list[Row]:
        """Rows there are, in order of sets, then methods."""
        wanted = [(name, method) for name in sets for method in methods]
        kept = [self._rows[key] for key in wanted if key in self._rows]
        now = {method: code_digest(method) for method in methods}
        return [
            Row(outcome := Outcome.from_dict(row["outcome"]), row["machine"], row.get("code") == now[outcome.method])
            for row in kept
        ]


def digest(bench: BenchSet, method: str) -> str:
    """Of a set's bytes and settings, and of the code that a method runs on it."""
    # Peers with their own blocking never see joinedup's rules: a change of these leaves their rows.
    settings = {"compare"} if method in _OWN_BLOCKING else None
    total = sha256(bench.linkage.model_dump_json(include=settings).encode())
    total.update(repr(bench.sources).encode())
    for path in sorted(bench.folder.glob("*.parquet")):
        total.update(path.read_bytes())
    total.update(code_digest(method).encode())
    return total.hexdigest()[:16]


def code_digest(method: str) -> str:
    """Of the code that a method runs."""
    total = sha256()
    for pattern in (*_CODE[method.split("_")[0]], *_YARDSTICK):
        for path in sorted(ROOT.glob(pattern)):
            total.update(path.read_bytes())
    return total.hexdigest()[:16]
