"""Views in, people out: compare inside blocks, weigh, and join."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from governance.settings import Linkage
from governance.warehouse import drop_tables, empty, fetch_table, load_sql, load_table, materialise, one_thread
from linkage.arrive import SourceViews as SourceViews
from linkage.arrive import load_deliveries
from linkage.artefact import Artefact, Shares, check_reusable, made_for, rounded
from linkage.chance import expected_kin, pool
from linkage.cluster import cluster
from linkage.comparisons import ALL, Parameters, compared, touched_by
from linkage.drift import expected_matches, level_shares
from linkage.encode import WHOLE_FIELDS
from linkage.incremental import Before, Compared, compare, large_blocks, record_states
from linkage.kin import usual_slips
from linkage.model import Model, train, training_table, weigh_patterns
from linkage.prior import Priors, estimate_priors, fixed_priors, prior_bits

MAX_TRAINING_PAIRS_PER_RULE = 100_000


@dataclass(frozen=True, slots=True)
class LinkResult:
    """What linkage found. Tables stay in ``con``: record, record_cluster, scored_pair, prior, large_block."""

    con: duckdb.DuckDBPyConnection
    model: Model
    linker: Any
    expected_matches: dict[str, float]
    parted_people: int
    sources: dict[str, bool]
    """By source: whether it keeps one record a person."""
    priors: Priors
    """Log2 odds of a match and of kin, by source pair."""
    shares: Shares
    """Level frequencies among expected matches."""
    u: Parameters
    """Chance agreement as the sources count it now, whichever model weighs."""
    compared: Compared
    training_rows: int
    """Pairs that training saw, each once for every rule that found it; 0 if nothing was trained."""


def link(
    con: duckdb.DuckDBPyConnection,
    deliveries: Sequence[SourceViews],
    linkage: Linkage,
    *,
    reuse: Artefact | None = None,
    before: Before | None = None,
) -> LinkResult:
    """Link the records of all sources.

    Args:
        con: An empty warehouse, not locked: the model is trained with one thread, whatever else runs with more.
        deliveries: One per source, in any order.
        linkage: Rules, compared fields, threshold.
        reuse: Weigh with this model; without one, a model is trained on these very pairs.
        before: The last run's pairs, made for the same evidence: only what changed since is compared.

    Raises:
        ConfigError: The model to be used again was made for other evidence.
        PolicyRefusal: A rule would compare more pairs than its budget.
    """
    arrived = load_deliveries(con, deliveries)
    if reuse:
        check_reusable(reuse, linkage, arrived.sources)
    load_table(con, "rule", rule_table(linkage))
    done = compare(con, arrived, linkage, before)
    comparisons = compared(linkage)
    u = pool(arrived.u_statistics, comparisons)
    model, rows = (reuse.model, 0) if reuse else _trained(con, linkage, u)
    levels = ", ".join(["pattern", *(c.name for c in ALL), "household"])
    materialise(con, "distinct_pattern", f"SELECT DISTINCT {levels} FROM pattern ORDER BY pattern")
    linker = weigh_patterns(con, comparisons, model)
    if reuse:
        fixed_priors(con, reuse.priors)
    else:
        estimate_priors(con, usual_slips(model.m), expected_kin(arrived.u_statistics))
    con.execute(load_sql("linkage", "odds_macro"))
    materialise(con, "pattern_odds", load_sql("linkage", "pattern_odds"))
    materialise(con, "scored_pair", load_sql("linkage", "scored_pair"))
    parted = cluster(con, linkage.threshold_probability)
    shares, expected = level_shares(con, comparisons), expected_matches(con)
    return LinkResult(con, model, linker, expected, parted, arrived.sources, prior_bits(con), shares, u, done, rows)


def _trained(con: duckdb.DuckDBPyConnection, linkage: Linkage, u: Parameters) -> tuple[Model, int]:
    """A model trained on ``pattern``, and on how many rows."""
    training_table(con, MAX_TRAINING_PAIRS_PER_RULE)
    with one_thread(con):
        model = rounded(train(con, compared(linkage), u))
    ((rows,),) = con.execute("SELECT count(*) FROM training").fetchall()
    empty(con, "training")
    drop_tables(con, "__splink__")
    return model, int(rows)


def rule_table(linkage: Linkage) -> pa.Table:
    """Table ``rule``: what each rule fixes exactly, and which comparisons it touches at all."""
    rows: dict[str, list[object]] = {"rule": list(range(len(linkage.rules))), "id": [r.id for r in linkage.rules]}
    for field in ("forename", "surname", *WHOLE_FIELDS):
        rows[f"fixes_{field}"] = [field in rule.components for rule in linkage.rules]
    touched = [{name for part in rule.components for name in touched_by(part)} for rule in linkage.rules]
    for comparison in ALL:
        rows[f"touches_{comparison.name}"] = [comparison.name in names for names in touched]
    table = pa.table(rows)
    return table.set_column(0, "rule", table["rule"].cast(pa.int16()))


def scored_pairs(result: LinkResult) -> pa.Table:
    """All scored pairs with source names and record ids, for evaluation and sealed storage."""
    return fetch_table(result.con, load_sql("linkage", "edge_out"))


def agreement_patterns(result: LinkResult) -> pa.Table:
    """The levels of every distinct pattern, one column a comparison: what a reviewer is shown in words."""
    return fetch_table(result.con, "SELECT * FROM distinct_pattern ORDER BY pattern")


def artefact_of(result: LinkResult, linkage: Linkage, *, version: int, trained_in: str) -> Artefact:
    """The model that a run has trained, to be kept.

    Args:
        result: What linkage found.
        linkage: The settings it was found with.
        version: One more than the last model's.
        trained_in: ``YYYY-MM``.
    """
    return Artefact(
        version=version,
        trained_in=trained_in,
        made_for=made_for(linkage),
        sources=result.sources,
        model=result.model,
        priors=result.priors,
        threshold=linkage.threshold_probability,
        shares=result.shares,
        training_rows=result.training_rows,
    )


def left_for_next(result: LinkResult) -> Before:
    """What an incremental run of the next period needs of this one."""
    con = result.con
    return Before(scored_pairs(result), agreement_patterns(result), record_states(con), large_blocks(con))
