"""Ethnic groups: five for reports, sixteen as services record them, and the communities whose names people bear."""

import numpy as np
from numpy.typing import NDArray

from flows.demo.draws import Codes, Rng, pick, pick_by_row
from flows.demo.name_lists import COMMUNITIES

GROUPS = ("asian", "black", "mixed", "white", "other")
ASIAN, BLACK, MIXED, WHITE, OTHER = range(5)

DETAIL = "ABCDEFGHJKLMNPRS"
"""The sixteen ethnic category codes of NHS systems: A to C white, D to G mixed, H to L and R Asian, M to P black, S
other."""

_DETAIL_OF = {
    "british": "A", "irish": "B", "polish": "C", "romanian": "C", "lithuanian": "C", "indian": "H", "pakistani": "J",
    "bangladeshi": "K", "vietnamese": "L", "caribbean": "M", "yoruba": "N", "igbo": "N", "ghanaian": "N",
    "east_african": "N", "hausa": "N", "arab": "S", "turkish": "S",
}  # fmt: skip
_COMMUNITY_SHARES = {
    WHITE: {"british": 0.885, "irish": 0.035, "polish": 0.045, "romanian": 0.025, "lithuanian": 0.01},
    ASIAN: {"indian": 0.38, "pakistani": 0.42, "bangladeshi": 0.14, "vietnamese": 0.06},
    BLACK: {"yoruba": 0.26, "igbo": 0.08, "ghanaian": 0.17, "east_african": 0.2, "hausa": 0.04, "caribbean": 0.25},
    OTHER: {"arab": 0.62, "turkish": 0.38},
    MIXED: {"british": 1.0},
}
_BORN_ABROAD = {"british": 0.0, "irish": 0.3, "indian": 0.45, "pakistani": 0.4, "bangladeshi": 0.4, "caribbean": 0.3}


def draw_household_groups(rng: Rng, decile: NDArray[np.int8], ward: Codes) -> Codes:
    """One group a household: minority households live closer together, and more often in poorer areas."""
    wards = int(ward.max()) + 1
    pull = rng.normal(0, 0.9, (wards, 5))[ward]
    poverty = (5.5 - decile) / 4.5
    base = np.log([0.10, 0.05, 0.018, 0.80, 0.025])
    slope = np.array([0.55, 0.6, 0.3, 0.0, 0.5])
    weight = np.exp(base + slope * poverty[:, None] + pull * [1.0, 0.7, 0.3, 0.0, 0.5])
    return pick_by_row(rng, weight)


def draw_communities(rng: Rng, group: Codes) -> Codes:
    """The community whose names a household bears."""
    found = np.zeros(len(group), np.int32)
    for code, shares in _COMMUNITY_SHARES.items():
        rows = np.flatnonzero(group == code)
        members = np.array([COMMUNITIES.index(name) for name in shares], np.int32)
        found[rows] = members[pick(rng, list(shares.values()), len(rows))]
    return found


def draw_details(rng: Rng, group: Codes, community: Codes) -> Codes:
    """Position in ``DETAIL`` of each person's own category."""
    by_community = np.array([DETAIL.index(_DETAIL_OF[name]) for name in COMMUNITIES], np.int32)
    mixed = np.array([DETAIL.index(code) for code in "DEFG"], np.int32)
    of_mixed = mixed[pick(rng, [0.36, 0.14, 0.27, 0.23], len(group))]
    return np.where(group == MIXED, of_mixed, by_community[community]).astype(np.int32)


def born_abroad_share(community: Codes) -> NDArray[np.float64]:
    """Share of adults of each community born abroad."""
    shares: NDArray[np.float64] = np.array([_BORN_ABROAD.get(name, 0.65) for name in COMMUNITIES])[community]
    return shares
