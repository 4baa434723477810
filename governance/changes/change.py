"""One change as people read it: what was, what is, and whether that identifies people more or less."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from governance.changes.compare import ABSENT, Difference

Risk = Literal["more", "unclear", "other", "less", "none"]

RISKS: dict[Risk, str] = {
    "more": "More identifying, or less protected",
    "unclear": "To be read: joinedup cannot say whether this identifies more or less",
    "other": "Changes what is done, not how identifying it is",
    "less": "Less identifying, or better protected",
    "none": "No change of meaning",
}
"""In the order in which they are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One sentence of a diff."""

    risk: Risk
    weight: int
    """Among changes of the same risk the heavier comes first; 0 to 100."""
    where: str
    """The file it stands in."""
    sentence: str
    setting: str
    """The setting's full name, such as ``sources.housing.opt_outs.max_age_days``."""
    two_people: str = ""
    """Why this change needs two approvers; empty if it does not."""


def change_of(found: Difference, where: str, risk: Risk, weight: int, sentence: str, two_people: str = "") -> Change:
    """A change whose setting is the path that differs."""
    return Change(
        risk=risk,
        weight=weight,
        where=where,
        sentence=sentence,
        setting=".".join(found.path),
        two_people=two_people,
    )


_AREAS = ("output_area", "lsoa", "msoa", "ward", "district")

Judge = Callable[[Any, Any], Risk]
"""Whether a new value identifies more than the old one."""


def other(old: Any, new: Any) -> Risk:
    """What is done changes, not how identifying it is."""
    return "other"


def unclear(old: Any, new: Any) -> Risk:
    """A person has to read it."""
    return "unclear"


def always_more(old: Any, new: Any) -> Risk:
    """Any change is one to look at first."""
    return "more"


def always_less(old: Any, new: Any) -> Risk:
    """Any change protects."""
    return "less"


def looser_is_more(old: Any, new: Any) -> Risk:
    """A preset of linkage rules and limits."""
    order = ("strict", "standard", "loose")
    if old not in order or new not in order:
        return "unclear"
    return "more" if order.index(new) > order.index(old) else "less"


def finer_is_more(old: Any, new: Any) -> Risk:
    """Of kinds of area, from the smallest; one that is not known has to be read."""
    if old not in _AREAS or new not in _AREAS:
        return "unclear"
    return "more" if _AREAS.index(new) < _AREAS.index(old) else "less"


def kept_is_more(old: Any, new: Any) -> Risk:
    """Whether records that cannot be checked are kept."""
    return "less" if new == "drop" else "more"


def higher_is_more(old: Any, new: Any) -> Risk:
    """Of numbers and dates; what has no limit is the highest."""
    if new in (None, ABSENT) or old in (None, ABSENT):
        return "more" if new in (None, ABSENT) else "less"
    return "more" if new > old else "less"


def lower_is_more(old: Any, new: Any) -> Risk:
    """Of numbers that protect; none is the lowest."""
    if new in (None, ABSENT) or old in (None, ABSENT):
        return "more" if new in (None, ABSENT) else "less"
    return "more" if new < old else "less"


def longer_is_more(old: Any, new: Any) -> Risk:
    """Of lists of what may be sent, used or compared: anything added makes it more, whatever was taken away."""
    if not isinstance(old, list) or not isinstance(new, list):
        return "more" if new not in (None, ABSENT, [], {}) else "less"
    if [one for one in new if one not in old]:
        return "more"
    return "less" if [one for one in old if one not in new] else "other"


def given_is_more(old: Any, new: Any) -> Risk:
    """Of settings that tell more once they are there."""
    return "less" if new in (None, ABSENT, False, "", [], {}) else "more"


def given_is_less(old: Any, new: Any) -> Risk:
    """Of settings that protect once they are there."""
    return "more" if new in (None, ABSENT, False, "", [], {}) else "less"


def shown(value: Any) -> str:
    """A value of a config as it stands in a sentence."""
    if value in (None, "", [], {}):
        return "nothing"
    match value:
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return "; ".join(f"{key}: {shown(one)}" for key, one in value.items() if one not in (None, [], {}, ""))
        case str() | int() | float():
            return f"{value}"
        case Sequence():
            return ", ".join(shown(one) for one in value)
        case _:
            return "nothing"


def was_now(label: str, old: Any, new: Any) -> str:
    """``label was 12; now 24.``; of lists only what was added and taken away."""
    if isinstance(old, list) and isinstance(new, list) and not any(isinstance(one, Mapping) for one in old + new):
        return _list_change(label, old, new)
    return f"{label} was {shown(old)}; now {shown(new)}."


def _list_change(label: str, old: list[Any], new: list[Any]) -> str:
    added = [one for one in new if one not in old]
    gone = [one for one in old if one not in new]
    told = [f"added {shown(added)}" if added else "", f"taken away {shown(gone)}" if gone else ""]
    return f"{label}: {'; '.join(part for part in told if part) or 'the same in another order'}."
