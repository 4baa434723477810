"""Released counts by name, for whoever checks a draft: they know definitions and services, and no code."""

from collections.abc import Callable

from governance.disclosure import EVERYONE

_KNOWN = {
    "met": "in the group",
    "not_met": "not in the group",
    "cannot_tell": "cannot tell",
    "population": "looked at",
    "shared": "in the group, with needs between services",
    "appointments": "with an appointment",
    "missed": "missed an appointment",
}


def cohort_words(cohort: str) -> str:
    """The id of a definition, or everyone."""
    return "everyone" if cohort == EVERYONE else cohort


def measure_words(measure: str) -> str:
    """A measure as people say it, such as ``reached housing told`` for ``rung:housing_told``."""
    kind, _, rest = measure.partition(":")
    if rest and kind in _KINDS:
        return _KINDS[kind](rest)
    return _KNOWN.get(measure, _plain(measure))


def _plain(text: str) -> str:
    return text.replace("_", " ").replace(":", " ")


def _step(number: str) -> str:
    return f"left after step {number.lstrip('0')}"


def _variant(setting: str) -> str:
    return f"in the group if {_plain(setting).replace('=', ' is ')}"


def _wait(rest: str) -> str:
    """``housing:unseen:02-04`` is who was referred to housing and not seen for 2 to 4 weeks."""
    source, *part = rest.split(":")
    told = f"referred to {_plain(source)}"
    if len(part) != 2:
        return told
    low, _, high = part[1].partition("-")
    weeks = f"{int(low)} to {int(high)} weeks"
    return f"{told}, {'seen after' if part[0] == 'seen' else 'not seen for'} {weeks}"


_KINDS: dict[str, Callable[[str], str]] = {
    "rung": lambda name: f"reached {_plain(name)}",
    "attrition": _step,
    "variant": _variant,
    "wait": _wait,
}
