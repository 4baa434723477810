"""The measured sections of ``docs/benchmarks.md``: what was run, what each column means, the tables."""

import argparse
import platform
from collections.abc import Sequence
from importlib.metadata import version

from linkage.standardise import STANDARDISER
from tests.bench import clear_text, clkhash_peer, sets, tables, weak_spots
from tests.bench.page import bullets
from tests.bench.pseudo import PSEUDOPEOPLE_SEED
from tests.bench.results import Row

_PACKAGES = ("splink", "duckdb", "numpy", "pyarrow", "pandas")
_COPIED = "Written by `make bench-linkage`; what it found is copied here, not typed."


def accuracy(rows: Sequence[Row], absent: Sequence[str], options: argparse.Namespace) -> str:
    """Pairs, people, time and memory, and how joinedup stands to clear text."""
    parts = [
        "## Linkage accuracy",
        _COPIED,
        bullets([*_methods(), _seeds(options), _versions(rows), _when(rows), *_older(rows)]),
        "### How joinedup stands to clear text\n\n" + tables.stands(rows) + "\n\n" + bullets(_STANDS),
        "### Pairs\n\n" + tables.pairs(rows) + "\n\n" + bullets(_PAIRS),
        "### People, time and memory\n\n" + tables.people(rows) + "\n\n" + bullets(_PEOPLE),
    ]
    if absent:
        parts.append("Not measured this time:\n\n" + bullets(absent))
    return "\n\n".join(parts) + "\n"


def calibration(rows: Sequence[Row], absent: Sequence[str], options: argparse.Namespace) -> str:
    """Predicted probabilities against truth."""
    kept = [row for row in rows if row.outcome.calibration]
    parts = [
        "## Linkage calibration",
        f"{_COPIED} Of the pairs given a probability of about 0.8, about 80 in 100 should be one person.",
        "### Expected calibration error\n\n" + tables.calibration_errors(kept),
        bullets([*_CALIBRATION, *_older(kept)]),
        "### Ten bins\n\n" + tables.calibration_bins(kept)
        + "\n\nEach cell: mean predicted probability → share that is one person (scored pairs in that bin).",
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def weak(rows: Sequence[Row], absent: Sequence[str], options: argparse.Namespace) -> str:
    """Sets made to be hard for clear text's defaults."""
    parts = [
        "## Where clear text is weak",
        f"{_COPIED} Small made-up sets (`tests/bench/weak_spots.py`, seed {weak_spots.SEED}): two sources about"
        f" {weak_spots.PEOPLE:,} people with the same everyday errors in every set (misspelt names, moves, slips in"
        " birth dates, missing values), and in each set one thing more. joinedup runs its default config; Splink its"
        " own blocking as above. Everything is at the default threshold.",
        bullets([*(f"**{spot.title}**: {spot.what}" for spot in weak_spots.SPOTS.values()), *_older(rows)]),
        tables.weak(rows),
    ]
    return "\n\n".join(parts) + "\n"


def _methods() -> list[str]:
    return [
        f"All methods read the same rows and fields, spelt by the same standardiser ({STANDARDISER}); each ran alone in"
        " a process of its own, on two cores. Only the blocking differs where a row says so.",
        "**joinedup**: keyed, block-salted encodings; no labels; the threshold that ships.",
        f"**Splink, clear text**: chance agreement from {clear_text.U_PAIRS:,} random pairs (seed {clear_text.SEED}),"
        " EM in several blocks, no labels, term frequencies on names, its own comparisons of dates and postcodes. Given"
        " to it with the truth at hand: loose blocking rules that find most true pairs, and the better of its name"
        " comparisons for each kind of set (`tests/bench/clear_text_rules.py`). These rules include a name alone and a"
        " birth date alone, which joinedup refuses: they would expose people.",
        "**clkhash + anonlink**: one Bloom filter of 1,024 bits a record over the same fields, Dice similarity, no"
        f" weights; sets up to 50,000 records. Its default threshold is {clkhash_peer.DEFAULT_THRESHOLD}, that of"
        " anonlink's tutorial. With every pair compared, only pairs at 0.7 or above are held.",
        "FEBRL, historical figures, pseudopeople: rules chosen to suit each set (`tests/real/projects.py`), not the"
        " default config; the synthetic ICS runs the demo's config, and every record counts (no opt-outs).",
        "pseudopeople: five files about the same people (census, social security, two taxes, infant nutrition); its"
        " social security number stands for the NHS number, its address for the property number; truth is its"
        " `simulant_id`. Three-fold noise: every probability of an error times three.",
    ]


def _seeds(options: argparse.Namespace) -> str:
    return (
        f"Seeds: {sets.SHUFFLE_SEED} orders the rows, {options.seed} makes the synthetic ICS, {PSEUDOPEOPLE_SEED}"
        " and following make pseudopeople's files."
    )


def _versions(rows: Sequence[Row]) -> str:
    elsewhere = {name: text for row in rows for name, text in row.outcome.versions.items()}
    named = [*((name, version(name)) for name in _PACKAGES), *sorted(elsewhere.items())]
    return f"Python {platform.python_version()}, " + ", ".join(f"{name} {text}" for name, text in named) + "."


def _when(rows: Sequence[Row]) -> str:
    days = sorted({row.machine["day"] for row in rows})
    loads = sorted(float(row.machine["load"]) for row in rows)
    if not rows:
        return "Nothing measured yet."
    span = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return (
        f"Measured {span} on {rows[-1].machine['processors']} processors that were shared with other work (load"
        f" {loads[0]:.0f} to {loads[-1]:.0f}): times are upper bounds, shares are exact."
    )


def _older(rows: Sequence[Row]) -> list[str]:
    older = any(not row.by_this_code for row in rows)
    return (
        ["† measured before the code last changed; the next `make bench-linkage` measures it again."] if older else []
    )


_STANDS = [
    "F1 ratio: joinedup's F1 at its default threshold, which needs no labels, over Splink's at the threshold that the"
    " truth shows to be best.",
    "Precision wanted: 0.99 where Splink has that at its best threshold, else what Splink has there.",
    "Blocking recall: joinedup's minus Splink's with its own loose rules, in points.",
]
_PAIRS = [
    "Compared: share of true pairs that some blocking rule brought together: no recall can be higher.",
    "P, R, F1: precision, recall and their harmonic mean over pairs of records, first at the default threshold, then at"
    " the threshold that has the best F1. The best needs labels; no user has it.",
]
_PEOPLE = [
    "P, R, F1: over pairs of records in one person after joining, which adds what follows from other pairs. B³: mean"
    " over records, so that large people do not count for more.",
    "People at: joinedup's people are those at its default threshold; its peers' are those at whichever of six"
    " thresholds gives the best B³, which needs labels.",
    "Encode: standardise, for encodings also encode. Chance: counting chance agreement, which Splink does while it"
    " trains. joinedup's seconds include joining people; it links on one thread, Splink on two. clkhash's memory is"
    " that of its main process.",
]
_CALIBRATION = [
    "Error: the mean difference, over pairs given 0.5 or more, between predicted probability and truth, in ten bins of"
    " 0.05.",
    "Wanted: at most 0.02 on the synthetic ICS, elsewhere at most Splink's (own blocking) + 0.01.",
]
