"""Joining strongest first: no two records of a single source together, and otherwise whatever is connected."""

from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.cluster import join_strongest_first

RECORDS = st.integers(1, 14)
SOURCES = st.lists(st.none() | st.integers(0, 3), min_size=14, max_size=14)
EDGES = st.lists(st.tuples(RECORDS, RECORDS).filter(lambda pair: pair[0] < pair[1]), max_size=40, unique=True)


def connected(records, edges):
    """The smallest record that each record is connected with: by painting until nothing changes."""
    colour = {record: record for record in records}
    changed = True
    while changed:
        changed = False
        for a, b in edges:
            least = min(colour[a], colour[b])
            changed = changed or colour[a] != colour[b]
            colour[a] = colour[b] = least
    return colour


@settings(deadline=None)
@given(sources=SOURCES, edges=EDGES)
def test_no_person_has_two_records_of_a_single_source(sources, edges):
    """Whatever is connected with whatever, each source gives a person one record at most."""
    single = dict(enumerate(sources, 1))

    joined = join_strongest_first(single, edges)

    held = [(joined[record], source) for record, source in single.items() if source is not None]
    assert len(set(held)) == len(held)


@settings(deadline=None)
@given(edges=EDGES)
def test_without_conflicts_people_are_the_connected_components(edges):
    """Where no source keeps one record a person, joining is connecting, in any order of weights."""
    single = dict.fromkeys(range(1, 15))

    assert join_strongest_first(single, edges) == connected(single, edges)
    assert join_strongest_first(single, edges[::-1]) == connected(single, edges)


@settings(deadline=None)
@given(sources=SOURCES, edges=EDGES)
def test_a_person_is_connected(sources, edges):
    """Parting never brings together what nothing connects, and clusters are named after their smallest record."""
    single = dict(enumerate(sources, 1))

    joined = join_strongest_first(single, edges)

    inside = [(a, b) for a, b in edges if joined[a] == joined[b]]
    assert connected(single, inside) == joined


@settings(deadline=None)
@given(sources=SOURCES, edges=EDGES)
def test_the_strongest_pair_is_joined_unless_it_is_a_conflict(sources, edges):
    """The pair with most evidence is never given up for a weaker one."""
    single = dict(enumerate(sources, 1))

    joined = join_strongest_first(single, edges)

    for a, b in edges[:1]:
        conflict = single[a] is not None and single[a] == single[b]
        assert (joined[a] == joined[b]) != conflict
