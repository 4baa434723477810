"""What the growth benchmark measured, kept between runs, and the section of the page made from it."""

import json
import os
import platform
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.page import bullets, table
from tests.bench.scale_sets import SOURCES

HEADING = "## Scale"
THIS_RUN = time.strftime("%Y-%m-%d %H:%M")
"""Marks what was measured now; rows of earlier runs say when they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One method at one size, in a process of its own."""

    seconds: float
    alike: float
    """Seconds of what both methods do: training, finding and comparing pairs, weighing, joining into people."""
    processor: float
    """Seconds of all threads together."""
    peak_mib: float
    pairs: int
    people: int
    steps: Mapping[str, float]
    python_calls: int = 0
    """Of any Python function in the whole run: it does not grow with records where nothing is done record by record."""
    most_called: tuple[tuple[str, int], ...] = ()
    """Python functions called most often."""
    failed: str = ""
    """Why there are no figures."""
    load: float = 0.0
    """Processes that wanted a processor at the end."""
    when: str = THIS_RUN


class Kept:
    """A file of what was measured, by number of records asked for and method; what is measured again is replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path
        held = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self._rows: dict[int, dict[str, Any]] = {int(size): row for size, row in held.items()}

    def put(self, size: int, records: int, method: str, found: Measured) -> None:
        """Keep a figure, at once: a run that is stopped later loses nothing."""
        self._rows.setdefault(size, {})["records"] = records
        self._rows[size][method] = asdict(found)
        self._path.write_text(json.dumps(self._rows, indent=1), encoding="utf-8")

    def sizes(self) -> list[tuple[int, Measured, Measured | None]]:
        """Records, joinedup and Splink, smallest first; sizes without joinedup are left out."""
        rows = [self._rows[size] for size in sorted(self._rows) if "joinedup" in self._rows[size]]
        return [(row["records"], Measured(**row["joinedup"]), _peer(row)) for row in rows]


def _peer(row: Mapping[str, Any]) -> Measured | None:
    return Measured(**row["splink"]) if "splink" in row else None


def section(kept: Kept) -> str:
    """The section of the page."""
    sizes = kept.sizes()
    records, largest, _ = sizes[-1]
    return "\n\n".join(
        [
            HEADING,
            "Written by `make bench-scale`.",
            bullets(_how()),
            table(_HEAD, [_row(*size) for size in sizes]),
            bullets(_read_as(sizes)),
            f"### Where the time goes at {records:,} records",
            table(("step of joinedup", "s"), [[name, f"{spent:.1f}"] for name, spent in largest.steps.items()]),
            _calls(sizes),
        ]
    )


def _how() -> list[str]:
    packages = ", ".join(f"{name} {version(name)}" for name in ("splink", "duckdb", "numpy", "pyarrow"))
    return [
        f"The synthetic ICS made larger, its {SOURCES} largest sources; above 900,000 people, two neighbouring areas.",
        "Splink on clear text: tuned as in the accuracy section, the same blocks and cap, from a loaded table to"
        " clusters; standardising and reading are not counted for it. Its clusters have at most one record of a source"
        " that keeps one a person (`cluster_using_single_best_links`), as joinedup's have.",
        "Same steps: of joinedup, all but reading packages and giving person ids; of Splink, all. Ratios are joinedup's"
        " seconds over Splink's.",
        "Whole link step: joinedup from the sources' sealed packages on disk to the person index, training included.",
        "Each method ran in a process of its own; memory is the most that process held. joinedup spills nothing: its"
        " warehouse has no temporary files, and would stop instead. Splink may spill, in clear.",
        f"{os.cpu_count()} cores. Load is the number of processes that wanted one at the end: above two, other work ran"
        " beside, and seconds are longer than on a quiet machine.",
        f"Python {platform.python_version()}, {packages}.",
    ]


_HEAD = (
    *("records", "pairs", "people", "joinedup, same steps (s)", "Splink, same steps (s)", "ratio"),
    *("joinedup, whole link step (s)", "ratio", "joinedup MiB", "Splink MiB", "load", "measured"),
)


def _row(records: int, ours: Measured, peer: Measured | None) -> list[str]:
    own = [f"{records:,}", f"{ours.pairs:,}", f"{ours.people:,}", f"{ours.alike:.0f}"]
    seconds, ratios, memory = "not run", ["", ""], ""
    if peer and peer.failed:
        seconds = peer.failed
    elif peer:
        seconds, memory = f"{peer.alike:.0f}", f"{peer.peak_mib:,.0f}"
        ratios = [f"{one / peer.alike:.2f}" for one in (ours.alike, ours.seconds)]
    load = f"{ours.load:.0f}" + (f", {peer.load:.0f}" if peer else "")
    last = [f"{ours.seconds:.0f}", ratios[1], f"{ours.peak_mib:,.0f}", memory, load, ours.when]
    return [*own, seconds, ratios[0], *last]


def _read_as(sizes: list[tuple[int, Measured, Measured | None]]) -> list[str]:
    """Splink's own steps beside, as joining one record a source is dear, and processor seconds."""
    said = []
    for records, ours, peer in sizes:
        if peer and not peer.failed:
            steps = ", ".join(f"{name} {spent:.0f} s" for name, spent in peer.steps.items())
            without = next(iter(peer.steps.values()))
            said.append(
                f"{records:,} records: Splink spent {steps}; joinedup's same steps, joining included, are"
                f" {ours.alike / without:.2f} of the first alone. Processor seconds: {ours.processor:.0f} of joinedup"
                f" (whole), {peer.processor:.0f} of Splink. Splink scored {peer.pairs:,} pairs: its records have"
                " one name each."
            )
    return said


def _calls(sizes: list[tuple[int, Measured, Measured | None]]) -> str:
    """How often Python was called, and by what: the profile that shows that no record is handled by itself."""
    (few, less, _), (many, more, _) = sizes[0], sizes[-1]
    growth = (more.python_calls - less.python_calls) / max(many - few, 1)
    counts = ", ".join(f"{ours.python_calls:,} at {records:,} records" for records, ours, _ in sizes)
    top = "; ".join(f"`{name}` {calls:,}" for name, calls in more.most_called)
    return (
        f"Calls of Python functions in the whole run, as the profiler counts them: {counts}. That is {growth:.3f} for"
        f" each record more. Called most at {many:,}: {top}. These belong to writing and reading SQL, which takes the"
        " same calls for any number of records."
    )
