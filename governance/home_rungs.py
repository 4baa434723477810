"""The words for what the home token adds to who can be singled out in the analysis zone, rung by rung."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Rung(NamedTuple):
    """One line of the table."""

    with_token: bool
    words: str
    unique: float
    under_5: float


_FIVE = "birth year, sex, ethnic group, first language and small area"
_RUNGS = {
    "seen": (False, "sex and the ten years of birth"),
    "seen_home_size": (True, "and how many share the home"),
    "seen_home_seen": (True, "and the sex and ten years of birth of each of them"),
    "attributes": (False, _FIVE),
    "home_size": (True, "and how many share the home"),
    "home_seen": (True, "and the sex and ten years of birth of each of them"),
    "home_attributes": (True, f"and {_FIVE} of each of them"),
    "home_graph": (
        True,
        "and every home that any record tells, and who lives or lived there, until nothing more is told",
    ),
    "home_moves": (True, "and the day on which each of them moved into each, where addresses are dated"),
}
"""What is known, and whether it takes the token to look for it; a rung with the token adds to the one above."""


def home_rungs(shares: Mapping[str, Any]) -> Iterator[Rung]:
    """Those that were measured, in order; without homes only what is known without the token."""
    for key, (with_token, words) in _RUNGS.items():
        if key in shares:
            yield Rung(with_token, words, shares[key]["unique"], shares[key]["under_5"])


def tells_homes(shares: Mapping[str, Any]) -> bool:
    """Whether what the token adds was measured."""
    return "home_graph" in shares
