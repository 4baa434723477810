"""Records come, change and go: comparing only those gives what comparing everything gives."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from governance.warehouse import connect, fetch_table
from linkage.arrive import load_deliveries
from linkage.artefact import Artefact, made_for
from linkage.link import left_for_next, scored_pairs
from linkage.quality import link_counts, record_quality
from tests.lib.linkage import (
    LINKAGE,
    SINGLE,
    deliveries,
    encoded,
    identifiers,
    index_of,
    linked,
    person_index,
    run_link,
    world,
)

CAP = 3
"""So small that some blocks come under or over it when few records come or go."""
LINKAGE_CAPPED = LINKAGE.model_copy(update={"max_block_records": CAP})

CHANGES = st.lists(
    st.tuples(
        st.sampled_from(sorted(SINGLE)), st.integers(0, 10_000), st.sampled_from(["gone", "new", "moved", "renamed"])
    ),
    max_size=25,
)
"""Source, whose record (by its place), and what becomes of it."""


@cache
def model():
    """A model trained on the first month."""
    result = linked()
    return Artefact(
        version=1, trained_in="2026-09", made_for=made_for(LINKAGE), sources=result.sources, model=result.model,
        priors=result.priors, threshold=0.95, shares=result.shares, training_rows=4000,
    )  # fmt: skip


@cache
def first_month():
    """The first month's pairs, weighed with that model."""
    return left_for_next(run_link(deliveries(), LINKAGE_CAPPED, reuse=model()))


def next_month(changes):
    """What the services deliver after these changes; most records stay as they are."""
    rows = {source: list(listed) for source, listed in world().sources.items()}
    for number, (source, place, kind) in enumerate(changes):
        at = place % len(rows[source])
        row, other = dict(rows[source][at]), rows[source][(at * 7 + 3) % len(rows[source])]
        if kind == "gone" and len(rows[source]) > 1:
            del rows[source][at]
        elif kind == "new":
            rows[source].append({**other, "record_id": 10**12 + number})
        elif kind == "moved":
            rows[source][at] = {**row, "postcode": other["postcode"]}
        elif kind == "renamed":
            rows[source][at] = {**row, "surname": other["surname"]}
    return [sent_by(source, listed) for source, listed in rows.items()]


def sent_by(source, listed):
    """A service's views; what it counted of chance agreement stays, for the model is not trained again."""
    (sent,) = [one for one in deliveries() if one.source == source]
    if listed == world().sources[source]:
        return sent
    package = encoded(identifiers(listed))
    return replace(sent, views=package.views, records=package.records)


@settings(deadline=None, max_examples=2, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(changes=CHANGES)
def test_an_incremental_run_is_a_full_run(changes):
    """The same pairs, weights, people, ids, changes and counts, whatever came, changed or went."""
    delivered = next_month(changes)

    full = run_link(delivered, LINKAGE_CAPPED, reuse=model())
    short = run_link(delivered, LINKAGE_CAPPED, reuse=model(), before=first_month())

    assert scored_pairs(short).equals(scored_pairs(full))
    one, other = (index_of(result, person_index().table) for result in (full, short))
    assert other.table.equals(one.table)
    assert other.changes.equals(one.changes)
    assert link_counts(short.con, 0.95) == link_counts(full.con, 0.95)
    qualities = [record_quality(one.con, 0.95, LINKAGE_CAPPED, one.model) for one in (short, full)]
    assert qualities[0].equals(qualities[1])
    assert (short.expected_matches, short.shares) == (full.expected_matches, full.shares)
    assert short.compared.pairs + short.compared.carried == full.compared.pairs
    left, left_full = left_for_next(short), left_for_next(full)
    assert left.states.equals(left_full.states)
    assert left.large.equals(left_full.large)


def test_nothing_new_means_nothing_compared():
    """The same month again: every pair is carried over."""
    again = run_link(deliveries(), LINKAGE_CAPPED, reuse=model(), before=first_month())

    assert (again.compared.records, again.compared.pairs) == (0, 0)
    assert again.compared.carried == first_month().scored.num_rows > 500


def test_few_changes_mean_few_comparisons():
    """Ten records that move house cause a small share of all comparisons."""
    delivered = next_month([("clinic", 31 * n, "moved") for n in range(10)])
    short = run_link(delivered, LINKAGE, reuse=model(), before=left_for_next(linked()))

    assert 10 <= short.compared.records < 20
    assert 0 < short.compared.pairs < short.compared.carried / 20


@pytest.mark.parametrize("kind", ["gone", "new"])
def test_a_block_that_crosses_the_cap_is_compared_again(kind):
    """One record more or fewer, and pairs of records that did not change appear or vanish."""
    con = connect()
    load_deliveries(con, deliveries())
    query = (
        "SELECT source.source, record.record_id FROM view INNER JOIN source USING (source_no)"
        " INNER JOIN record USING (source_no, record_id)"
        " SEMI JOIN (SELECT rule, block FROM view GROUP BY ALL HAVING count(DISTINCT record_id) = $size) AS edge"
        " ON view.rule = edge.rule AND view.block = edge.block ORDER BY ALL LIMIT 1"
    )
    row = fetch_table(con, query, {"size": CAP + (kind == "gone")}).to_pylist()[0]
    rows = {source: list(listed) for source, listed in world().sources.items()}
    (own,) = [one for one in rows[row["source"]] if one["record_id"] == row["record_id"]]
    if kind == "gone":
        rows[row["source"]].remove(own)
    else:
        rows["housing"].append({**own, "record_id": 10**12})
    delivered = [sent_by(source, listed) for source, listed in rows.items()]

    full = run_link(delivered, LINKAGE_CAPPED, reuse=model())
    short = run_link(delivered, LINKAGE_CAPPED, reuse=model(), before=first_month())

    assert short.compared.records >= CAP
    assert scored_pairs(short).equals(scored_pairs(full))
