"""Who is lost at each step: whatever the counts, no part that is shown is small and nobody is lost on the way."""

from hypothesis import given
from hypothesis import strategies as st

from governance.disclosure.steps import Count, safe_parts

LARGEST_HIDDEN = 7
COUNTS = st.one_of(st.integers(0, 12), st.integers(0, 3000))


@st.composite
def paths(draw):
    """Some groups that went through the same steps."""
    parts = draw(st.integers(2, 6))
    groups = draw(st.lists(st.lists(COUNTS, min_size=parts, max_size=parts), min_size=1, max_size=5))
    return {f"g{n}": tuple(Count(people, people) for people in group) for n, group in enumerate(groups)}


@given(paths())
def test_no_part_is_small(groups):
    """Of no group, and so no difference between two steps is."""
    found = safe_parts(groups, LARGEST_HIDDEN)
    if found is None:
        return
    shown, blocks = found
    for parts in shown.values():
        for first, last in blocks:
            people = sum(count.people for count in parts[first : last + 1])
            assert people == 0 or people > LARGEST_HIDDEN


@given(paths())
def test_everybody_is_in_one_group_and_one_part(groups):
    """Blocks follow on each other from the first part to the last; groups together hold who they held apart."""
    found = safe_parts(groups, LARGEST_HIDDEN)
    if found is None:
        return
    shown, blocks = found
    parts = len(next(iter(groups.values())))

    assert [at for first, last in blocks for at in range(first, last + 1)] == list(range(parts))
    assert len(blocks) > 1
    assert sorted(name for group in shown for name in group.split(", ")) == sorted(groups)
    for at in range(parts):
        assert sum(one[at].people for one in shown.values()) == sum(one[at].people for one in groups.values())
        assert sum(one[at].key for one in shown.values()) == sum(one[at].key for one in groups.values())
