"""People who are near and not one person: twins, and fathers and sons of one name, as classes of their own.

Between one person and two strangers stand members of one family. Twins share a birth date, a surname and an address as
surely as two records of one person do, with the same slips and the same moves; a son named after his father shares all
but the birth date. So among twins a pattern is as likely as among true pairs, but for forenames, sex and NHS number;
among fathers and sons of one name, but for birth date and number. Decision 23.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linkage.comparisons import SAME_NAME

KINDS = ("twins", "namesakes")
"""The classes, in the order of every array."""

SLIPS = {"renamed": "forename", "redated": "date_of_birth"}
"""What a true pair does that looks like family, by the comparison in which it is at level 0: clearly different."""

NUMBER = "nhs_number"
"""Two people do not share it, and one person's two rarely differ: as much for twins as for namesakes."""

_BY_MISTAKE = 0.002
"""Twins under one forename, two people under one number, father and son born in one year: mistakes of writing."""

_NAMED_ALIKE = 0.02
"""Of twins: forenames that sketches call near, beyond those that chance makes so."""

_OF_ONE_SEX = 2 / 3
"""Of twins: a third come from one egg, and half of the others are of one sex."""

_NO_EVIDENCE = 16
"""One above the highest level that four bits hold."""

Levels = Mapping[int, float]
Parameters = Mapping[str, Levels]


def pattern_kin(patterns: pa.Table, m: Parameters, u: Parameters) -> pa.Table:
    """What each agreement pattern says of family.

    Args:
        patterns: Table ``distinct_pattern``: columns of levels by comparison, NULL where there is no evidence.
        m: Agreement among true pairs, by comparison and level.
        u: The same among strangers.

    Returns:
        ``pattern``; for each of :data:`KINDS` ``<kind>_bits``, log2 of how much likelier the pattern is there than
        among true pairs; for each of :data:`SLIPS` whether it shows one, NULL where there is no evidence.
    """
    columns = {f"{kind}_bits": _sum_of_bits(patterns, ratios) for kind, ratios in kin_ratios(m, u).items()}
    slips = {
        name: pc.equal(patterns[compared], 0) if compared in m else pa.nulls(patterns.num_rows, pa.bool_())
        for name, compared in SLIPS.items()
    }
    return pa.table({"pattern": patterns["pattern"], **columns, **slips})


def kin_ratios(m: Parameters, u: Parameters) -> dict[str, dict[str, dict[int, float]]]:
    """By class, comparison and level: how many times likelier than among true pairs; what is not listed, as likely."""
    twins = {name: make(u[name]) for name, make in (("forename", _unlike), ("name_order", dict)) if name in m}
    twins |= {"sex": {1: _OF_ONE_SEX, 0: 1 - _OF_ONE_SEX}} if "sex" in m else {}
    namesakes = {"date_of_birth": _generations_apart(u["date_of_birth"])} if "date_of_birth" in m else {}
    numbers = {NUMBER: {1: _BY_MISTAKE, 0: 1 - _BY_MISTAKE}} if NUMBER in m else {}
    return {
        kind: {name: {level: kin[level] / p for level, p in m[name].items()} for name, kin in (found | numbers).items()}
        for kind, found in zip(KINDS, (twins, namesakes), strict=True)
    }


def usual_slips(m: Parameters) -> dict[str, float]:
    """Share of true pairs with each of :data:`SLIPS`, all sources together; 0 where the field is not compared."""
    return {name: m.get(compared, {}).get(0, 0.0) for name, compared in SLIPS.items()}


def _unlike(u: Levels) -> dict[int, float]:
    """Forenames of two people who were not given the same one."""
    same = sum(p for level, p in u.items() if level >= SAME_NAME)
    others = (1 - _BY_MISTAKE - _NAMED_ALIKE) / (1 - same)
    found = {level: p * (_BY_MISTAKE / same if level >= SAME_NAME else others) for level, p in u.items()}
    return found | {1: found[1] + _NAMED_ALIKE}


def _generations_apart(u: Levels) -> dict[int, float]:
    """Birth dates in two years: what strangers have in one year counts as different."""
    by_mistake = {level: p * _BY_MISTAKE for level, p in u.items()}
    return by_mistake | {3: u[3], 1: u[1] + u[2], 0: u[0] + u[4] + u[5] + u[6]}


def _sum_of_bits(patterns: pa.Table, ratios: Mapping[str, Levels]) -> NDArray[np.float64]:
    total = np.zeros(patterns.num_rows)
    for name, by_level in ratios.items():
        bits = np.zeros(_NO_EVIDENCE + 1)
        bits[list(by_level)] = np.log2(list(by_level.values()))
        total += bits[patterns[name].fill_null(_NO_EVIDENCE).to_numpy().astype(np.int64)]
    return np.round(total, 9).astype(np.float64)
