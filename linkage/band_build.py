"""Make the band file: from a public list of name frequencies, or from one source's own counts of names.

A name is listed only if ten people or more bear it, under a keyed id. Names in the middle are not listed at all.
"""

import json
from dataclasses import dataclass
from itertools import accumulate

import duckdb
import pyarrow as pa

from governance.errors import BadInput
from governance.keys.ring import Secret
from governance.warehouse import fetch_table, load_sql, load_table, materialise
from linkage.bands import FORMAT, KINDS, band_id, key_check
from linkage.standardise import STANDARDISER, make_identity

MIN_HOLDERS = 10
"""A name that fewer people bear is never listed."""

NAMES_A_BAND = 1000
PEOPLE_A_BAND = 0.05
"""A band tells little about a person if it holds many names and many people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindReceipt:
    """What a band file says of forenames or surnames; shares are of all people counted."""

    common_names: int
    rare_names: int
    middle_names: int
    """Listed by no id: names with ten holders or more between the two."""
    common_share: float
    rare_share: float
    middle_share: float
    """Of people with a name in the middle, counting names that fewer than ten people bear."""
    too_few_share: float
    """Of people whose name fewer than ten bear; part of the middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Names from most to least borne, cut in three."""

    common: int
    """The first so many are common."""
    rare: int
    """The last so many are rare."""


def cut_bands(people: list[int], too_few: int) -> Cut:
    """Where common names end and rare names begin.

    A third of those with listed names in each band as far as that goes, no band with fewer than a thousand names or a
    twentieth of people where there are enough; with few names a third of the names stands for the thousand.

    Args:
        people: How many bear each listed name, largest first.
        too_few: How many people bear names that are not listed; they are in the middle.
    """
    everyone = sum(people) + too_few
    least = min(NAMES_A_BAND, len(people) // 3)
    common = _shortest(people, least, sum(people) / 3)
    rest = people[common:]
    wanted = max(min(sum(people) / 3, sum(rest) / 2), everyone * PEOPLE_A_BAND)
    rare = _shortest(rest[::-1], least, wanted)
    # The middle keeps its names and its people too.
    while rare and (len(rest) - rare < least or sum(rest[: len(rest) - rare]) + too_few < everyone * PEOPLE_A_BAND):
        rare -= 1
    return Cut(common=common, rare=rare)


def _shortest(people: list[int], names: int, wanted: float) -> int:
    """Length of the shortest head with so many names and so many people."""
    reached = next((n for n, total in enumerate(accumulate(people), 1) if total >= wanted), len(people))
    return min(max(names, reached), len(people))


def count_own_names(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Holders of every name in the table ``identity``: columns kind, name, people."""
    return fetch_table(con, load_sql("linkage", "name_count"))


def count_listed_names(con: duckdb.DuckDBPyConnection, listed: pa.Table) -> pa.Table:
    """A public list with its names spelt as encoded names are: columns kind, name, people.

    Args:
        con: A warehouse of its own.
        listed: Columns name, kind (``forename`` or ``surname``) and frequency.
    """
    load_table(con, "listed_name", listed)
    materialise(con, "raw_identity", load_sql("linkage", "listed_identity"))
    make_identity(con)
    return fetch_table(con, load_sql("linkage", "listed_count"))


def make_band_file(counts: pa.Table, id_key: Secret, *, edition: str) -> tuple[bytes, dict[str, KindReceipt]]:
    """The file's bytes, the same for the same counts and key, and what it says in numbers.

    Args:
        counts: From :func:`count_own_names` or :func:`count_listed_names`.
        id_key: ``EncodingKeys.ids`` of the epoch.
        edition: What the counts are, such as ``GP register, September 2026``.

    Raises:
        BadInput: Fewer than three forenames or surnames have ten holders.
    """
    file: dict[str, object] = {"format": FORMAT, "edition": edition, "standardiser": STANDARDISER}
    file["key_check"] = key_check(id_key.reveal())
    receipts = {}
    for kind in KINDS:
        rows = [row for row in counts.to_pylist() if row["kind"] == kind]
        held = sorted((-row["people"], row["name"]) for row in rows if row["people"] >= MIN_HOLDERS)
        people = [-number for number, _ in held]
        too_few = sum(row["people"] for row in rows) - sum(people)
        cut = cut_bands(people, too_few)
        if not cut.common or not cut.rare:
            raise _too_few_names(kind)
        names = [name for _, name in held]
        file[kind] = {
            "common": _ids(names[: cut.common], kind, id_key),
            "rare": _ids(names[len(names) - cut.rare :], kind, id_key),
        }
        receipts[kind] = _receipt(people, too_few, cut)
    return (json.dumps(file, indent=0, sort_keys=True) + "\n").encode(), receipts


def _ids(names: list[str], kind: str, id_key: Secret) -> list[str]:
    key = id_key.reveal()
    return sorted(f"{band_id(key, kind, name):016x}" for name in names)


def _receipt(people: list[int], too_few: int, cut: Cut) -> KindReceipt:
    everyone, rare_from = sum(people) + too_few, len(people) - cut.rare
    common, rare = sum(people[: cut.common]) / everyone, sum(people[rare_from:]) / everyone
    return KindReceipt(
        common_names=cut.common,
        rare_names=cut.rare,
        middle_names=rare_from - cut.common,
        common_share=round(common, 3),
        rare_share=round(rare, 3),
        middle_share=round(1 - common - rare, 3),
        too_few_share=round(too_few / everyone, 3),
    )


def _too_few_names(kind: str) -> BadInput:
    return BadInput(
        f"There are too few {kind}s with {MIN_HOLDERS} holders to make three bands.",
        why="A band of a handful of names would point at the people who bear them.",
        fix="Use a larger source or a public list, or link without name bands.",
        code="E-BANDS-FEW",
    )
