"""The dictionary: every surname with every birth date, encoded and looked up."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from governance.keys.ring import Secret
from governance.settings import BlockingRule
from linkage.blocks import views_of
from linkage.encode import EncodingKeys
from tests.lib.attacks.people import SURNAMES
from tests.lib.linkage import LINKAGE, Row, found_in, keys_for


class _EveryPair:
    """Stands for the components of a table that has every surname with every birth date."""

    def __init__(self, surnames: NDArray[np.uint64], dates: NDArray[np.uint64]) -> None:
        self._ids = {
            "surname": np.repeat(surnames, len(dates)),
            "date_of_birth": np.tile(dates, len(surnames)),
        }

    def ids(self, component: str) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        """As ``Components.ids``."""
        ids = self._ids[component]
        return ids, np.ones(len(ids), bool)


def dictionary_attack(rows: list[Row], views: pa.Table, key: Secret, years: range) -> tuple[float, int]:
    """Share of people whose surname and birth date an attacker reads from their views.

    Args:
        rows: The people as they are; only used to see who was read rightly.
        views: What the linkage zone was sent.
        key: The root key that the attacker has or made up.
        years: Years of birth in the dictionary.

    Returns:
        The share, and how many entries the dictionary had.
    """
    keys, number = keys_for(LINKAGE, key), [rule.id for rule in LINKAGE.rules].index("dob_surname")
    seen = views.filter(pa.array(views["rule"].to_numpy() == number))
    block_of = dict(zip(seen["record_id"].to_pylist(), seen["block"].to_pylist(), strict=True))
    surname_ids, read, entries = _surname_ids(keys), {}, 0
    wanted = np.sort(np.array(list(block_of.values()), np.int64))
    for year in years:
        days = [date(year, 1, 1) + timedelta(days=day) for day in range(365 + (year % 4 == 0))]
        blocks = _blocks(LINKAGE.rules[number], surname_ids, _date_ids(days, keys), keys)
        entries += len(blocks)
        for at in np.flatnonzero(np.isin(blocks, wanted)).tolist():
            read[int(blocks[at])] = (SURNAMES[at // len(days)], days[at % len(days)])
    right = sum(read.get(block_of.get(r["record_id"], 0)) == (r["surname"], r["date_of_birth"]) for r in rows)
    return right / len(rows), entries


def _blocks(
    rule: BlockingRule, surnames: NDArray[np.uint64], dates: NDArray[np.uint64], keys: EncodingKeys
) -> NDArray[np.int64]:
    table = _EveryPair(surnames, dates)
    return views_of(rule, table, block_key=keys.block, salt_key=keys.salt).block  # type: ignore[arg-type]


def _surname_ids(keys: EncodingKeys) -> NDArray[np.uint64]:
    rows = [{"record_id": n, "surname": name, "forename": "ann"} for n, name in enumerate(SURNAMES)]
    _, found = found_in(rows, keys)
    return found.ids("surname")[0][found.variant == 0]


def _date_ids(days: list[date], keys: EncodingKeys) -> NDArray[np.uint64]:
    rows = [{"record_id": n, "forename": "ann", "date_of_birth": day} for n, day in enumerate(days)]
    _, found = found_in(rows, keys)
    return found.ids("date_of_birth")[0][found.variant == 0]
