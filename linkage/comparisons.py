"""What is compared, and in which levels: one list that training, scoring, charts and reports share."""

from dataclasses import dataclass

from governance.settings import Linkage

WHOLE = ("nhs_number", "phone", "email", "uprn", "birth_place", "occupation")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of agreement."""

    value: int
    label: str
    start_m: float
    """Where EM starts, and what stands if it never sees the level: share of true pairs at this level."""
    ordered: bool = True
    """Whether it should weigh less than the levels above it; unknown and swapped parts have no place in the order."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: levels from most to least agreement."""

    name: str
    title: str
    levels: tuple[Level, ...]
    u_of_agreement: float | None = None
    """Fixed chance of agreement for ids that belong to one person; counting them would count true pairs."""


_FORENAME = Comparison(
    "forename",
    "Forename",
    (
        Level(4, "same", 0.85),
        Level(3, "forename and surname swapped", 0.01, ordered=False),
        Level(2, "close", 0.06),
        Level(1, "near", 0.02),
        Level(0, "different", 0.06),
    ),
)
_SURNAME = Comparison(
    "surname",
    "Surname",
    (Level(3, "same", 0.87), Level(2, "close", 0.06), Level(1, "near", 0.01), Level(0, "different", 0.06)),
)
_BIRTH = Comparison(
    "date_of_birth",
    "Date of birth",
    (
        Level(6, "same", 0.9),
        Level(5, "day and month swapped", 0.01, ordered=False),
        Level(4, "year and one other part", 0.05),
        Level(3, "day and month", 0.01, ordered=False),
        Level(2, "same year, day unknown", 0.01, ordered=False),
        Level(1, "different year, day unknown", 0.005, ordered=False),
        Level(0, "different", 0.015),
    ),
)
_SEX = Comparison("sex", "Sex", (Level(1, "same", 0.99), Level(0, "different", 0.01)))
_POSTCODE = Comparison(
    "postcode",
    "Postcode",
    (
        Level(3, "same", 0.7),
        Level(2, "same sector", 0.04),
        Level(1, "same district", 0.06),
        Level(0, "different", 0.2),
    ),
)


def _whole(name: str, title: str, m: float, u: float | None = None) -> Comparison:
    return Comparison(name, title, (Level(1, "same", m), Level(0, "different", 1 - m)), u)


ALL = (
    _FORENAME,
    _SURNAME,
    _BIRTH,
    _SEX,
    _POSTCODE,
    _whole("nhs_number", "NHS number", 0.98, 1e-8),
    _whole("phone", "Phone", 0.7),
    _whole("email", "Email", 0.7),
    _whole("uprn", "Address (UPRN)", 0.7),
    _whole("birth_place", "Place of birth", 0.6),
    _whole("occupation", "Occupation", 0.6),
)

HOUSEHOLD = Comparison(
    "household",
    "Family or twin",
    (
        Level(3, "same surname, postcode and birth date", 0.01),
        Level(2, "same postcode and birth date", 0.01),
        Level(1, "same surname and postcode", 0.01),
        Level(0, "neither", 0.97),
    ),
)
"""Corrects the three for not being independent: families share a surname and an address, twins a birth date."""

HOUSEHOLD_PARTS: dict[int, tuple[tuple[str, int], ...]] = {
    3: (("surname", 3), ("postcode", 3), ("date_of_birth", 6)),
    2: (("postcode", 3), ("date_of_birth", 6)),
    1: (("surname", 3), ("postcode", 3)),
}

_OF_COMPONENT = {
    "forename": ("forename",),
    "surname": ("surname",),
    "phonetic": ("forename", "surname"),
    "birth": ("date_of_birth",),
    "date": ("date_of_birth",),
    "postcode": ("postcode",),
    "sex": ("sex",),
}


def compared(linkage: Linkage) -> tuple[Comparison, ...]:
    """The comparisons that a config counts as evidence; ``name`` stands for forename and surname."""
    wanted = set(linkage.compare)
    return tuple(c for c in ALL if c.name in wanted or ("name" in wanted and c.name in ("forename", "surname")))


def touched_by(component: str) -> tuple[str, ...]:
    """Comparisons that say nothing new about pairs found by a rule with this component."""
    if component in WHOLE:
        return (component,)
    return _OF_COMPONENT[component.split("_", 1)[0]]
