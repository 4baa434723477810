"""Names by community, sex and birth cohort, drawn whole arrays at a time as codes into one vocabulary."""

from dataclasses import dataclass, field
from random import Random

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows.demo import name_lists
from flows.demo.draws import Codes, Rng
from flows.demo.variants import fold, misread, rejoined, short_forms, slip, spellings

COHORT_STARTS = (1900, 1950, 1970, 1990, 2008)
SLIPS = 4
"""Different typing slips kept for each name."""


@dataclass(slots=True)
class Vocabulary:
    """Every text that can stand in a name column, once; records hold positions in it."""

    text: list[str] = field(default_factory=list)
    position: dict[str, int] = field(default_factory=dict)

    def add(self, name: str) -> int:
        """Position of ``name``, added if new."""
        if name not in self.position:
            self.position[name] = len(self.text)
            self.text.append(name)
        return self.position[name]

    def add_all(self, names: list[str]) -> Codes:
        """Positions of ``names``."""
        return np.array([self.add(name) for name in names], np.int32)


@dataclass(frozen=True, slots=True)
class Pool:
    """Names with their frequencies."""

    codes: Codes
    cumulative: NDArray[np.float64]

    def draw(self, rng: Rng, size: int) -> Codes:
        """Names in proportion to their frequency."""
        at = np.searchsorted(self.cumulative, rng.random(size) * self.cumulative[-1], side="right")
        drawn: Codes = self.codes[np.minimum(at, len(self.codes) - 1)]
        return drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Pools to draw from, and for every name the ways it is also written (as positions in ``text``)."""

    text: pa.Array
    upper: pa.Array
    forenames: dict[tuple[int, int, int], Pool]
    """By community, sex and birth cohort."""
    surnames: dict[tuple[int, int], Pool]
    """By community and sex."""
    short: Codes
    spelling: Codes
    plain: Codes
    misread: Codes
    rejoined: Codes
    female: Codes
    """The form a woman bears: Kowalska for Kowalski."""
    male: Codes
    """And the form a man bears."""
    slips: Codes
    """Shape (names, SLIPS)."""
    double: Pool
    """Double-barrelled surnames."""
    baby: int
    """Position of "Baby", which stands in for a name not yet given."""

    def draw_forenames(self, rng: Rng, community: Codes, sex: NDArray[np.int8], birth_year: Codes) -> Codes:
        """One forename each."""
        cohort = np.searchsorted(COHORT_STARTS, birth_year, side="right") - 1
        found = np.zeros(len(community), np.int32)
        for (who, which, when), pool in self.forenames.items():
            rows = np.flatnonzero((community == who) & (sex == which) & (cohort == when))
            found[rows] = pool.draw(rng, len(rows))
        return found

    def draw_surnames(self, rng: Rng, community: Codes, sex: NDArray[np.int8]) -> Codes:
        """One surname each, in the form that sex bears."""
        found = np.zeros(len(community), np.int32)
        for (who, which), pool in self.surnames.items():
            rows = np.flatnonzero((community == who) & (sex == which))
            found[rows] = pool.draw(rng, len(rows))
        return found


def make_names(rng: Rng) -> Names:
    """Build every pool once from Faker's lists, then every name's variants."""
    words = Vocabulary()
    forenames = {}
    surnames = {}
    for who, community in enumerate(name_lists.COMMUNITIES):
        for sex in (0, 1):
            listed = name_lists.forenames(community, sex, rng)
            codes = words.add_all([name for name, _, _ in listed])
            for cohort, start in enumerate(COHORT_STARTS):
                forenames[who, sex, cohort] = _pool(codes, _cohort_weights(listed, start))
            family = name_lists.surnames(community, sex, rng)
            surnames[who, sex] = _pool(words.add_all(list(family)), np.array(list(family.values())))
    double = _double_barrelled(rng, words, surnames[0, 0])
    words.add("Baby")
    return _with_variants(rng, words, forenames, surnames, double)


def _pool(codes: Codes, weights: NDArray[np.float64]) -> Pool:
    return Pool(codes, np.cumsum(weights))


def _cohort_weights(listed: list[tuple[str, float, int]], start: int) -> NDArray[np.float64]:
    """A name is most given around its peak year."""
    middle = max(start, 1935) + 10
    weights = np.array([weight for _, weight, _ in listed])
    peaks = np.array([peak for _, _, peak in listed])
    fashion = np.where(peaks == name_lists.TIMELESS, 0.2, np.exp(-(((middle - peaks) / 18.0) ** 2)))
    cohort_weights: NDArray[np.float64] = weights * (fashion + 0.02)
    return cohort_weights


def _double_barrelled(rng: Rng, words: Vocabulary, pool: Pool) -> Pool:
    left, right = pool.draw(rng, 600), pool.draw(rng, 600)
    names = [f"{words.text[a]}-{words.text[b]}" for a, b in zip(left, right, strict=True) if a != b]
    return _pool(words.add_all(names), np.ones(len(names)))


def _with_variants(
    rng: Rng,
    words: Vocabulary,
    forenames: dict[tuple[int, int, int], Pool],
    surnames: dict[tuple[int, int], Pool],
    double: Pool,
) -> Names:
    base = list(words.text)
    dice = Random(int(rng.integers(2**32)))  # one name at a time, for which NumPy is slow
    short, other = short_forms(), spellings()
    variants = {
        "short": [_one_of(dice, short.get(name, ()), name) for name in base],
        "spelling": [_one_of(dice, other.get(name, ()), name) for name in base],
        "plain": [fold(name) for name in base],
        "misread": [misread(name) for name in base],
        "rejoined": [rejoined(name) for name in base],
        "female": [name_lists.female_form(name) for name in base],
        "male": [name_lists.male_form(name) for name in base],
    }
    codes = {kind: words.add_all(names) for kind, names in variants.items()}
    slips = np.column_stack([words.add_all([slip(dice, name) for name in base]) for _ in range(SLIPS)])
    # Names that arose as variants have no variants of their own.
    extra = np.arange(len(base), len(words.text), dtype=np.int32)
    codes = {kind: np.r_[found, extra] for kind, found in codes.items()}
    codes["plain"] = words.add_all([fold(name) for name in words.text])
    text = pa.array(words.text)
    return Names(
        text=text,
        upper=pa.compute.utf8_upper(text),
        forenames=forenames,
        surnames=surnames,
        slips=np.vstack([slips, np.column_stack([extra] * SLIPS)]),
        double=double,
        baby=words.position["Baby"],
        **_to_length(codes, len(words.text)),
    )


def _to_length(codes: dict[str, Codes], length: int) -> dict[str, Codes]:
    """Pad each map with itself: the last names added are their own variants."""
    return {kind: np.r_[found, np.arange(len(found), length, dtype=np.int32)] for kind, found in codes.items()}


def _one_of(dice: Random, options: tuple[str, ...], otherwise: str) -> str:
    return dice.choice(options) if options else otherwise
