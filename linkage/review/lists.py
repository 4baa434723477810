"""What leaves for review: patterns across sources, never with a record; pairs inside a source, for its controller.

To tell a council that its client is known to the police is a disclosure, so across sources nobody is shown which
records a pattern belongs to. A pattern that few pairs share might still be recognised by someone who knows a person
in both places: it is told more coarsely, and if that does not help, not at all.
"""

import hmac
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from governance.keys.ring import Secret
from linkage.review.draw import Drawn, Frame, draw, frame
from linkage.review.words import Wording, codes, wording

_ROUND_TO = 5


@dataclass(frozen=True, slots=True)
class Review:
    """One draw, and everything shown of it."""

    sample: pa.Table
    """One row per pair drawn: stratum, source_l, record_id_l, source_r, record_id_r, weight, joined, item, pattern_item
    (null inside a source, and where the pattern is withheld). Stays in the linkage zone."""
    strata: pa.Table
    """One row per source pair and weight band, with exact sizes. Stays in the linkage zone."""
    patterns: pa.Table
    """Across sources: item, sources, weight, joined, pairs, one column a comparison. No record, no exact count."""
    pairs: pa.Table
    """One row per pair drawn: item, both sources and record ids, weight, joined, one column a comparison. Sealed."""
    withheld: int
    """Pairs drawn across sources whose pattern too few share to be shown."""


def make_review(
    scored: pa.Table, agreement: pa.Table, *, threshold: float, key: Secret, pairs: int, hidden_up_to: int
) -> Review:
    """Draw pairs and write down what reviewers see of them.

    Args:
        scored: ``scored_pair`` of a run.
        agreement: ``agreement_pattern`` of the same run.
        threshold: The run's threshold probability.
        key: Of this draw.
        pairs: How many pairs a list holds at most.
        hidden_up_to: A pattern shared by so few pairs, or fewer, is not told (the policy's small-number rule).
    """
    words, framed = wording(agreement), frame(scored, threshold)
    drawn = draw(scored, framed, key, pairs)
    across = np.not_equal(scored["source_l"].to_numpy(), scored["source_r"].to_numpy())
    place = words.place(scored["pattern"].to_numpy().astype(np.int64))
    told = _told(framed, words, place, across, hidden_up_to)
    strata = framed.strata.take(pa.array(framed.stratum[drawn.rows]))
    texts = _texts(told[drawn.rows], words, place[drawn.rows])
    pattern_items = [
        _pattern_item(key, left, right, band, text) if text else None
        for left, right, band, text in zip(*(strata[n].to_pylist() for n in _WHERE), texts, strict=True)
    ]
    picked = scored.select(["source_l", "record_id_l", "source_r", "record_id_r", "weight"]).take(pa.array(drawn.rows))
    sample = picked.append_column("stratum", strata["stratum"]).append_column("joined", strata["joined"])
    sample = sample.append_column("item", pa.array(drawn.items, pa.string()))
    sample = sample.append_column("pattern_item", pa.array(pattern_items, pa.string()))
    shown = [words.full[at] for at in place[drawn.rows]]
    return Review(
        sample=sample.sort_by("item"),
        strata=framed.strata,
        patterns=_pattern_list(strata, pattern_items, texts, words, hidden_up_to),
        pairs=_pair_list(picked, strata, drawn, shown, words),
        withheld=int((across[drawn.rows] & (told[drawn.rows] == _WITHHELD)).sum()),
    )


_WHERE = ("source_l", "source_r", "band")
_INSIDE, _WITHHELD, _COARSE, _FULL = 0, 1, 2, 3


def _told(
    framed: Frame, words: Wording, place: NDArray[np.int64], across: NDArray[np.bool_], hidden_up_to: int
) -> NDArray[np.int8]:
    """How much of each scored pair's pattern may be told: in full, coarsely, or nothing."""
    many = _shared_by(framed.stratum, codes(words.full)[place], across) > hidden_up_to
    rest = across & ~many
    # Counted among the rest only: what is told in full could be taken away from a coarse count.
    enough = _shared_by(framed.stratum, codes(words.coarse)[place], rest) > hidden_up_to
    how = np.where(many, _FULL, np.where(enough, _COARSE, _WITHHELD))
    return np.where(across, how, _INSIDE).astype(np.int8)


def _shared_by(stratum: NDArray[np.int64], code: NDArray[np.int64], among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Shape (n,): how many of ``among`` have the same stratum and code; 0 for the others."""
    shared = np.zeros(len(stratum), np.int64)
    both = stratum[among] * (int(code.max(initial=0)) + 1) + code[among]
    _, inverse, counts = np.unique(both, return_inverse=True, return_counts=True)
    shared[among] = counts[inverse]
    return shared


def _texts(told: NDArray[np.int8], words: Wording, place: NDArray[np.int64]) -> list[tuple[str, ...] | None]:
    by = {_FULL: words.full, _COARSE: words.coarse}
    return [by[how][at] if how in by else None for how, at in zip(told.tolist(), place.tolist(), strict=True)]


def _pattern_item(key: Secret, left: str, right: str, band: str, text: tuple[str, ...]) -> str:
    message = "\x1f".join(("pattern", left, right, band, *text)).encode()
    return "p" + hmac.digest(key.reveal(), message, "sha256").hex()[:11]


def _pattern_list(
    strata: pa.Table,
    items: list[str | None],
    texts: list[tuple[str, ...] | None],
    words: Wording,
    hidden_up_to: int,
) -> pa.Table:
    """One row per pattern drawn, in the order of its random id."""
    first = {item: row for row, item in reversed(list(enumerate(items))) if item is not None}
    rows = [first[item] for item in sorted(first)]
    chosen = strata.take(pa.array(rows, pa.int64()))
    sources = zip(chosen["source_l"].to_pylist(), chosen["source_r"].to_pylist(), strict=True)
    columns = {
        "item": sorted(first),
        "sources": [f"{left} and {right}" for left, right in sources],
        "weight": chosen["band"].to_pylist(),
        "joined": _yes_or_no(chosen["joined"]),
        "pairs": [about(size, hidden_up_to) for size in chosen["size"].to_pylist()],
    }
    return _with_words(columns, [texts[row] or () for row in rows], words)


def _pair_list(
    picked: pa.Table, strata: pa.Table, drawn: Drawn, shown: list[tuple[str, ...]], words: Wording
) -> pa.Table:
    columns = {"item": drawn.items, **{name: picked[name] for name in picked.column_names if name != "weight"}}
    columns |= {"weight": strata["band"], "joined": _yes_or_no(strata["joined"])}
    return _with_words(columns, shown, words).sort_by("item")


def _with_words(columns: dict[str, object], texts: list[tuple[str, ...]], words: Wording) -> pa.Table:
    for number, comparison in enumerate(words.comparisons):
        columns[comparison.name] = [text[number] for text in texts]
    table = pa.table(columns)
    text_of = {name: pa.int64() if name.startswith("record_id") else pa.string() for name in table.column_names}
    return table.cast(pa.schema(list(text_of.items())))


def _yes_or_no(values: pa.ChunkedArray) -> list[str]:
    return ["yes" if value else "no" for value in values.to_pylist()]


def about(count: int, hidden_up_to: int) -> str:
    """A count as it may leave: small ones not told, others to the nearest five."""
    if count <= hidden_up_to:
        return f"{hidden_up_to} or fewer"
    return f"about {_ROUND_TO * round(count / _ROUND_TO):,}"
