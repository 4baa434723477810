"""Exposure of the rules that ship, measured before release; by digest of the settings that decide it.

Names of the measured British list. A register of 1.5 million people, alone and with a second source of 40% of them.
"""

from typing import Any

_DEFAULT_REGISTER = (
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
_DEFAULT_SECOND = (
    ("structure", 0.0, 0.32553),
    ("lengths", 0.0, 0.33949),
    ("missing", 0.0, 0.33981),
    ("rarity", 0.0, 0.35850),
)


def _receipt(digest: str, register: Any, second: Any, chains: dict[str, int]) -> dict[str, Any]:
    """As `joinedup exposure` writes it."""
    return {
        "linkage_sha256": digest,
        "people": 1_500_000,
        "people_with_second_source": 1_500_000,
        "names": "a measured list",
        "register": [_cell(*row) for row in register],
        "with_second_source": [_cell(*row) for row in second],
        "chains": chains,
    }


def _cell(sees: str, seeds: float, unique: float) -> dict[str, Any]:
    return {"sees": sees, "seeds": seeds, "unique": unique}


_DEFAULT = "84937c7f9a95b23eeb6f11f7128267a1cdd04b3f6812660fab22bb5f3f6cd75e"

SHIPPED: dict[str, dict[str, Any]] = {
    _DEFAULT: _receipt(
        _DEFAULT,
        _DEFAULT_REGISTER,
        _DEFAULT_SECOND,
        {
            "birth_day": 34,
            "birth_month": 54,
            "birth_year": 53,
            "forename": 7530,
            "postcode": 11,
            "postcode_district": 33,
            "postcode_sector": 31,
            "sex": 24827,
            "surname": 73,
            "uprn": 24,
        },
    ),
}
