"""The Fellegi-Sunter model: Splink trains and weighs it. Splink is imported here and, for components, in ``cluster``.

Splink compares columns of two records. Block-salted sketches can only be compared pair by pair, so what Splink
is given are *agreement patterns*: table ``pattern_l`` holds one row per pattern with its levels, ``pattern_r``
its counterpart, joined on the pattern's number. Splink's EM, weights, charts and model file work as ever.
"""

import json
import logging
import math
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise
from typing import Any

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from governance.errors import InternalError
from governance.warehouse import fetch_table, load_sql, load_table, materialise
from linkage.comparisons import (
    HOUSEHOLD,
    NAMESAKE,
    SAME_NAME,
    Comparison,
    Level,
    Parameters,
    household_level,
    in_play,
)
from linkage.kin import pattern_kin
from linkage.order import in_order

MIN_TRAINING_PAIRS = 300
"""Below this, EM is not to be trusted and the starting values stand."""

_SHARE_OF_START = 0.02
"""Of m, this share stays at the starting values: what a small training set never saw is rare, not impossible."""

_MAX_ITERATIONS = 40
"""A level seen among strangers only shrinks a little each round; past 1e-300 Splink stops the run."""

_MIN_U = 1e-9
_START_LAMBDA = 0.01


@dataclass(frozen=True, slots=True)
class Model:
    """Trained parameters, and how far they can be trusted."""

    m: Parameters
    u: Parameters
    warnings: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over the rounded parameters."""
        return sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """For the model file: rounded so that the order of floating-point sums does not show."""
        rounded = [
            {name: {str(level): float(f"{p:.9g}") for level, p in levels.items()} for name, levels in side.items()}
            for side in (self.m, self.u)
        ]
        return {"m": rounded[0], "u": rounded[1], "warnings": list(self.warnings)}

    def weight(self, comparison: str, level: int) -> float:
        """Match weight of one level, in bits."""
        return math.log2(self.m[comparison][level] / self.u[comparison][level])


def start_m(comparisons: tuple[Comparison, ...]) -> Parameters:
    """Starting values of m."""
    return {c.name: {level.value: level.start_m for level in c.levels} for c in comparisons}


def train(con: duckdb.DuckDBPyConnection, comparisons: tuple[Comparison, ...], u: Parameters) -> Model:
    """Estimate m by expectation maximisation over the table ``training``.

    One session sees the pairs of every rule. The rule itself is a comparison with free m and u: its weight is
    the rule's own share of true pairs, so no rule's prior is forced on another. What a rule fixes is NULL in its
    rows, for Splink cannot see through a block key.

    Args:
        con: Holds ``training`` (see ``sql/training.sql``), read with one thread so that sums add in one order.
        comparisons: What is compared.
        u: Chance agreement by comparison and level; not estimated here.
    """
    comparisons = in_play(comparisons, banded=_is_banded(con))
    seen = _rows_with_evidence(con, comparisons)
    trainable = tuple(c for c in comparisons if seen[c.name] >= MIN_TRAINING_PAIRS)
    warnings = [f"{c.title}: too few pairs to train, starting values used." for c in comparisons if c not in trainable]
    m = start_m(comparisons)
    if trainable:
        try:
            trained, unseen = _expectation_maximisation(con, trainable, u)
        except ValueError:  # Splink refuses probabilities below 1e-300, where a level keeps shrinking
            trained, unseen = {}, []
            warnings.append("Training broke down on these pairs: starting values used for every comparison.")
        m |= trained
        warnings += [f"{title}: never seen in training, a small value stands." for title in unseen]
    warnings += _out_of_order(comparisons, m, u)
    m = {c.name: in_order(c, m[c.name], u[c.name], seen=_learnt(c, m[c.name])) for c in comparisons}
    model = Model(m, u, tuple(warnings))
    _check(model)
    return model


def weigh_patterns(con: duckdb.DuckDBPyConnection, comparisons: tuple[Comparison, ...], model: Model) -> Linker:
    """Let Splink weigh every distinct agreement pattern: table ``pattern_weight``.

    Its columns are pattern, weight in bits, and what :func:`linkage.kin.pattern_kin` says of families. The weight is
    the evidence alone, against two strangers, without a prior. Needs table ``distinct_pattern``. Returns the linker,
    for its charts and model file.
    """
    comparisons = _known(comparisons, model)
    corrections = [(HOUSEHOLD, household_correction(model)), (NAMESAKE, namesake_correction(model))]
    levels = [_splink_comparison(c, model.m[c.name], model.u[c.name], fix_m=True) for c in comparisons]
    for comparison, found in corrections:
        (known,) = _known((comparison,), found)
        levels.append(_splink_comparison(known, found.m[known.name], found.u[known.name], fix_m=True))
    same = f"coalesce(forename >= {SAME_NAME} AND surname >= {SAME_NAME}, FALSE)::TINYINT"
    materialise(con, "weighed_pattern", f"SELECT *, {same} AS namesake FROM distinct_pattern")
    columns = [*(c.name for c in comparisons), *(c.name for c, _ in corrections)]
    linker = _linker(con, "weighed_pattern", columns, levels)
    predicted = linker.inference.predict()
    prior = math.log2(_START_LAMBDA / (1 - _START_LAMBDA))
    load_table(con, "pattern_kin", pattern_kin(fetch_table(con, "FROM distinct_pattern"), model.m, model.u))
    materialise(
        con,
        "pattern_weight",
        f"SELECT pattern_kin.*, round(match_weight - $prior, 9) AS weight FROM {predicted.physical_name}"
        " INNER JOIN pattern_kin ON unique_id_l = pattern",
        {"prior": prior},
    )
    return linker


def household_correction(model: Model) -> Model:
    """The household comparison's m and u, such that its weight undoes the double counting of chance.

    For surname and postcode together the right u is that of the pair; the model multiplies the two singles. Their
    ratio r enters as a level with m : u = 1 : r. It never adds evidence (r is at least 1). Twins are a class of their
    own (:mod:`linkage.kin`): here an equal birth date is one by chance. Families share a surname of
    any rarity as often as people have one, so each band takes its share of the joint chance.
    """
    u, joint = model.u, model.u[HOUSEHOLD.name]
    surnames = {v: p for v, p in model.m.get("surname", {}).items() if v >= SAME_NAME} or {SAME_NAME: 1.0}
    place = u["postcode"][3] if "postcode" in u else u.get("uprn", {}).get(1, 1.0)
    ratio = {household_level(2, 0): 1.0}
    for value, known in surnames.items():
        share, alone = known / sum(surnames.values()), u.get("surname", {}).get(value, 1.0)
        together = joint[1] * share / max(place * alone, 1e-30)
        ratio |= {household_level(kind, value - SAME_NAME): together for kind in (1, 3)}
    m = dict.fromkeys(ratio, 1e-9)
    corrected = {level: min(0.1, 1e-9 * max(1.0, r)) for level, r in ratio.items()}
    m[0], corrected[0] = 1 - sum(m.values()), 1 - sum(m.values())
    return Model({"household": m}, {"household": corrected}, ())


def namesake_correction(model: Model) -> Model:
    """The same for two people who share forename and surname: more often than the product of the two says."""
    both = [sum(p for v, p in model.u.get(name, {}).items() if v >= SAME_NAME) for name in ("forename", "surname")]
    ratio = max(1.0, model.u.get("namesake", {}).get(1, 0.0) / max(math.prod(both), 1e-30))
    u = min(0.1, 1e-9 * ratio)
    return Model({"namesake": {1: 1e-9, 0: 1 - 1e-9}}, {"namesake": {1: u, 0: 1 - 1e-9}}, ())


def _is_banded(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether equal names have a rarity band in these pairs."""
    (row,) = con.execute(f"SELECT coalesce(max(greatest(forename, surname)), 0) > {SAME_NAME} FROM training").fetchall()
    return bool(row[0])


def _known(comparisons: tuple[Comparison, ...], model: Model) -> tuple[Comparison, ...]:
    """The comparisons with the levels that the model knows."""
    return tuple(
        replace(c, levels=tuple(level for level in c.levels if level.value in model.m[c.name])) for c in comparisons
    )


def _expectation_maximisation(
    con: duckdb.DuckDBPyConnection, comparisons: tuple[Comparison, ...], u: Parameters
) -> tuple[Parameters, list[str]]:
    settings = [_splink_comparison(c, start_m((c,))[c.name], u[c.name]) for c in comparisons]
    query = "SELECT DISTINCT rule FROM training WHERE rule IS NOT NULL ORDER BY rule"
    rules = [row[0] for row in con.execute(query).fetchall()]
    start = {rule: 1 / len(rules) for rule in rules}
    by_rule = Comparison("rule", "Rule", tuple(Level(rule, f"rule {rule}", start[rule]) for rule in rules))
    settings.append(_splink_comparison(by_rule, start, start, fix_u=False))
    linker = _linker(con, "training", [*(c.name for c in comparisons), "rule"], settings)
    linker.training.estimate_parameters_using_expectation_maximisation(
        block_on("unique_id"), fix_u_probabilities=False, estimate_without_term_frequencies=True
    )
    return _trained(linker, comparisons, _levels_seen(con, comparisons))


def _levels_seen(con: duckdb.DuckDBPyConnection, comparisons: tuple[Comparison, ...]) -> set[tuple[str, int]]:
    """Comparison and level of everything ``training`` holds; Splink's model file does not tell.

    A level that no pair reached keeps its starting m there, beside others that were trained.
    """
    one = "SELECT '{0}', {0} FROM training WHERE {0} IS NOT NULL AND rule IS NOT NULL GROUP BY {0}"
    return set(con.execute(" UNION ALL ".join(one.format(c.name) for c in comparisons)).fetchall())


def _trained(
    linker: Linker, comparisons: tuple[Comparison, ...], seen: set[tuple[str, int]]
) -> tuple[Parameters, list[str]]:
    """Trained m by comparison and level from Splink's own model file; levels that were never seen stay small."""
    found: Parameters = {}
    unseen: list[str] = []
    described = {c["output_column_name"]: c for c in linker.misc.save_model_to_json()["comparisons"]}
    for comparison in comparisons:
        levels = described[comparison.name]["comparison_levels"][1:]
        m = {}
        for level, trained in zip(comparison.levels, levels, strict=True):
            was_seen = (comparison.name, level.value) in seen
            share = float(trained["m_probability"]) if was_seen else 0.0
            m[level.value] = (1 - _SHARE_OF_START) * share + _SHARE_OF_START * level.start_m
            if not was_seen:
                unseen.append(f"{comparison.title}, {level.label}")
        total = sum(m.values())
        found[comparison.name] = {value: p / total for value, p in m.items()}
    return found, unseen


def _splink_comparison(
    comparison: Comparison, m: dict[int, float], u: dict[int, float], *, fix_u: bool = True, fix_m: bool = False
) -> Any:
    column = f"{comparison.name}_l"
    levels: list[Any] = [cll.CustomLevel(f"{column} IS NULL", "no evidence").configure(is_null_level=True)]
    for level in comparison.levels:
        levels.append(
            cll.CustomLevel(f"{column} = {level.value}", level.label).configure(
                m_probability=m[level.value],
                u_probability=max(u[level.value], _MIN_U),
                fix_u_probability=fix_u,
                fix_m_probability=fix_m,
            )
        )
    return cl.CustomComparison(
        output_column_name=comparison.name, comparison_levels=levels, comparison_description=comparison.title
    )


def _linker(con: duckdb.DuckDBPyConnection, table: str, columns: list[str], comparisons: list[Any]) -> Linker:
    """A Splink linker over two sides of the same patterns."""
    levels = ", ".join(f"{name}::TINYINT AS {name}" for name in columns)
    empty = ", ".join(f"NULL::TINYINT AS {name}" for name in columns)
    materialise(con, "pattern_l", f"SELECT pattern AS unique_id, {levels} FROM {table}")
    materialise(con, "pattern_r", f"SELECT pattern AS unique_id, {empty} FROM {table}")
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[block_on("unique_id")],
        probability_two_random_records_match=_START_LAMBDA,
        retain_matching_columns=False,
        em_convergence=1e-5,
        max_iterations=_MAX_ITERATIONS,
        linker_uid="joinedup",
    )
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection=con)
    sides = [api.register(name, dataset_display_name=name) for name in ("pattern_l", "pattern_r")]
    # Its check of columns takes as long as scoring the patterns does, and only writes warnings, which are silenced;
    # the tables were made just above.
    return Linker(sides, settings, log_level="ERROR", validate_settings=False)


def _rows_with_evidence(con: duckdb.DuckDBPyConnection, comparisons: tuple[Comparison, ...]) -> dict[str, int]:
    counts = ", ".join(f"count({c.name})" for c in comparisons)
    (row,) = con.execute(f"SELECT {counts} FROM training WHERE rule IS NOT NULL").fetchall()
    return dict(zip((c.name for c in comparisons), row, strict=True))


def _out_of_order(comparisons: tuple[Comparison, ...], m: Parameters, u: Parameters) -> list[str]:
    """Comparisons in which less agreement weighs more: EM found something other than matches."""
    model = Model(m, u, ())
    found = []
    for comparison in comparisons:
        seen = _learnt(comparison, m[comparison.name])
        ordered = [level.value for level in comparison.levels if level.ordered and level.value in seen]
        weights = [model.weight(comparison.name, value) for value in ordered]
        if any(low > high for high, low in pairwise(weights)):
            found.append(f"{comparison.title}: a lower level of agreement weighs more than a higher one.")
    return found


def _learnt(comparison: Comparison, m: dict[int, float]) -> frozenset[int]:
    """Levels whose m is more than the trace of its start that every level keeps."""
    return frozenset(v.value for v in comparison.levels if m[v.value] > 1.5 * _SHARE_OF_START * v.start_m)


def _check(model: Model) -> None:
    for name, levels in model.m.items():
        if abs(sum(levels.values()) - 1) > 1e-3:
            raise InternalError(
                f"The m probabilities of {name} do not add to 1.",
                why="Weights made from them would be wrong for every pair.",
                fix="Report this; nothing was written.",
                code="E-MODEL",
            )


def training_table(con: duckdb.DuckDBPyConnection, max_pairs_per_rule: int) -> None:
    """Create ``training`` from ``pattern``; see ``sql/training.sql``."""
    materialise(con, "training", load_sql("linkage", "training"), {"max_pairs": max_pairs_per_rule})
