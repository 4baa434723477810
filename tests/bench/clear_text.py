"""Splink on clear text, tuned as its documentation advises: the peer that joinedup is held against.

Term frequencies on names, Jaro-Winkler, Splink's own date, postcode and e-mail comparisons, chance agreement by
random sampling, EM from several blocking rules, no labels. It reads what joinedup reads, spelt as joinedup's
standardiser spells it, and keeps birth dates of 1 January, which joinedup takes for unknown days.
"""

import logging
import time
from typing import Any, Literal

import duckdb
import pyarrow as pa
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from governance.keys import Secret
from governance.warehouse import fetch_table, load_sql, load_table
from linkage.standardise import standardise
from linkage.values import components
from tests.bench.clear_text_rules import DETERMINISTIC, OWN_RULES, RECALL
from tests.bench.prepare import load_source
from tests.bench.scores import Found
from tests.bench.sets import BenchSet

U_PAIRS = 2_000_000
SEED = 1

NAMES_TOGETHER = {"febrl": True, "historical": False, "ics": True}
"""By kind of set, whether Splink's joint comparison of forename and surname has the better best F1, or one for each."""

_COLUMNS = """
SELECT
    component.*,
    raw_identity.date_of_birth::VARCHAR AS birth_text,
    -- Splink's postcode levels look for the space.
    left(component.postcode, length(component.postcode) - 3) || ' ' || right(component.postcode, 3) AS postcode_text,
    component.forename || ' ' || component.surname AS full_name
FROM component
INNER JOIN raw_identity USING (record_id)
WHERE component.variant = 0
"""


def run(bench: BenchSet, *, own_rules: bool) -> Found:
    """Train, score and (later, at the best threshold) cluster.

    Args:
        bench: The set.
        own_rules: Block as suits clear text best; otherwise by joinedup's rules and block cap, for the same pairs.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    started = time.perf_counter()
    con = duckdb.connect()
    con.execute("SET threads = 2; SET memory_limit = '6GB'; SET enable_progress_bar = false")
    tables = {source.id: _clear_rows(bench, source.id) for source in bench.sources}
    load_table(con, "everyone", pa.concat_tables([_marked(table, source) for source, table in tables.items()]))
    rules = [block_on(*rule) for rule in OWN_RULES[bench.kind]] if own_rules else _same_rules(con, bench)
    prepared = time.perf_counter()
    linker, pairs = _link(con, bench, rules)
    scored = fetch_table(con, f"SELECT {_pair_columns(bench)} FROM clear_pair ORDER BY match_weight DESC")
    linked = time.perf_counter()
    return Found(
        scored=scored,
        index=None,
        prepare_seconds=prepared - started,
        chance_seconds=0.0,
        link_seconds=linked - prepared,
        cluster_at=lambda threshold: _cluster(con, linker, pairs, bench, threshold),
    )


def _clear_rows(bench: BenchSet, source: str) -> pa.Table:
    """A source's standardised values, and every component that joinedup's rules block on, as text."""
    con, file = load_source(bench, source)
    standardise(con, file)
    components(con, Secret(bytes(32)))  # makes name_code, which component.sql reads
    con.execute(f"CREATE TABLE component AS {load_sql('linkage', 'component')}")
    return fetch_table(con, _COLUMNS)


def _marked(table: pa.Table, source: str) -> pa.Table:
    return table.append_column("source", pa.array([source] * table.num_rows))


def _same_rules(con: duckdb.DuckDBPyConnection, bench: BenchSet) -> list[Any]:
    """Joinedup's rules as one column each, NULL where a block is over the cap: Splink then makes the same pairs."""
    for number, rule in enumerate(bench.linkage.rules):
        value = " || '|' || ".join(rule.components)
        con.execute(
            f"CREATE OR REPLACE TABLE everyone AS SELECT *, CASE WHEN count(*) OVER (PARTITION BY {value}) <="
            f" {bench.linkage.max_block_records} THEN {value} END AS block_{number} FROM everyone"
        )
    return [block_on(f"block_{number}") for number in range(len(bench.linkage.rules))]


def _link(con: duckdb.DuckDBPyConnection, bench: BenchSet, rules: list[Any]) -> tuple[Linker, Any]:
    api = DuckDBAPI(connection=con)
    registered = []
    for number, source in enumerate(bench.sources):
        con.execute(
            f"CREATE TABLE side_{number} AS SELECT * EXCLUDE (source) FROM everyone WHERE source = ?", [source.id]
        )
        registered.append(api.register(f"side_{number}", dataset_display_name=source.id))
    settings = SettingsCreator(
        link_type=_link_type(bench),
        unique_id_column_name="record_id",
        comparisons=_comparisons(bench),
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
        max_iterations=50,
    )
    linker = Linker(registered, settings, log_level="ERROR")
    deterministic: list[Any] = [block_on(*rule) for rule in DETERMINISTIC[bench.kind]]
    linker.training.estimate_probability_two_random_records_match(deterministic, recall=RECALL[bench.kind])
    linker.training.estimate_u_using_random_sampling(max_pairs=U_PAIRS, seed=SEED, min_count_per_level=None)
    sessions = [("forename", "surname"), ("birth_text",)]
    sessions += [("nhs_number",)] if bench.kind == "ics" else [("postcode_text",)]
    for session in sessions:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*session))
    predicted = linker.inference.predict()
    single = [source.id for source in bench.sources if source.one_record_per_person]
    inside = "TRUE"
    if _link_type(bench) == "link_and_dedupe":  # a source of one record a person has no duplicates to find
        inside = "source_dataset_l <> source_dataset_r OR NOT list_contains($single, source_dataset_l)"
    con.execute(
        f"CREATE OR REPLACE TABLE clear_pair AS SELECT * FROM {predicted.physical_name} WHERE {inside}",
        {"single": single} if "$single" in inside else None,
    )
    return linker, api.register("clear_pair")


def _link_type(bench: BenchSet) -> Literal["dedupe_only", "link_only", "link_and_dedupe"]:
    if len(bench.sources) == 1:
        return "dedupe_only"
    return "link_only" if all(source.one_record_per_person for source in bench.sources) else "link_and_dedupe"


def _comparisons(bench: BenchSet) -> list[Any]:
    """One comparison a field, from Splink's own library."""
    wanted = bench.linkage.compare
    found: list[Any] = []
    if NAMES_TOGETHER[bench.kind]:
        found.append(cl.ForenameSurnameComparison("forename", "surname", forename_surname_concat_col_name="full_name"))
    else:
        found += [cl.NameComparison("forename"), cl.NameComparison("surname")]  # term frequencies are in them
    found.append(cl.DateOfBirthComparison("birth_text", input_is_string=True))
    if bench.kind == "febrl":  # four digits: an error is a digit
        found.append(cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]))
    else:
        found.append(cl.PostcodeComparison("postcode_text"))
    if "sex" in wanted:
        found.append(cl.ExactMatch("sex"))
    shared = [field for field in ("birth_place", "occupation") if field in wanted]
    found += [cl.ExactMatch(field).configure(term_frequency_adjustments=True) for field in shared]
    if bench.kind == "ics":
        found += [_nhs_number(), cl.ExactMatch("phone"), cl.EmailComparison("email"), cl.ExactMatch("uprn")]
    return found


def _nhs_number() -> Any:
    """Chance agreement fixed: random pairs of a number that belongs to one person are true pairs."""
    levels: list[Any] = [
        cll.NullLevel("nhs_number"),
        cll.ExactMatchLevel("nhs_number").configure(u_probability=1e-8, fix_u_probability=True),
        cll.ElseLevel().configure(u_probability=1 - 1e-8, fix_u_probability=True),
    ]
    return cl.CustomComparison(output_column_name="nhs_number", comparison_levels=levels)


def _pair_columns(bench: BenchSet) -> str:
    only = f"'{bench.sources[0].id}'"
    left, right = (
        (f"{only} AS source_l", f"{only} AS source_r")
        if len(bench.sources) == 1
        else ("source_dataset_l AS source_l", "source_dataset_r AS source_r")
    )
    ids = "record_id_l, record_id_r"
    return f"{left}, {right}, {ids}, match_weight AS weight, match_probability AS probability"


def _cluster(con: duckdb.DuckDBPyConnection, linker: Linker, pairs: Any, bench: BenchSet, threshold: float) -> pa.Table:
    """People at a threshold; at most one record from each source that keeps one a person."""
    single = [source.id for source in bench.sources if source.one_record_per_person]
    if single:
        con.execute("SET disabled_optimizers = 'join_order'")  # on DuckDB 2.0 its planning is quadratic here
        found = linker.clustering.cluster_using_single_best_links(pairs, single, threshold_match_probability=threshold)
        con.execute("SET disabled_optimizers = ''")
    else:
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(
            pairs, threshold_match_probability=threshold
        )
    source = f"'{bench.sources[0].id}'" if len(bench.sources) == 1 else "source_dataset"
    return fetch_table(
        con, f"SELECT {source} AS source, record_id, cluster_id::VARCHAR AS person_id FROM {found.physical_name}"
    )
