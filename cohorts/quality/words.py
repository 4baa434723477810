"""Fields, groups and findings of a scorecard in plain words."""

from collections.abc import Iterable

from cohorts.quality.scorecard import ALL, Gain, Month, Scorecard, has_column, without_column
from governance.disclosure import SafeMeasure, SafeRate, Status

FIELDS = {
    "birth_year": "Date of birth",
    "date_of_birth": "Date of birth",
    "sex": "Sex",
    "ethnic_group": "Ethnic group",
    "address": "Address",
    "home": "Home",
    "nhs_number": "NHS number",
    "death_month": "Death",
    "forename": "First name",
    "surname": "Family name",
    "postcode": "Postcode",
    "phone": "Phone number",
    "email": "Email address",
    "uprn": "UPRN (property reference)",
}
SLICE_TITLES = {
    "deprivation_quintile": "deprivation (fifths of areas)",
    "ethnic_group": "ethnic group",
    "age_band": "age",
    "sex": "sex",
    "address": "fixed or no fixed address",
}
ENOUGH_PEOPLE = 50
"""Groups of fewer people are in the tables, and make no headline."""

NOT_RECORDED = "not recorded"
_FIFTHS = {"1": "1 (most deprived)", "5": "5 (least deprived)"}


def field(name: str) -> str:
    """A field in words."""
    return FIELDS.get(name, name.replace("_", " ").capitalize())


def in_sentence(name: str) -> str:
    """A field inside a sentence: NHS number keeps its capitals."""
    words = field(name)
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def group_label(dimension: str, group: str) -> str:
    """A group in words."""
    if dimension == "deprivation_quintile":
        return _FIFTHS.get(group, group.capitalize())
    if dimension == "age_band" and group[0].isdigit():
        return f"{group[:-1]} and over" if group.endswith("+") else group.replace("-", " to ")
    return group[:1].upper() + group[1:]


def _group_in_sentence(dimension: str, group: str) -> str:
    """Ethnic groups keep their capitals."""
    label = group_label(dimension, group)
    return label if dimension == "ethnic_group" else label.lower()


def percent(rate: SafeRate) -> str:
    """A share as a whole percentage, or its symbol."""
    return rate.percent_text


def interval(rate: SafeRate) -> str:
    """The 95% interval of a share in percent, or its symbol."""
    if rate.low is None or rate.high is None:
        return rate.percent_text
    return f"{rate.low / 10:.0f}% to {rate.high / 10:.0f}%"


def in_short(card: Scorecard) -> tuple[str, ...]:
    """What the source should know first, each only if the released numbers show it."""
    found = (
        _nearly_never(card),
        _emptiest(card),
        _no_column(card),
        _widest_gap(card),
        _most_contradicted(card),
        _best_gain(card.gains),
        _joined_less(card),
        _fell(card.trend),
    )
    return tuple(sentence for sentence in found if sentence) or ("Nothing stands out this month.",)


def _shown(found: Iterable[tuple[str, SafeMeasure]]) -> list[tuple[str, float]]:
    return [
        (name, one.share.per_1000)
        for name, one in found
        if one.share.status is Status.SHOWN and one.share.per_1000 is not None
    ]


def _emptiest(card: Scorecard) -> str:
    absent = without_column(card.source)
    held = ((name, one) for (name, dimension, _), one in card.filled.items() if dimension == ALL and name not in absent)
    shares = _shown(held)
    if not shares or min(share for _, share in shares) >= 950:
        return ""
    name, share = min(shares, key=lambda each: each[1])
    return f"Least filled: {in_sentence(name)}. {share / 10:.0f}% of people have it."


_NEARLY_ALL = 950
"""A field that so many records of a thousand lack is told, also where those who have it are too few to be shown."""


def _nearly_never(card: Scorecard) -> str:
    """Fields that have a column and are hardly ever filled."""
    empty = [
        in_sentence(gain.field)
        for gain in card.gains
        if has_column(card.source, gain.field) and (gain.missing.share.per_1000 or 0.0) >= _NEARLY_ALL
    ]
    return f"Missing from nearly every record: {', '.join(empty)}." if empty else ""


def _no_column(card: Scorecard) -> str:
    absent = [in_sentence(name) for name in without_column(card.source)]
    return f"This source sends no column for: {', '.join(absent)}." if absent else ""


def _widest_gap(card: Scorecard) -> str:
    """Between groups of one slice whose intervals do not overlap."""
    widest, words = 0.0, ""
    for name in dict.fromkeys(name for name, *_ in card.filled):
        for dimension in SLICE_TITLES:
            if dimension == name:
                continue  # whoever has no fixed address lacks one by definition
            own = [
                (g, m.share)
                for (n, d, g), m in card.filled.items()
                if (n, d) == (name, dimension) and (m.whole.people or 0) >= ENOUGH_PEOPLE
            ]
            known = [(g, s) for g, s in own if s.status is Status.SHOWN and g != NOT_RECORDED]
            if len(known) < 2:
                continue
            low, high = (pick(known, key=lambda each: each[1].per_1000 or 0.0) for pick in (min, max))
            gap = (high[1].per_1000 or 0.0) - (low[1].per_1000 or 0.0)
            if (low[1].high or 0.0) < (high[1].low or 0.0) and gap > widest:
                widest = gap
                words = (
                    f"Filled less for some: {in_sentence(name)} by {SLICE_TITLES[dimension]}, {percent(low[1])} for"
                    f" {_group_in_sentence(dimension, low[0])} against {percent(high[1])} for"
                    f" {_group_in_sentence(dimension, high[0])}."
                )
    return words


def _most_contradicted(card: Scorecard) -> str:
    shares = _shown((name, one) for (name, dimension, _), one in card.differs.items() if dimension == ALL)
    if not shares or max(share for _, share in shares) < 10:
        return ""
    name, share = max(shares, key=lambda each: each[1])
    return f"Most often contradicted elsewhere: {in_sentence(name)}, for {share / 10:.0f}% of people whom both know."


_WORTH_RULES = 2.0
"""A field is worth a sentence if filling it lets so many more rules speak for a record."""


def _best_gain(gains: Iterable[Gain]) -> str:
    """The field that would let most rules speak for a record that lacks it."""
    won = [(gain, (gain.rules_if_filled or 0.0) - (gain.rules_now or 0.0)) for gain in gains]
    gain, more = max(won, key=lambda each: (each[1], each[0].missing.part.people or 0), default=(None, 0.0))
    if gain is None or more < _WORTH_RULES:
        return ""
    return (
        f"Most lost where it is missing: {in_sentence(gain.field)}. About {gain.missing.part.text} records lack it;"
        f" {gain.rules_now} of {gain.rules} rules can find them elsewhere, {gain.rules_if_filled} if it were filled."
    )


def _joined_less(card: Scorecard) -> str:
    """Whether people without an NHS number were joined clearly less often than those with one, if both may be told."""
    pair = card.joined.get("nhs_number")
    if not pair or any(one.share.status is not Status.SHOWN for one in pair):
        return ""
    if (pair[1].share.high or 0.0) >= (pair[0].share.low or 0.0):
        return ""
    with_it, without = (percent(one.share) for one in pair)
    return f"Found in another service: {with_it} of people with an NHS number, {without} of those without."


def _fell(trend: tuple[Month, ...]) -> str:
    if len(trend) < 2:
        return ""
    before, now = trend[-2:]
    falls = [
        (name, (before.filled[name].per_1000 or 0.0) - (share.per_1000 or 0.0))
        for name, share in now.filled.items()
        if name in before.filled and (share.high or 0.0) < (before.filled[name].low or 0.0)
    ]
    worst = max(falls, key=lambda each: each[1], default=("", 0.0))
    if worst[1] <= 0:
        return ""
    return f"Filled less than in {before.period}: {in_sentence(worst[0])}, by {worst[1] / 10:.0f} points."
