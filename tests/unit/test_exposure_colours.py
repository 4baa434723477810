"""The colour-refinement index on graphs small enough to reason about."""

import numpy as np

from linkage.exposure.colours import refine
from linkage.exposure.graph import Membership, build_graph


def graph(records, *kinds, cap=200):
    """A graph from lists of blocks, one list a kind; a block is a list of records."""
    memberships = [
        Membership(
            kind,
            np.array([record for block in blocks for record in block], np.int64),
            np.array([number for number, block in enumerate(blocks) for _ in block], np.uint64),
        )
        for kind, blocks in enumerate(kinds)
    ]
    return build_graph(records, memberships, max_block_records=cap)


def unique(*args, labels=None, **options):
    """Records that can be told apart from all others."""
    return np.flatnonzero(refine(graph(*args, **options), labels).unique()).tolist()


def test_records_that_share_nothing_look_alike():
    """Single blocks tell nobody apart."""
    assert unique(4, [[0], [1], [2], [3]]) == []


def test_a_path_tells_its_middle():
    """In a path of three the middle is unique and the ends are alike; the rest have no block at all."""
    assert unique(5, [[0, 1]], [[1, 2]]) == [0, 1, 2]
    assert unique(5, [[0, 1], [2, 1]]) == [1]


def test_two_equal_shapes_hide_each_other():
    """Every record of a shape that occurs twice has a double."""
    assert unique(6, [[0, 1], [3, 4]], [[1, 2], [4, 5]]) == []


def test_having_a_view_is_a_label():
    """One record without a view of a rule is told from those that stand alone in one."""
    assert unique(4, [[0], [1], [2]]) == [3]


def test_labels_refine():
    """A label that only one of two twins bears tells both apart."""
    assert unique(4, [[0, 1], [2, 3]], labels=np.array([1, 0, 0, 0], np.uint64)) == [0, 1]


def test_blocks_over_the_cap_say_nothing():
    """A dropped block ties nobody and is counted."""
    dropped = graph(4, [[0, 1, 2]], cap=2)
    assert dropped.dropped == {0: 3}
    assert not len(dropped.edge_record)


def test_a_record_counts_once_in_a_block():
    """Two variants of a record in one block do not make it two."""
    assert not len(graph(2, [[0, 0], [1]]).edge_record)


def test_the_order_of_records_does_not_matter():
    """Renumbering records renumbers the unique ones and nothing else."""
    generator = np.random.default_rng(5)
    blocks = [generator.choice(60, 3, replace=False).tolist() for _ in range(25)]
    turn = generator.permutation(60)
    turned = [[int(turn[record]) for record in block] for block in reversed(blocks)]
    assert sorted(turn[unique(60, blocks)].tolist()) == unique(60, turned)
    assert len(unique(60, blocks)) > 3
