"""Cleaned lists: the NHS numbers a source sent, less those of people who opted out."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flows.demo.draws import happens
from flows.demo.nhs_numbers import is_valid
from flows.demo.world import World
from governance.sensitive import COLUMNS

_OPTED_OUT = 0.021
_TOGETHER = 0.55
"""Chance that somebody else in the household opted out too."""


def opted_out_numbers(world: World) -> NDArray[np.int64]:
    """Numbers of the few in a hundred who opted out; kept in memory only, written nowhere."""
    rng = world.streams.rng("opt-outs")
    people = world.people
    asks = happens(rng, _OPTED_OUT, people.size)
    homes = np.unique(people.household[asks])
    joins = np.isin(people.household, homes) & happens(rng, _TOGETHER, people.size) & ~people.in_care_home
    return people.nhs_number[asks | joins]


def write_cleaned_list(sent: NDArray[np.int64], opted_out: NDArray[np.int64], path: Path) -> int:
    """Write what comes back over MESH: one number a line, a comma after it, line feeds only.

    Returns:
        How many numbers came back.
    """
    numbers = np.unique(sent[is_valid(sent)])
    kept = numbers[~np.isin(numbers, opted_out)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(f"{number},\n" for number in kept).encode("ascii"))
    return len(kept)


def write_sensitive_list(path: Path) -> None:
    """Write a list of protected records: in this made-up area nobody is under protection, so it is the header alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(",".join(COLUMNS) + "\n", encoding="ascii")
