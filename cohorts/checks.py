"""What a well-formed definition may still not say: names that lead nowhere, and demand without need."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import PurePosixPath

from cohorts.catalogue import Catalogue
from cohorts.evidence import CONTACTS_ALONE
from cohorts.query import (
    ALL_NEEDS,
    Anchor,
    Barred,
    Definition,
    DistinctCounted,
    EventsCounted,
    Evidence,
    Followed,
    Household,
    LoneAdult,
    Members,
    Near,
    Need,
    NeedSeen,
    Overlapping,
    Query,
    Shared,
)
from governance.errors import Fault
from governance.settings import YamlFile
from governance.settings.yaml_file import Location

Problem = tuple[Location, str, str, str]
"""Where, what, fix, and why it matters."""

_NOBODY = "Nobody would ever be found by it, and a board would read that nobody has the need."
_TWO = "What a page says of one would be read as said of the other."
_NEVER = "Nobody would ever be a member, whatever happened to them."
_NO_RESPONSE = "Nobody would ever be seen to have had it, and a board would read that everybody went without."
_CLOCK = "From which day an answer is late could not be said."
_SLIP = "It adds nothing, so something else was most likely meant."


def definition_faults(file: YamlFile, definition: Definition, purpose: str, catalogue: Catalogue) -> list[Fault]:
    """Every fault of one definition that its shape does not show."""
    query = definition.query
    problems = [
        *_header(file, definition, purpose),
        *_repeats(query),
        *_members(query),
        *_ladder(file, query),
        *_unmapped(query, catalogue),
        *_pointless(query),
        *_homes_untold(query, catalogue),
        *_demand_alone(query),
    ]
    return [
        file.fault(at, f"{'.'.join(map(str, at))}: {what}", fix, why)
        for at, what, fix, why in dict.fromkeys(problems)  # one clock serves many rungs
    ]


def _header(file: YamlFile, definition: Definition, purpose: str) -> Iterator[Problem]:
    stem = PurePosixPath(file.name).stem
    if definition.id != stem:
        what = f"the id is `{definition.id}`, the file is called {stem}.yaml."
        yield ("id",), what, "Make the two the same.", "Other files, pages and approvals find a definition by its id."
    if definition.query.purpose != purpose:
        what = f"made for `{definition.query.purpose}`, but this project is for `{purpose}`."
        fix = "Use data for the purpose it was shared for, or set up another project."
        yield ("purpose",), what, fix, "The agreements under which the data came name one purpose."


def _repeats(query: Query) -> Iterator[Problem]:
    for number, need in enumerate(query.needs):
        at: Location = ("needs", number, "id")
        if need.id == ALL_NEEDS:
            what = f"`{ALL_NEEDS}` stands for all needs together."
            yield at, what, "Give this need a name of its own.", "A clock that starts at needs could mean either."
        if need.id in [other.id for other in query.needs[:number]]:
            yield at, f"`{need.id}` is the id of an earlier need.", "Give each need its own id.", _TWO
    for number, rung in enumerate(query.ladder):
        if rung.name in [other.name for other in query.ladder[:number]]:
            at = ("responses", "ladder", number, "rung")
            yield at, f"`{rung.name}` is the name of an earlier rung.", "Give each rung its own name.", _TWO


def _members(query: Query) -> Iterator[Problem]:
    members, count = query.members, len(query.members.of)
    for number, name in enumerate(members.also):
        if name not in [need.id for need in query.needs]:
            at: Location = ("members", "also", number)
            fix = _close(name, [need.id for need in query.needs])
            yield at, f"there is no need `{name}`.", fix, "What every member must have besides could not be looked for."
    if members.at_least > count:
        at = ("members", "at_least")
        yield at, f"{members.at_least} of {count} needs can never be met.", f"Set it to {count} or fewer.", _NEVER
    if members.concurrent and not 2 <= members.concurrent.at_least <= count:
        at = ("members", "concurrent", "at_least")
        what = f"it takes from 2 to {count} needs to be concurrent."
        yield (
            at,
            what,
            f"Set it between 2 and {count}.",
            "One need is always at one time, and more than there are never.",
        )


def _ladder(file: YamlFile, query: Query) -> Iterator[Problem]:
    names = [rung.name for rung in query.ladder]
    if query.unmet and query.unmet not in names:
        why = "Who got no answer is what the definition is about, and would not be known."
        yield ("unmet",), f"there is no rung `{query.unmet}`.", _close(query.unmet, names), why
    for number, rung in enumerate(query.ladder):
        at: Location = ("responses", "ladder", number, "after")
        shared: Location = ("responses", "after")
        for what, fix in _anchor(rung.after, query.needs, query.members):
            yield at if at in file.places else shared, what, fix, _CLOCK


def _anchor(anchor: Anchor, needs: Sequence[Need], members: Members) -> Iterator[tuple[str, str]]:
    ids = [need.id for need in needs]
    if anchor.of == ALL_NEEDS:
        return
    if anchor.of not in ids:
        yield f"there is no need `{anchor.of}`.", _close(anchor.of, [*ids, ALL_NEEDS])
    elif members.at_least < len(members.of) and anchor.of not in members.also:
        what = f"not everyone has the need `{anchor.of}`, so for some the clock would never start."
        yield what, f"Start it at {ALL_NEEDS}.{anchor.at}."


def _unmapped(query: Query, catalogue: Catalogue) -> Iterator[Problem]:
    """Kinds and needs that no source maps: nobody would ever be found, or everybody would be unmet."""
    for at, what, name in _named(query):
        known = {"need": catalogue.needs, "event": catalogue.kinds, "response": sorted(catalogue.responded_to)}[what]
        if name in known:
            continue
        if what == "response":
            fix = f"{_close(name, known)} Or list it under responds_to in the source file of who meets it."
            why = "Which providers are near, or out of bounds, could not be looked for."
            yield at, f"no source responds to the need `{name}`.", fix, why
        else:
            fix = f"{_close(name, known)} Or map it in a source file; or, if no source can tell, take it out here."
            yield at, f"no source maps the {what} `{name}`.", fix, _NO_RESPONSE if at[0] == "responses" else _NOBODY


def _named(query: Query) -> Iterator[tuple[Location, str, str]]:
    """Every need, kind of event and response a definition names, and where."""
    for number, need in enumerate(query.needs):
        for item, evidence in enumerate(need.evidence):
            yield from _named_by(evidence, ("needs", number, need.how, item))
    for number, rung in enumerate(query.ladder):
        for item, response in enumerate(rung.responses):
            yield from _kinds(("responses", "ladder", number, "any", item, "event"), response.kinds)


def _named_by(evidence: Evidence, at: Location) -> Iterator[tuple[Location, str, str]]:
    """What one piece of evidence names; another definition's own names were checked with it."""
    match evidence:
        case NeedSeen():
            yield (*at, "need"), "need", evidence.need
        case Household():
            yield from _named_by(evidence.of, (*at, "household"))
        case Near():
            yield (*at, "near", "need"), "response", evidence.need
        case Barred():
            yield from _kinds((*at, "barred", "orders"), evidence.orders)
            yield (*at, "barred", "need"), "response", evidence.need
        case Shared():
            yield from _kinds((*at, "shared", "contacts"), evidence.contacts)
            yield from _kinds((*at, "shared", "coordinated_by"), evidence.coordinated_by)
        case Followed():
            yield from _kinds((*at, "event"), evidence.kinds)
            name = "not_followed_by" if evidence.negated else "followed_by"
            yield from _kinds((*at, name, "event"), evidence.by.kinds)
            if evidence.preceded:
                yield from _kinds((*at, "preceded_by", "event"), evidence.preceded.kinds)
        case _:
            yield from _kinds((*at, "event"), getattr(evidence, "kinds", ()))
            if isinstance(evidence, Overlapping):
                yield from _kinds((*at, "overlaps"), evidence.others)


def _kinds(at: Location, kinds: Sequence[str]) -> Iterator[tuple[Location, str, str]]:
    yield from (((*at, number), "event", kind) for number, kind in enumerate(kinds))


def _pointless(query: Query) -> Iterator[Problem]:
    for number, need in enumerate(query.needs):
        for item, evidence in enumerate(need.evidence):
            if isinstance(evidence, EventsCounted | DistinctCounted) and evidence.span and evidence.at_least == 1:
                at: Location = ("needs", number, need.how, item, "span")
                yield at, "one event needs no span.", "Give a count of 2 or more, or remove span.", _SLIP
            if isinstance(evidence, DistinctCounted) and evidence.at_least == 1:
                at = ("needs", number, need.how, item, "distinct")
                yield at, "one event is always of one.", "Give a count of 2 or more, or remove distinct.", _SLIP


def _homes_untold(query: Query, catalogue: Catalogue) -> Iterator[Problem]:
    if catalogue.households:
        return
    for number, need in enumerate(query.needs):
        for item, evidence in enumerate(need.evidence):
            if isinstance(evidence, Household | LoneAdult):
                at: Location = ("needs", number, need.how, item, "household")
                fix = "Set households: true in project.yaml, and have it approved; or take this out."
                what = "the project does not tell who shares a home, so nobody could be told."
                yield at, what, fix, "Everybody would be cannot tell, and the definition would count nobody."


def _demand_alone(query: Query) -> Iterator[Problem]:
    """Would counts of contacts alone make someone a member? People are not a burden to be listed."""
    members = query.members
    by_demand = [need for need in query.needs if _met_by_demand(need)]
    besides = {need.id for need in by_demand} >= set(members.also)
    if besides and len([need for need in by_demand if need.id in members.of]) >= members.at_least:
        names = ", ".join(need.id for need in by_demand)
        what = f"demand alone makes someone a member ({names}): a count of contacts says what services did,"
        fix = "Require evidence of a need beside it (`need: ...`)."
        yield ("needs",), f"{what} not what the person needed.", fix, "People are not a burden to be listed."


def _met_by_demand(need: Need) -> bool:
    if need.how == "none":
        return True  # nobody needs something because nothing was recorded
    counts = [_is_demand(evidence) for evidence in need.evidence]
    return any(counts) if need.how == "any" else all(counts)


def _is_demand(evidence: Evidence) -> bool:
    """Counts of contacts, also a housemate's."""
    return isinstance(evidence.of if isinstance(evidence, Household) else evidence, CONTACTS_ALONE)


def _close(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"Use one of: {', '.join(known)}." if known else "Map it in a source file."
