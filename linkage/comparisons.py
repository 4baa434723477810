"""What is compared, and in which levels: one list that training, scoring, charts and reports share."""

from dataclasses import dataclass, replace

from governance.settings import Linkage

Parameters = dict[str, dict[int, float]]
"""Probability by comparison and level."""

LEVELS = 2
"""Counted up when a level comes to mean something else (``sql/pattern.sql``): no model of before fits then."""

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


SAME_NAME = 4
"""Equal names without a rarity band; with band 1 to 3 the level is as much higher."""

BANDED = frozenset({SAME_NAME + band for band in (1, 2, 3)})


def _name(name: str, title: str, same: float, close: float, near: float, different: float) -> Comparison:
    levels = (
        Level(SAME_NAME + 3, "same, rare name", 0.2 * same),
        Level(SAME_NAME + 2, "same, neither rare nor common", 0.4 * same),
        Level(SAME_NAME + 1, "same, common name", 0.4 * same),
        Level(SAME_NAME, "same", same),
        Level(2, "close", close),
        Level(1, "near", near),
        Level(0, "different", different),
    )
    return Comparison(name, title, levels)


_FORENAME = _name("forename", "Forename", 0.86, 0.06, 0.02, 0.06)
_SURNAME = _name("surname", "Surname", 0.87, 0.06, 0.01, 0.06)
_NAME_ORDER = Comparison(
    "name_order",
    "Name order",
    (
        Level(0, "as written", 0.98),
        Level(2, "forename and surname swapped", 0.015, ordered=False),
        Level(1, "swapped, one of them only near", 0.005, ordered=False),
    ),
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
    _NAME_ORDER,
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

_JOINT = {
    3: "same surname, postcode and birth date",
    2: "same postcode and birth date",
    1: "same surname and postcode",
    0: "neither",
}
"""What is counted at source: how often two people agree in several fields at once."""

_BANDS = {0: "", 1: ", common name", 2: ", neither rare nor common", 3: ", rare name"}


def household_level(joint: int, band: int) -> int:
    """The level of a joint agreement in which the shared surname has this rarity band."""
    return joint + 4 * band


HOUSEHOLD = Comparison(
    "household",
    "Family or twin",
    tuple(
        Level(household_level(joint, band), label + words, 0.01 if joint else 0.91)
        for joint, label in _JOINT.items()
        for band, words in _BANDS.items()
        if band == 0 or joint in (1, 3)
    ),
)
"""Corrects the three for not being independent: families share a surname and an address, twins a birth date."""

NAMESAKE = Comparison("namesake", "Namesakes", (Level(1, "same forename and surname", 0.5), Level(0, "otherwise", 0.5)))
"""Corrects the two names for not being independent: both follow origin and class, and sons are named after fathers."""

_OF_NAME = ("forename", "surname", "name_order")

_OF_COMPONENT = {
    # Where one name is fixed, the two cannot be seen in the other order.
    "forename": ("forename", "name_order"),
    "surname": ("surname", "name_order"),
    "phonetic": _OF_NAME,
    "first3": _OF_NAME,
    "initials": _OF_NAME,
    "birth": ("date_of_birth",),
    "date": ("date_of_birth",),
    "postcode": ("postcode",),
    "sex": ("sex",),
}


def compared(linkage: Linkage) -> tuple[Comparison, ...]:
    """The comparisons that a config counts as evidence; ``name`` stands for both names and their order."""
    wanted = set(linkage.compare)
    return tuple(c for c in ALL if c.name in wanted or ("name" in wanted and c.name in _OF_NAME))


def touched_by(component: str) -> tuple[str, ...]:
    """Comparisons that say nothing new about pairs found by a rule with this component."""
    if component in WHOLE:
        return (component,)
    return _OF_COMPONENT[component.split("_", 1)[0]]


def in_play(comparisons: tuple[Comparison, ...], *, banded: bool) -> tuple[Comparison, ...]:
    """The comparisons with the levels that can occur: equal names have a rarity band everywhere or nowhere."""
    never = {SAME_NAME} if banded else BANDED
    return tuple(
        replace(c, levels=tuple(level for level in c.levels if level.value not in never))
        if c.name in ("forename", "surname")
        else c
        for c in comparisons
    )
