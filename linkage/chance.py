"""How often two different people agree by chance: counted at source, pooled by linkage, never per record.

Block-salted codes agree only inside a block, so chance agreement over all pairs (u) cannot be sampled from
them. Each source counts it over its own records under a salt that is used for nothing else.
"""

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from governance.contracts import U_STATISTIC, check_table
from governance.settings import Linkage
from governance.warehouse import fetch_table, load_sql, load_table, materialise
from linkage.blocks import Views
from linkage.comparisons import ALL, HOUSEHOLD, NAMESAKE, SAME_NAME, Comparison, Parameters
from linkage.encode import EncodingKeys, Names, encode_rows
from linkage.values import BAND_SHIFT, Components

CHUNK_PAIRS = 250_000
"""Random pairs compared at a time: memory does not grow with their number."""

MIN_PAIRS_SHOWN = 10
"""Counts of fewer agreeing pairs do not leave the source."""

_RELATIVES = {4: 0.01, 3: 0.016, 2: 0.016, 1: 0.5}
"""Pairs expected for each person of a list: sons of their father's name at home; 1.6% of births are of twins and more;
partners, parents and children."""

_KIN_LEVEL = {"twins": 2, "namesakes": 4}
"""Which joint level of a household counts each class of kin: same address and birth date; same names and address."""

Counts = dict[str, dict[int, tuple[float, float]]]
"""Agreeing pairs and pairs, by comparison and level."""

_NO_FIX = ("forename", "surname", "nhs_number", "phone", "email", "uprn", "birth_place", "occupation")


def count_chance(
    con: duckdb.DuckDBPyConnection,
    found: Components,
    linkage: Linkage,
    keys: EncodingKeys,
    *,
    one_record_per_person: bool,
) -> pa.Table:
    """Chance agreement among one source's own records.

    Fuzzy levels are counted over random pairs, encoded as for linkage; exact agreement over all pairs from counts
    of values, leaving out pairs that share a name, who may be one person recorded twice.

    Args:
        con: The source's warehouse; holds table ``identity``.
        found: Components of the source's records.
        linkage: Compared fields and the number of random pairs.
        keys: Encoding keys; ``chance`` seeds the salt and the pairs.
        one_record_per_person: Only such a source can tell a family from one person recorded twice.

    Returns:
        Table ``u_statistic``: agreeing pairs (at least 10) and pairs, by comparison and level. For families and
        twins, 0 agreeing pairs stand for fewer than 10.
    """
    rows = np.flatnonzero(found.variant == 0)
    load_table(con, "name_band", _name_levels(rows, found))
    asked = {"one_record_per_person": one_record_per_person, "by_postcode": "postcode" in linkage.compare}
    exact = fetch_table(con, load_sql("linkage", "chance_exact"), asked)
    tables = [exact]
    if len(rows) > 1:
        tables.append(_random_pairs(con, rows, found, linkage, keys))
    counted = pa.concat_tables(tables).to_pandas()
    # Exact counts come first and win over sampled ones.
    counted = counted.drop_duplicates(["comparison", "level"], keep="first")
    few, family = counted["agreeing_pairs"] < MIN_PAIRS_SHOWN, counted["comparison"] == HOUSEHOLD.name
    counted["agreeing_pairs"] = counted["agreeing_pairs"].mask(few & family, 0.0)
    counted = counted[~few | family & (counted["level"] > 0)].sort_values(["comparison", "level"])
    table = pa.Table.from_pandas(counted, preserve_index=False)
    return check_table(table.cast(U_STATISTIC.schema), U_STATISTIC)


def pool(statistics: list[pa.Table], comparisons: tuple[Comparison, ...]) -> Parameters:
    """Chance agreement (u) of every level from all sources' counts; pairs add, so large sources count for more.

    A level that no source saw ten times gets half a pair in all pairs counted for the comparison: rare, not
    impossible. Levels of a comparison then add to 1.
    """
    frame = pa.concat_tables(statistics).to_pandas()
    sums = frame.groupby(["comparison", "level"])[["agreeing_pairs", "pairs"]].sum()
    counts: Counts = {name: {} for name in (*(c.name for c in comparisons), HOUSEHOLD.name, NAMESAKE.name)}
    for (name, level), agreeing, pairs in sums.itertuples():
        counts.setdefault(name, {})[int(level)] = (float(agreeing), float(pairs))
    u = {c.name: _levels_of_one_whole(c, counts[c.name]) for c in comparisons}
    u[HOUSEHOLD.name] = _joint(counts[HOUSEHOLD.name])
    namesakes, of = counts[NAMESAKE.name].get(1, (0.0, 1.0))
    u[NAMESAKE.name] = {1: namesakes / of}
    return u


def expected_kin(statistics: list[pa.Table]) -> dict[str, float]:
    """By class of kin (:data:`linkage.kin.KINDS`): pairs for each person of a list, as those lists counted that could.

    A list of n people has n (n - 1) / 2 pairs; who has a twin in it is met by that twin in another list as often as by
    themselves. A class that no source could count is missing.
    """
    frame = pa.concat_tables(statistics).to_pandas()
    frame = frame[frame["comparison"] == HOUSEHOLD.name]
    found: dict[str, float] = {}
    for kind, level in _KIN_LEVEL.items():
        own = frame[frame["level"] == level]
        seen = [
            _relatives(level, counts) * counts[1] for counts in zip(own["agreeing_pairs"], own["pairs"], strict=True)
        ]
        people = float(((2 * own["pairs"]) ** 0.5).sum())
        if people:
            found[kind] = 2 * sum(seen) / people
    return found


def _levels_of_one_whole(comparison: Comparison, counts: dict[int, tuple[float, float]]) -> dict[int, float]:
    """Chance of each level of a comparison; they add to 1."""
    if comparison.u_of_agreement is not None:
        return {1: comparison.u_of_agreement, 0: 1 - comparison.u_of_agreement}
    most = max((pairs for _, pairs in counts.values()), default=1e6)
    share = {
        level.value: counts[level.value][0] / counts[level.value][1] if level.value in counts else 0.5 / most
        for level in comparison.levels
    }
    total = sum(share.values())
    return {value: p / total for value, p in share.items()}


def _joint(counts: dict[int, tuple[float, float]]) -> dict[int, float]:
    """Chance that two people are twins (with one surname, 3, or not, 2) or family (1).

    0 where no source keeps one record a person and could count. Twins of two surnames are those of any surname less
    those of one.
    """
    chance = {level: _relatives(level, counts.get(level, (0.0, 0.0))) for level in (3, 2, 1)}
    return {**chance, 2: max(chance[2] - chance[3], 0.0), 0: 0.0}


def _relatives(level: int, counts: tuple[float, float]) -> float:
    """Chance of such a pair; where fewer than ten were seen, what is to be expected of a list of this length.

    Before anything is counted a list of n people holds so many pairs on average, geometrically distributed (that is
    Poisson, with an unknown rate); seeing fewer than ten leaves their mean. A small source must neither let twins
    through nor part people from themselves.
    """
    agreeing, pairs = counts
    if agreeing or not pairs:
        return agreeing / pairs if pairs else 0.0
    prior_mean = _RELATIVES[level] * (2 * pairs) ** 0.5
    more = prior_mean / (1 + prior_mean)
    few = np.arange(MIN_PAIRS_SHOWN)
    return float((few * more**few).sum() / (more**few).sum() / pairs)


def _name_levels(rows: NDArray[np.int64], found: Components) -> pa.Table:
    """By record: the level that an equal forename and an equal surname would have, from their rarity bands."""
    columns = {"record_id": found.record_id[rows]}
    for field, shift in BAND_SHIFT.items():
        band = (found.present[rows] >> shift) & 3
        columns[f"{field}_level"] = (SAME_NAME + band).astype(np.int8)
    return pa.table(columns)


def _random_pairs(
    con: duckdb.DuckDBPyConnection, rows: NDArray[np.int64], found: Components, linkage: Linkage, keys: EncodingKeys
) -> pa.Table:
    """Levels of random pairs of records, each pair a block of its own, compared a chunk at a time."""
    seed = int.from_bytes(keys.chance.reveal()[:8], "little") ^ len(rows)
    generator = np.random.default_rng(seed)
    wanted = min(linkage.max_u_pairs, len(rows) * (len(rows) - 1) // 2)
    left = generator.integers(0, len(rows), wanted)
    right = (left + generator.integers(1, len(rows), wanted)) % len(rows)
    salt = np.full(len(rows), np.uint64(generator.integers(1, 2**63)))
    views = Views(rows, np.zeros(len(rows), np.int64), salt)
    names = Names.of(found, keys)
    encoded = encode_rows(views, found, names, keys, compare=list(linkage.compare), fixed=frozenset())
    load_table(con, "sampled", pa.table({"position": np.arange(len(rows)), **encoded, "present": found.present[rows]}))
    fixes = ", ".join(f"FALSE AS fixes_{field}" for field in _NO_FIX)
    materialise(con, "rule", f"SELECT 0::SMALLINT AS rule, {fixes}")
    materialise(con, "source", "SELECT 0::TINYINT AS source_no, FALSE AS one_record_per_person")
    con.execute(load_sql("linkage", "macro"))
    starts = range(0, wanted, CHUNK_PAIRS)
    chunks = [_compared(con, left[at : at + CHUNK_PAIRS], right[at : at + CHUNK_PAIRS]) for at in starts]
    counted = pa.concat_tables(chunks).group_by(["comparison", "level"]).aggregate([("agreeing_pairs", "sum")])
    agreeing = counted.rename_columns(["comparison", "level", "agreeing_pairs"]).to_pandas()
    agreeing["pairs"] = agreeing.groupby("comparison")["agreeing_pairs"].transform("sum")
    return pa.Table.from_pandas(agreeing, schema=U_STATISTIC.schema, preserve_index=False)


def _compared(con: duckdb.DuckDBPyConnection, left: NDArray[np.int64], right: NDArray[np.int64]) -> pa.Table:
    """How many of these pairs are at each level of each comparison."""
    load_table(con, "drawn", pa.table({"block": np.arange(len(left)), "position_l": left, "position_r": right}))
    for view, side in {"kept_view": "chance_left", "arriving_view": "chance_right"}.items():
        con.execute(f"CREATE OR REPLACE VIEW {view} AS {load_sql('linkage', side)}")
    materialise(con, "view_pair", load_sql("linkage", "view_pair"))
    # Each pair here is one pair of views: there is nothing to bring together, and only counts are kept.
    con.execute("CREATE OR REPLACE VIEW pair AS SELECT *, 1::BIGINT AS found_by FROM view_pair")
    materialise(con, "pattern", load_sql("linkage", "pattern"))
    return fetch_table(con, _level_counts())


def _level_counts() -> str:
    """Count every level of every comparison over ``pattern``."""
    names = [c.name for c in ALL]
    one = (
        "SELECT '{0}' AS comparison, {0}::TINYINT AS level, count(*)::DOUBLE AS agreeing_pairs"
        " FROM pattern WHERE {0} IS NOT NULL GROUP BY {0}"
    )
    return " UNION ALL ".join(one.format(name) for name in names) + " ORDER BY comparison, level"
