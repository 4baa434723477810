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

from governance.warehouse import fetch_table
from tests.bench.clear_rows import add_blocks, load_everyone
from tests.bench.clear_text_rules import DETERMINISTIC, OWN_RULES, RECALL
from tests.bench.scores import Found
from tests.bench.sets import BenchSet

U_PAIRS = 2_000_000
SEED = 1
DEFAULT_THRESHOLD = 0.95
"""The one its documentation clusters at; Splink itself has none."""

NAMES_TOGETHER = {"febrl": True, "historical": False, "pseudo": False, "ics": True, "weak": True}
"""By kind of set, whether Splink's joint comparison of forename and surname has the better best F1, or one for each."""

SESSIONS = {
    "febrl": [("forename", "surname"), ("birth_text",), ("postcode_text",)],
    "historical": [("forename", "surname"), ("birth_text",), ("postcode_text",)],
    "pseudo": [("forename", "surname"), ("birth_text",), ("nhs_number",)],
    "ics": [("forename", "surname"), ("birth_text",), ("nhs_number",)],
    "weak": [("forename", "surname"), ("birth_text",), ("postcode_text",)],
}
"""By kind of set, the blocking rules of Splink's EM sessions."""


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
    load_everyone(con, bench)
    wanted = OWN_RULES[bench.kind] if own_rules else [[block] for block in add_blocks(con, bench)]
    rules: list[Any] = [block_on(*rule) for rule in wanted]
    prepared = time.perf_counter()
    linker, pairs = link_everyone(con, bench, rules)
    scored = fetch_table(con, f"SELECT {_pair_columns(bench)} FROM clear_pair ORDER BY match_weight DESC")
    linked = time.perf_counter()
    return Found(
        scored=scored,
        index=None,
        prepare_seconds=prepared - started,
        chance_seconds=0.0,
        link_seconds=linked - prepared,
        default_threshold=DEFAULT_THRESHOLD,
        cluster_at=lambda threshold: cluster(con, linker, pairs, bench, threshold),
    )


def link_everyone(con: duckdb.DuckDBPyConnection, bench: BenchSet, rules: list[Any]) -> tuple[Linker, Any]:
    """Train on table ``everyone`` and score; gives the linker and its pairs, also table ``clear_pair``."""
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
    for session in SESSIONS[bench.kind]:
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
    elif "postcode" in wanted:
        found.append(cl.PostcodeComparison("postcode_text"))
    if "sex" in wanted:
        found.append(cl.ExactMatch("sex"))
    shared = [field for field in ("birth_place", "occupation") if field in wanted]
    found += [cl.ExactMatch(field).configure(term_frequency_adjustments=True) for field in shared]
    if "nhs_number" in wanted:
        found.append(_nhs_number())
    if "uprn" in wanted:
        found.append(cl.ExactMatch("uprn"))
    if "phone" in wanted:
        found.append(cl.ExactMatch("phone"))
    if "email" in wanted:
        found.append(cl.EmailComparison("email"))
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


def cluster(con: duckdb.DuckDBPyConnection, linker: Linker, pairs: Any, bench: BenchSet, threshold: float) -> pa.Table:
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
