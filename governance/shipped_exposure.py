"""Exposure of the presets, measured before release; by digest of the settings that decide it.

Names of the measured British list. A register of 1.5 million people, alone and with a second source of 40% of them. A
register keeps one record a person, so standard and loose, which differ in sources that may not, expose it alike.
"""

from typing import Any

_STANDARD_REGISTER = (
    ("structure", 0.0, 0.00187),
    ("lengths", 0.0, 0.00825),
    ("missing", 0.0, 0.00849),
    ("equalities", 0.0, 0.01223),
    ("rarity", 0.0, 0.02533),
)
_STRICT_REGISTER = (
    ("structure", 0.0, 0.0005),
    ("equalities", 0.0, 0.00345),
)
_STANDARD_SECOND = (
    ("structure", 0.0, 0.06183),
    ("lengths", 0.0, 0.09574),
    ("missing", 0.0, 0.0959),
)
_STRICT_SECOND = (
    ("structure", 0.0, 0.00409),
    ("lengths", 0.0, 0.01205),
    ("missing", 0.0, 0.01205),
    ("equalities", 0.0, 0.01431),
    ("rarity", 0.0, 0.02947),
)
"""Of 200,000 people: a larger area exposes less."""
_DIGESTS = {
    "strict": "9828c3777833818cf70c6135e9d3b4a0d773018e205a287dec8a0ad57d1eb6e6",
    "standard": "69ea1d3665ca8159c0e3218d41ad992191563e203f6d56574d9a30574b94ab8c",
    "loose": "e2457dcdfbd0d4bbe28071ba3540cf1e828679022ac293df03a959373de42e2a",
}


def _receipt(preset: str, register: Any, second: Any, *, people: int = 1_500_000) -> dict[str, Any]:
    """As `joinedup exposure` writes it."""
    return {
        "linkage_sha256": _DIGESTS[preset],
        "people": 1_500_000,
        "people_with_second_source": people,
        "names": "a measured list",
        "register": [_cell(*row) for row in register],
        "with_second_source": [_cell(*row) for row in second],
        "chains": {},
    }


def _cell(sees: str, seeds: float, unique: float) -> dict[str, Any]:
    return {"sees": sees, "seeds": seeds, "unique": unique}


SHIPPED: dict[str, dict[str, Any]] = {
    receipt["linkage_sha256"]: receipt
    for receipt in (
        _receipt("strict", _STRICT_REGISTER, _STRICT_SECOND, people=200_000),
        _receipt("standard", _STANDARD_REGISTER, _STANDARD_SECOND),
        _receipt("loose", _STANDARD_REGISTER, ()),
    )
}

ANALYSIS_ZONE: dict[str, Any] = {
    "people": 200_000,
    "analysis_zone": {
        rung: {"unique": unique, "under_5": few}
        for rung, unique, few in (
            ("attributes", 0.26, 0.573),
            ("seen", 0.0, 0.0),
            ("seen_home_size", 0.0, 0.0),
            ("seen_home_seen", 0.025, 0.083),
            ("home_size", 0.52, 0.934),
            ("home_seen", 0.779, 0.986),
            ("home_attributes", 0.904, 0.996),
            ("home_graph", 0.904, 0.996),
        )
    },
}
"""What a home token adds, of the synthetic ICS in areas of about 1,500 people; no linkage setting changes it."""
