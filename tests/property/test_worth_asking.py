"""Property: of the finder's proposals exactly those reach a report whose size may be shown, whatever the sizes."""

from types import SimpleNamespace

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st

from flows.releasing.worth_asking import Asked, release_with_questions
from governance.contracts import COHORT_COUNT
from governance.disclosure import release
from governance.settings import Policy
from tests.lib.report import count_table

ADULTS = 900
PROFILES = ("hide7_round5", "threshold10", "midpoint6", "cell_key")

sizes = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5)


def _asked(found):
    counts = {}
    for number, (met, unknown) in enumerate(found):
        parts = {"met": met, "cannot_tell": unknown, "not_met": ADULTS - met - unknown, "population": ADULTS}
        counts |= {(f"found_{number}", measure, "all", "all"): people for measure, people in parts.items()}
    words = tuple({"id": f"found_{number}"} for number in range(len(found)))
    return Asked(questions=words, counts=count_table(counts) if counts else COHORT_COUNT.schema.empty_table())


@given(found=sizes, profile=st.sampled_from(PROFILES))
def test_a_proposal_is_there_with_its_size_or_not_at_all(found, profile):
    """No count of one that is left out is released; nobody is no size; what is left has exact counts to attack."""
    asked, board = _asked(found), count_table({("_everyone", "population", "all", "all"): 1000})

    def released_with(more):
        return SimpleNamespace(frame=release(pa.concat_tables([board, more]), Policy(), profile))

    released, kept = release_with_questions(asked, released_with)
    shown = {one["id"] for one in kept.questions}

    assert {key.cohort for key in released.frame.cells} - {"_everyone"} == shown
    assert all(released.frame.cell(one, "met").people for one in shown)
    assert set(kept.counts["cohort"].to_pylist()) == shown
    alone = release(pa.concat_tables([board, asked.counts]), Policy(), profile)
    assert shown >= {one["id"] for one in asked.questions if alone.cell(one["id"], "met").people}


def test_a_proposal_that_the_project_leaves_out_is_not_asked():
    """Its counts are taken out before the release, as ``report.leave_out`` does."""
    asked, board = _asked([(30, 0), (35, 0)]), count_table({("_everyone", "population", "all", "all"): 1000})

    def released_with(more):
        told = more.filter(pc.not_equal(more["cohort"], "found_1"))
        return SimpleNamespace(frame=release(pa.concat_tables([board, told]), Policy()))

    _, kept = release_with_questions(asked, released_with)

    assert [one["id"] for one in kept.questions] == ["found_0"]
