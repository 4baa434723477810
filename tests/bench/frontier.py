"""What finding more people costs: blocking recall against exposure, for rules, limits, caps and attributes.

python -m tests.bench.frontier --names names.csv --people 200000 --ics 50000 --out docs
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.csv as pa_csv

from flows.reference_people import reference_sources
from governance.settings import Linkage
from governance.settings.linkage import DEFAULT_RULES, STRICT_RULES, BlockingRule
from linkage.exposure.measure import EQUALITIES, LENGTHS, RARITY, STRUCTURE, Exposure, measure
from linkage.exposure.sent import Source
from linkage.sketch import LENGTH_BANDS
from tests.bench.blocking import Labelled, labelled, share, without_numbers
from tests.bench.frontier_plot import Dot, plot
from tests.bench.page import bullets, put, table
from tests.bench.sets import synthetic_ics

HEADING = "## Frontier"
PLOT = "images/frontier.svg"
SEED = 1
ICS_SEED = 20261123
BOLD_NINE = 9
_EXTRA = BlockingRule(id="surname_day", components=["surname", "birth_day_month_unordered"])

PRESET_NAMES = ("strict", "standard", "loose")


def configs() -> dict[str, Linkage]:
    """What is measured, by what it is called: the presets first, then one thing changed at a time."""
    open_to_all = {"max_source_records": None, "max_source_people": None}
    named = {name: Linkage.model_validate({"preset": name}) for name in PRESET_NAMES}
    return {
        **named,
        "strict, nothing left out": Linkage.model_validate({"preset": "strict", **open_to_all}),
        "bold nine of the design": Linkage(rules=[*STRICT_RULES[:BOLD_NINE], *STRICT_RULES[-4:]]),
        "standard less postcode and birth date": _standard(without="postcode_dob"),
        "standard less surname letters": _standard(without="surname_letters_initial_sex"),
        "standard less both": _standard(without="postcode_dob surname_letters_initial_sex"),
        "standard and surname with day": Linkage(rules=[*DEFAULT_RULES, _EXTRA]),
        "standard, blocks of 20 records": Linkage(max_block_records=20),
        "standard, two records a block": Linkage(max_source_records=2),
        "standard, five people a block": Linkage(max_source_people=5),
    }


def _standard(*, without: str) -> Linkage:
    return Linkage(rules=[rule for rule in DEFAULT_RULES if rule.id not in without.split()])


@dataclass(frozen=True, slots=True)
class Recall:
    """Shares of pairs that a config's rules bring together."""

    all: float
    worst: float
    worst_group: str
    no_fixed_address: float
    without_labels: float
    """Of pairs that share an NHS number, by rules that do not ask for one."""


@dataclass(frozen=True, slots=True)
class Point:
    """One config on the frontier."""

    name: str
    recall: Recall
    alone: Exposure
    both: Exposure


@dataclass(frozen=True, slots=True)
class Truth:
    """The synthetic ICS's pairs, with what is known of their person."""

    pairs: Labelled
    group: "np.ndarray[tuple[int], np.dtype[np.object_]]"
    homeless: "np.ndarray[tuple[int], np.dtype[np.bool_]]"

    def recall(self, linkage: Linkage) -> Recall:
        """Of one config."""
        found = self.pairs.found(linkage)
        groups = {str(group): share(found, self.group == group) for group in np.unique(self.group)}
        worst = min(groups, key=lambda group: groups[group])
        return Recall(
            share(found, np.ones(len(self.group), bool)),
            groups[worst],
            worst,
            share(found, self.homeless),
            share(found[without_numbers(linkage)], self.pairs.with_one_number()),
        )


def read_truth(people: int, folder: Path) -> Truth:
    """Make the synthetic ICS and read it."""
    bench = synthetic_ics(people, ICS_SEED, folder)
    pairs = labelled(bench)
    person = pa_csv.read_csv(folder / "made" / "truth" / "person.csv").to_pandas().astype({"person": str})
    told = person.set_index("person").loc[pairs.person[pairs.left]]
    return Truth(pairs, told["ethnic_group"].to_numpy(object), (told["ever_homeless"] == "yes").to_numpy())


def measured(truth: Truth, sources: list[Source]) -> Iterator[Point]:
    """Every config."""
    for name, linkage in configs().items():
        alone, both = (measure(zone, linkage, seed=SEED, seeds=(0.0,)) for zone in (sources[:1], sources))
        yield Point(name, truth.recall(linkage), alone, both)


def section(points: list[Point], attributes: list[tuple[str, Exposure]], people: int, ics: int) -> str:
    """The section of the page."""
    how = (
        f"Written by `make bench-frontier`. Recall: share of the true pairs of a synthetic ICS of {ics:,} people (seed"
        f" {ICS_SEED}) that rules bring together. Exposure: share of {people:,} made-up people with names of the"
        " measured British list who look like nobody else, without seeds; a smaller area exposes more."
    )
    notes = [
        "Without labels: of pairs that share an NHS number, those that rules without the number bring together. Any"
        " project can measure that; it is of the better served.",
        "All that codes show: length bands, missing fields and equalities inside blocks; not rarity bands.",
        "Second source: it holds 40% of people, a quarter of those twice; the intruder has exact lists of both.",
    ]
    picture = f"![Recall of blocking against exposure; every point of it stands in the table below.]({PLOT})"
    cost, choice = _attributes(attributes), _choice({point.name: point for point in points})
    parts = [HEADING, how, picture, _table(points), bullets(notes), "### What attributes cost", cost]
    return "\n\n".join([*parts, "### Why these were chosen", choice])


def _table(points: list[Point]) -> str:
    head = [
        *("Config", "Recall", "Worst ethnic group", "No fixed address", "Without labels"),
        *("Register, by structure", "all that codes show", "Second source, by structure", "all that codes show"),
    ]
    return table(head, [_row(point) for point in points])


def _row(point: Point) -> list[str]:
    found = point.recall
    recall = [f"{found.all:.3f}", f"{found.worst:.3f} ({found.worst_group})"]
    recall += [f"{found.no_fixed_address:.3f}", f"{found.without_labels:.3f}"]
    shown = [_percent(zone.unique(sees)) for zone in (point.alone, point.both) for sees in (STRUCTURE, EQUALITIES)]
    name = f"**{point.name}**" if point.name in PRESET_NAMES else point.name
    return [name, *recall, *shown]


def _attributes(attributes: list[tuple[str, Exposure]]) -> str:
    rows = [
        [name, _percent(found.unique(LENGTHS)), _percent(found.unique(EQUALITIES)), _percent(found.unique(RARITY))]
        for name, found in attributes
    ]
    head = ["Length of names, standard rules, register alone", "blocks and lengths", "all", "and rarity bands"]
    return table(head, rows)


def _percent(share_of_people: float) -> str:
    return f"{100 * share_of_people:.2f}%"


def _choice(points: dict[str, Point]) -> str:
    """Differences that the choice rests on, from the numbers above."""
    standard, strict, loose = (points[name] for name in ("standard", "strict", "loose"))
    fewer, more = points["standard less both"], points["standard and surname with day"]
    lines = [
        f"Standard brings {_points(standard.recall.all, strict.recall.all)} points more true pairs together than strict"
        f" ({_points(standard.recall.worst, strict.recall.worst)} in the worst group of each), for"
        f" {_times(standard.alone, strict.alone)} times its exposure by structure.",
        f"Loose finds {_points(loose.recall.all, standard.recall.all)} points more than standard, and with a second"
        f" source exposes {_times(loose.both, standard.both)} times as many people: worth it only where no source of"
        " that kind is large.",
        f"Two rules fewer cost {_points(standard.recall.all, fewer.recall.all)} points"
        f" ({_points(standard.recall.worst, fewer.recall.worst)} in the worst group) and leave"
        f" {_times(fewer.alone, standard.alone)} of the exposure; one more buys"
        f" {_points(more.recall.all, standard.recall.all)}, for {_times(more.alone, standard.alone)} times as much.",
    ]
    return bullets(lines)


def _points(one: float, other: float) -> str:
    return f"{100 * (one - other):.2f}"


def _times(one: Exposure, other: Exposure) -> str:
    return f"{one.unique(STRUCTURE) / max(other.unique(STRUCTURE), 1e-9):.1f}"


def main() -> None:
    """Measure, and write table and plot."""
    parser = argparse.ArgumentParser(prog="bench-frontier", description=__doc__)
    parser.add_argument("--names", type=Path, help="CSV with columns name, kind and frequency; else made-up names")
    parser.add_argument("--people", type=int, default=200_000, help="made-up people whose exposure is measured")
    parser.add_argument("--ics", type=int, default=50_000, help="people of the synthetic ICS")
    parser.add_argument("--out", type=Path, help="folder with benchmarks.md and images; else only printed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        truth = read_truth(options.ics, Path(scratch))
    sources = reference_sources(options.people, names=options.names, seed=SEED)
    points = []
    for point in measured(truth, sources):
        points.append(point)
        sys.stderr.write(" ".join(_row(point)) + "\n")
    bands = {"not told": (10**9,), "four bands (ships)": LENGTH_BANDS, "exactly": tuple(range(1, 40))}
    attributes = [
        (name, measure(sources[:1], Linkage(), seed=SEED, seeds=(0.0,), length_bands=told))
        for name, told in bands.items()
    ]
    text = section(points, attributes, options.people, options.ics)
    if options.out:
        put(options.out / "benchmarks.md", HEADING, text)
        (options.out / PLOT).write_text(plot([_dot(point) for point in points]), encoding="utf-8")
    sys.stdout.write(text + "\n")


def _dot(point: Point) -> Dot:
    chosen = point.name in PRESET_NAMES
    return Dot(point.name, point.recall.all, point.alone.unique(STRUCTURE), point.both.unique(STRUCTURE), chosen)


if __name__ == "__main__":
    main()
