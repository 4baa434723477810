"""Exposure of the presets, measured before release; by digest of the settings that decide it.

Names of the measured British list. A register of 1.5 million people, alone and with a second source of 40% of them. A
register keeps one record a person, so standard and loose, which differ in sources that may not, expose it alike.
"""

from typing import Any

_STANDARD_REGISTER = (
    ("structure", 0.0, 0.00165),
    ("structure", 0.02, 0.00193),
    ("structure", 0.1, 0.00311),
    ("lengths", 0.0, 0.00659),
    ("lengths", 0.02, 0.00687),
    ("lengths", 0.1, 0.00808),
    ("missing", 0.0, 0.00707),
    ("missing", 0.02, 0.00735),
    ("missing", 0.1, 0.00856),
    ("equalities", 0.0, 0.0081),
    ("equalities", 0.02, 0.00835),
    ("equalities", 0.1, 0.00945),
    ("rarity", 0.0, 0.01817),
    ("rarity", 0.02, 0.01847),
    ("rarity", 0.1, 0.01981),
)
_STANDARD_SECOND = (
    ("structure", 0.0, 0.07308),
    ("lengths", 0.0, 0.11205),
)
_STRICT_REGISTER = (
    ("structure", 0.0, 0.00031),
    ("structure", 0.02, 0.0006),
    ("lengths", 0.0, 0.00147),
    ("missing", 0.0, 0.00147),
    ("equalities", 0.0, 0.00185),
    ("rarity", 0.0, 0.00472),
    ("rarity", 0.1, 0.00618),
)
_DIGESTS = {
    "strict": "9828c3777833818cf70c6135e9d3b4a0d773018e205a287dec8a0ad57d1eb6e6",
    "standard": "63f36e7cea2157f226098cdc3f890148c81e13315b0d0a317194ebe7217b95fc",
    "loose": "5fe97842ec8f9cf168822fc9766f0e05f1211042f746601f28d95299a4726bad",
}


def _receipt(preset: str, register: Any, second: Any) -> dict[str, Any]:
    """As `joinedup exposure` writes it."""
    return {
        "linkage_sha256": _DIGESTS[preset],
        "people": 1_500_000,
        "people_with_second_source": 1_500_000,
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
        _receipt("strict", _STRICT_REGISTER, ()),
        _receipt("standard", _STANDARD_REGISTER, _STANDARD_SECOND),
        _receipt("loose", _STANDARD_REGISTER, ()),
    )
}
