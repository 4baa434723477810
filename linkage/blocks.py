"""Blocking: who may be compared with whom, as keyed block codes, and a salt for everything inside a block."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from governance.keys.ring import Secret
from governance.pseudonym import cbc_mac
from governance.settings import BlockingRule
from linkage.standardise import STANDARDISER
from linkage.values import Components, length_prefixed


@dataclass(frozen=True, slots=True)
class Views:
    """The rows that have every component of one rule: as the rule sees them."""

    rows: NDArray[np.int64]
    """Shape (v,): positions in the component table."""
    block: NDArray[np.int64]
    """Shape (v,): equal where and only where all components are equal."""
    salt: NDArray[np.uint64]
    """Shape (v,): never stored; sketches inside the block are made with it."""


def rule_id(rule: BlockingRule) -> int:
    """64-bit digest of a rule's components in order, their number, and the standardiser version."""
    text = length_prefixed(*rule.components, STANDARDISER, str(len(rule.components)))
    return int.from_bytes(sha256(text).digest()[:8], "little")


def views_of(
    rule: BlockingRule,
    found: Components,
    *,
    block_key: Secret,
    salt_key: Secret,
    span: slice = slice(None),
    sent: NDArray[np.bool_] | None = None,
) -> Views:
    """Block codes and salts of every row, or every row of a span, that has all of the rule's components.

    Rows that are not in ``sent`` (:func:`linkage.crowds.rows_sent`) have no view.
    """
    parts = [found.ids(component) for component in rule.components]
    there = np.logical_and.reduce([present[span] for _, present in parts])
    if sent is not None:
        there = there & sent[span]
    rows = np.flatnonzero(there) + (span.start or 0)
    # The rule id and the number of components come first: inputs of different lengths are never prefixes.
    head = np.array([rule_id(rule), len(parts)], np.uint64)
    blocks = np.zeros((len(rows), 2 + len(parts) + len(parts) % 2), np.uint64)
    blocks[:, :2] = head
    for position, (ids, _) in enumerate(parts):
        blocks[:, 2 + position] = np.take(ids, rows)
    block = cbc_mac(blocks, block_key)[:, 0].view(np.int64)
    return Views(rows, block.copy(), cbc_mac(blocks, salt_key)[:, 0].copy())
