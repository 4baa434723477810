"""A definition in English, made from its nodes: what people read is what runs.

"The last 12 months" are those before the period ends.
"""

from collections.abc import Sequence

from cohorts.durations import Duration
from cohorts.english_evidence import events_english, evidence_english, recorded_english
from cohorts.query import (
    ALL_NEEDS,
    AgeBetween,
    Alive,
    Anchor,
    Definition,
    Gate,
    Household,
    LivesIn,
    Members,
    Need,
    NeedSeen,
    OnSpine,
    Parameter,
    Query,
    Response,
)
from cohorts.words import listed, plain, titled
from governance.english import percent

_JOINT = {"any": "or", "all": "and", "none": "or"}
_EVERYONE = "Everyone linked in this project"


def definition_english(definition: Definition) -> list[str]:
    """The whole definition, a line a part."""
    query = definition.query
    return [
        population_english(query),
        members_english(query),
        *(need_english(need) for need in query.needs),
        *ladder_english(query),
        unmet_english(query),
        silence_english(query),
        *(parameter_english(parameter) for parameter in definition.parameters),
    ]


# --- whom -------------------------------------------------------------------------------------------------


def population_english(query: Query) -> str:
    """Whom the definition is about."""
    told = [_gate(gate) for gate in query.population]
    return f"People {', '.join(told)}." if told else f"{_EVERYONE}."


def _gate(gate: Gate) -> str:
    match gate:
        case OnSpine():
            return "on the population register"
        case Alive():
            return "not recorded as having died"
        case AgeBetween(low, None):
            return f"aged {low} or over (the age they reach in the year the period ends)"
        case AgeBetween(low, high):
            return f"aged {low} to {high} (the age they reach in the year the period ends)"
        case LivesIn(level, names):
            return f"living in the {level} of {listed(list(names))}"


# --- needs ------------------------------------------------------------------------------------------------


def members_english(query: Query) -> str:
    """How many of the needs, and whether at the same time."""
    return f"Needs: {_members(query)}."


def _members(query: Query) -> str:
    members = query.members
    if members.also:
        return f"{_counted_needs(members)}; and, as well, {listed([plain(one) for one in members.also], 'and')}"
    return _counted_needs(members)


def _counted_needs(members: Members) -> str:
    ids = [plain(one) for one in members.of]
    if members.at_least == 1 < len(ids):
        return f"{listed(ids, 'or')}{_together(members)}"
    if members.at_least < len(ids):
        return f"at least {members.at_least} of {listed(ids, 'and')}{_together(members)}"
    both = "both " if len(ids) == 2 else "all of " if len(ids) > 2 else ""
    return f"{both}{listed(ids, 'and')}{_together(members)}"


def _together(members: Members) -> str:
    if not members.concurrent:
        return ""
    return f", with at least {members.concurrent.at_least} of them inside one span of {members.concurrent.span}"


def need_english(need: Need) -> str:
    """One need and what shows it."""
    if need.how == "none":
        return f"“{titled(need.id)}” means the absence of: {'; '.join(_pieces(need))}."
    return f"“{titled(need.id)}” means {f'; {_JOINT[need.how]} '.join(_pieces(need))}."


def _pieces(need: Need) -> list[str]:
    """Each piece of evidence; needs recorded alike are told in one breath."""
    alike: dict[str, list[str]] = {}
    for evidence in need.evidence:
        if isinstance(evidence, NeedSeen):
            alike.setdefault(recorded_english(evidence), []).append(plain(evidence.need))
        else:
            alike[evidence_english(evidence)] = []
    return [f"{listed(names, _JOINT[need.how])} {how}" if names else how for how, names in alike.items()]


# --- responses --------------------------------------------------------------------------------------------


def ladder_english(query: Query) -> list[str]:
    """The rungs in order: by when, and what counts."""
    lines = []
    for number, rung in enumerate(query.ladder):
        same_clock = number > 0 and rung.after == query.ladder[number - 1].after
        clock = "that day" if same_clock else _anchor(rung.after, query)
        what = "; or ".join(map(_response, rung.responses))
        lines.append(f"Response {number + 1}, {plain(rung.name)}: within {rung.within} of {clock}, {what}.")
    return lines


def unmet_english(query: Query) -> str:
    """When the needs are unmet."""
    rung = next((rung for rung in query.ladder if rung.name == query.unmet), None)
    if rung is None:
        return "No response is asked for: having the needs is enough."
    none_of = "; ".join(map(_response, rung.responses))
    return f"Unmet: none of these is recorded within {rung.within} of {_anchor(rung.after, query)}: {none_of}."


def _anchor(anchor: Anchor, query: Query) -> str:
    if anchor.of == ALL_NEEDS:
        count, members = len(query.needs), query.members
        what = "the need" if count == 1 else f"{members.at_least} of the needs"
        what = "all the needs" if members.at_least == count > 1 else what
    else:
        what = f"“{plain(anchor.of)}”"
    match anchor.at:
        case "first":
            return f"the first sign of {what}"
        case "last":
            return f"the latest sign of {what}"
        case "crossed":
            return f"the day by which {what} had been shown"


def _response(response: Response) -> str:
    marks = [word for word, wanted in (("attended", response.attended), ("planned", response.planned)) if wanted]
    if response.at_least > 1:
        text = events_english(response.kinds, response.at_least, f"{' '.join(marks)} " if marks else "")
    else:
        text = events_english(response.kinds, 1) + (f" that was {listed(marks, 'and')}" if marks else "")
    return text + (", new or already under way" if response.ongoing else "")


# --- what cannot be told, and what may be set -------------------------------------------------------------


def silence_english(query: Query) -> str:
    """When the absence of a record counts."""
    text = (
        "Absence counts only where every source that could hold the record covers the whole of the time in question"
        " and that time is over; otherwise we cannot tell."
    )
    if any(isinstance(evidence, Household) for need in query.needs for evidence in need.evidence):
        text += (
            " That nobody at home shows something is said only of a home in which somebody is known to be aged 18 or"
            " over: a child does not live alone, so elsewhere somebody is missing and we cannot tell."
        )
    if query.min_share:
        text += (
            f" A source that holds under {percent(query.min_share)} of the people it serves cannot rule anything out."
        )
    return text


def parameter_english(parameter: Parameter) -> str:
    """A threshold a board may set."""
    values = (parameter.value, parameter.low, parameter.high)
    now, low, high = _shares(values) or map(_size, values)
    return f"A board may change “{plain(parameter.name)}”: now {now}, from {low} to {high}. {parameter.why}"


def _shares(values: Sequence[float | str]) -> list[str]:
    """Values that are shares of a whole, as percentages; none where they are not: a range may end in a 0 or a 1."""
    numbers = [value for value in values if not isinstance(value, str) and value <= 1]
    is_share = len(numbers) == len(values) and any(isinstance(number, float) for number in numbers)
    return [percent(number) for number in numbers] if is_share else []


def _size(value: float | str) -> str:
    return str(Duration.parse(value)) if isinstance(value, str) else str(value)


def attrition_labels(query: Query) -> list[str]:
    """What people who pass each step have in common, in the order of ``passed`` in the compiled statement."""
    labels = [_EVERYONE, *(f"… {_gate(gate)}{_may_be_missing(gate)}" for gate in query.population)]
    labels.append(f"… with {_members(query)}")
    if query.unmet:
        labels.append("… for whom the time to respond is over and a response would have been recorded")
        labels.append(f"… for whom no response reached “{plain(query.unmet)}”")
    return labels


def _may_be_missing(gate: Gate) -> str:
    """A gate whose attribute may be missing lets those people pass: nobody can tell."""
    return "" if isinstance(gate, OnSpine | Alive) else ", or not recorded"
