"""Matching without a key: who is like whom, and which codes are frequent, beside the same of people known in clear.

The attacker encodes the people they know under a key of their own. What does not depend on the key is then the same on
both sides: similarities between records, and how often a code occurs with which others.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def dice(filters: NDArray[np.bool_]) -> Matrix:
    """Dice similarity of every two filters, shape (n, n)."""
    ones = filters.astype(np.float64)
    common, sizes = ones @ ones.T, ones.sum(axis=1)
    return 2 * common / np.maximum(sizes[:, None] + sizes[None, :], 1)


def view_similarity(views: pa.Table, records: NDArray[np.int64]) -> Matrix:
    """All that views say of who is like whom: 1 a shared block, and inside it the likeness of both names."""
    found = np.zeros((len(records), len(records)))
    for rule in np.unique(views["rule"].to_numpy()).tolist():
        own = views.filter(pa.array(views["rule"].to_numpy() == rule))
        _, inverse, sizes = np.unique(own["block"].to_numpy(), return_inverse=True, return_counts=True)
        own = own.filter(pa.array(sizes[inverse] > 1))  # who is alone in a block is like nobody
        place, block = np.searchsorted(records, own["record_id"].to_numpy()), own["block"].to_numpy()
        left, right = np.nonzero(block[:, None] == block[None, :])
        like = np.ones(len(left))
        for field in ("forename", "surname"):
            halves = [np.nan_to_num(own[f"{field}_{half}"].fill_null(0).to_numpy()) for half in ("lo", "hi")]
            like += _likeness(np.column_stack(halves).view(np.uint64), left, right)
        np.add.at(found, (place[left], place[right]), like)
    np.fill_diagonal(found, 0)
    return found


def across_blocks(views: pa.Table, records: NDArray[np.int64], rule: int) -> Matrix:
    """Likeness of surname sketches of one rule whatever the block: what an attacker who ignores the salt sees."""
    own = views.filter(pa.array(views["rule"].to_numpy() == rule))
    place = np.searchsorted(records, own["record_id"].to_numpy())
    words = np.column_stack([own[f"forename_{half}"].fill_null(0).to_numpy() for half in ("lo", "hi")]).view(np.uint64)
    left, right = (part.ravel() for part in np.indices((len(words), len(words))))
    found = np.zeros((len(records), len(records)))
    found[place[left], place[right]] = _likeness(words, left, right)
    np.fill_diagonal(found, 0)
    return found


def _likeness(words: NDArray[np.uint64], left: NDArray[np.intp], right: NDArray[np.intp]) -> Matrix:
    """Dice of 128-bit sketches."""
    sizes = np.bitwise_count(words).sum(axis=1).astype(float)
    common = np.bitwise_count(words[left] & words[right]).sum(axis=1)
    return 2 * common / np.maximum(sizes[left] + sizes[right], 1)


def match_graphs(known: Matrix, seen: Matrix, rounds: int = 20) -> NDArray[np.int64]:
    """For each record seen, the known one it is taken for: shape (n,).

    Starts from how alike each record is to its nearest, and those to theirs; then again and again from its likeness to
    the records that were matched most clearly in the round before, more of them each round.
    """
    known, seen = known.copy(), seen.copy()
    np.fill_diagonal(known, 0)
    np.fill_diagonal(seen, 0)
    ours, theirs = _profile(known), _profile(seen)
    score = 2 * theirs @ ours.T - (theirs**2).sum(axis=1)[:, None] - (ours**2).sum(axis=1)[None, :]
    matched, margin = _one_to_one(score)
    known, seen = _centred(known), _centred(seen)
    for turn in range(rounds):
        trusted = np.argsort(-margin, kind="stable")[: max(20, len(known) * 3 * (turn + 1) // (2 * rounds))]
        matched, margin = _one_to_one(_unit(seen[:, trusted]) @ _unit(known[:, matched[trusted]]).T)
    return matched


_RANKS = (0, 1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300)


def _profile(like: Matrix) -> Matrix:
    """What a record's likenesses look like, whoever the others are: its own, its neighbours', and theirs."""
    falling = -np.sort(-like, axis=1)[:, [rank for rank in _RANKS if rank < len(like)]]
    apart = like - like.mean(axis=1, keepdims=True)
    moments = np.column_stack([like.mean(axis=1), like.std(axis=1), (apart**3).mean(axis=1), (apart**4).mean(axis=1)])
    weight = like**6
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    own = _standard(np.hstack([falling, moments]))
    near = _standard(weight @ own)
    return np.hstack([own, near, _standard(weight @ near)])


def _standard(columns: Matrix) -> Matrix:
    return (columns - columns.mean(axis=0)) / np.maximum(columns.std(axis=0), 1e-12)


def _centred(like: Matrix) -> Matrix:
    return like - like.mean(axis=0) - like.mean(axis=1)[:, None] + like.mean()


def _unit(rows: Matrix) -> Matrix:
    apart = rows - rows.mean(axis=1, keepdims=True)
    return apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-12)


def _one_to_one(score: Matrix) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Greedy: pairs that are each other's best, again and again among the rest; and how clear each choice was."""
    top = np.partition(score, -2, axis=1)[:, -2:]
    margin, left = top[:, 1] - top[:, 0], score.copy()
    matched = np.full(len(score), -1, np.int64)
    while (matched < 0).any():
        best, back = left.argmax(axis=1), left.argmax(axis=0)
        agreed = np.flatnonzero((matched < 0) & (back[best] == np.arange(len(score))))
        if not len(agreed):
            agreed = np.flatnonzero(matched < 0)[:1]
        matched[agreed] = best[agreed]
        left[agreed, :] = -np.inf
        left[:, best[agreed]] = -np.inf
    return matched, margin


def frequency_attack(known: NDArray[np.int64], seen: NDArray[np.int64], rounds: int = 4) -> NDArray[np.int64]:
    """For each record seen, the known one of the same frequencies, or -1 where that is not one on each side.

    Args:
        known: Codes of the known people's fields, shape (n, fields), 0 where there is none.
        seen: The same of the records seen, under another key: only how often codes occur together is comparable.
        rounds: How far away what is told may be: codes of records that share codes, and so on.
    """
    both = np.concatenate([known, seen])
    side = np.repeat([0, 1], [len(known), len(seen)])
    colour = np.zeros(len(both), np.int64)
    for _ in range(rounds):
        parts = [colour]
        for field in range(both.shape[1]):
            parts.append(_told_by(both[:, field], side, colour))
        colour = np.unique(np.column_stack(parts), axis=0, return_inverse=True)[1].reshape(-1)
    ours, theirs = colour[: len(known)], colour[len(known) :]
    counts = np.bincount(ours, minlength=colour.max() + 1), np.bincount(theirs, minlength=colour.max() + 1)
    where = np.full(colour.max() + 1, -1, np.int64)
    where[ours] = np.arange(len(known))
    return np.where((counts[0][theirs] == 1) & (counts[1][theirs] == 1), where[theirs], -1)


def _told_by(codes: NDArray[np.int64], side: NDArray[np.int64], colour: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each record: which colours share its code, and how often. Equal only where these are."""
    _, group = np.unique(np.column_stack([codes, side]), axis=0, return_inverse=True)
    # A sum of random numbers, one a colour, stands for the multiset of colours.
    drawn = np.random.default_rng(1).integers(0, 1 << 40, int(colour.max()) + 1)
    sums = np.zeros(int(group.max()) + 1, np.int64)
    np.add.at(sums, group.reshape(-1), drawn[colour])
    return np.where(codes == 0, -1, sums[group.reshape(-1)])
