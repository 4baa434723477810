"""What a well-formed definition may still not say: names that lead nowhere, and demand without need."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import PurePosixPath

from cohorts.catalogue import Catalogue
from cohorts.query import ALL_NEEDS, Anchor, Definition, EventsCounted, Members, Need, NeedSeen, Query
from governance.errors import Fault
from governance.settings import YamlFile
from governance.settings.yaml_file import Location

Problem = tuple[Location, str, str]
"""Where, what, fix."""


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
        *_demand_alone(query),
    ]
    return [
        Fault(what=f"{'.'.join(map(str, at))}: {what}", fix=fix, file=file.name, line=file.line(at))
        for at, what, fix in dict.fromkeys(problems)  # one clock serves many rungs
    ]


def _header(file: YamlFile, definition: Definition, purpose: str) -> Iterator[Problem]:
    stem = PurePosixPath(file.name).stem
    if definition.id != stem:
        yield ("id",), f"the id is `{definition.id}`, the file is called {stem}.yaml.", "Make the two the same."
    if definition.query.purpose != purpose:
        what = f"made for `{definition.query.purpose}`, but this project is for `{purpose}`."
        yield ("purpose",), what, "Use data for the purpose it was shared for, or set up another project."


def _repeats(query: Query) -> Iterator[Problem]:
    for number, need in enumerate(query.needs):
        at: Location = ("needs", number, "id")
        if need.id == ALL_NEEDS:
            yield at, f"`{ALL_NEEDS}` stands for all needs together.", "Give this need a name of its own."
        if need.id in [other.id for other in query.needs[:number]]:
            yield at, f"`{need.id}` is the id of an earlier need.", "Give each need its own id."
    for number, rung in enumerate(query.ladder):
        if rung.name in [other.name for other in query.ladder[:number]]:
            at = ("responses", "ladder", number, "rung")
            yield at, f"`{rung.name}` is the name of an earlier rung.", "Give each rung its own name."


def _members(query: Query) -> Iterator[Problem]:
    members, count = query.members, len(query.needs)
    if members.at_least > count:
        at: Location = ("members", "at_least")
        yield at, f"{members.at_least} of {count} needs can never be met.", f"Set it to {count} or fewer."
    if members.concurrent and not 2 <= members.concurrent.at_least <= count:
        at = ("members", "concurrent", "at_least")
        yield at, f"it takes from 2 to {count} needs to be concurrent.", f"Set it between 2 and {count}."


def _ladder(file: YamlFile, query: Query) -> Iterator[Problem]:
    names = [rung.name for rung in query.ladder]
    if query.unmet and query.unmet not in names:
        yield ("unmet",), f"there is no rung `{query.unmet}`.", _close(query.unmet, names)
    for number, rung in enumerate(query.ladder):
        at: Location = ("responses", "ladder", number, "after")
        shared: Location = ("responses", "after")
        for what, fix in _anchor(rung.after, query.needs, query.members):
            yield at if at in file.lines else shared, what, fix


def _anchor(anchor: Anchor, needs: Sequence[Need], members: Members) -> Iterator[tuple[str, str]]:
    ids = [need.id for need in needs]
    if anchor.of == ALL_NEEDS:
        return
    if anchor.of not in ids:
        yield f"there is no need `{anchor.of}`.", _close(anchor.of, [*ids, ALL_NEEDS])
    elif members.at_least < len(ids):
        what = f"not everyone has the need `{anchor.of}`, so for some the clock would never start."
        yield what, f"Start it at {ALL_NEEDS}.{anchor.at}."


def _unmapped(query: Query, catalogue: Catalogue) -> Iterator[Problem]:
    """Kinds and needs that no source maps: nobody would ever be found, or everybody would be unmet."""
    for at, name in _named(query):
        what = "need" if at[-1] == "need" else "event"
        known = catalogue.needs if what == "need" else catalogue.kinds
        if name not in known:
            fix = f"{_close(name, known)} Or map it in a source file; or, if no source can tell, take it out here."
            yield at, f"no source maps the {what} `{name}`.", fix


def _named(query: Query) -> Iterator[tuple[Location, str]]:
    """Every kind and need a definition names, and where."""
    for number, need in enumerate(query.needs):
        for item, evidence in enumerate(need.evidence):
            at: Location = ("needs", number, need.how, item)
            if isinstance(evidence, NeedSeen):
                yield (*at, "need"), evidence.need
            elif isinstance(evidence, EventsCounted):
                yield from (((*at, "event", k), kind) for k, kind in enumerate(evidence.kinds))
    for number, rung in enumerate(query.ladder):
        for item, response in enumerate(rung.responses):
            at = ("responses", "ladder", number, "any", item, "event")
            yield from (((*at, k), kind) for k, kind in enumerate(response.kinds))


def _pointless(query: Query) -> Iterator[Problem]:
    for number, need in enumerate(query.needs):
        for item, evidence in enumerate(need.evidence):
            if isinstance(evidence, EventsCounted) and evidence.span and evidence.at_least == 1:
                at: Location = ("needs", number, need.how, item, "span")
                yield at, "one event needs no span.", "Give a count of 2 or more, or remove span."


def _demand_alone(query: Query) -> Iterator[Problem]:
    """Would counts of contacts alone make someone a member? People are not a burden to be listed."""
    by_demand = [need for need in query.needs if _met_by_demand(need)]
    if len(by_demand) >= query.members.at_least:
        names = ", ".join(need.id for need in by_demand)
        what = f"demand alone makes someone a member ({names}): a count of contacts says what services did,"
        yield ("needs",), f"{what} not what the person needed.", "Require evidence of a need beside it (`need: ...`)."


def _met_by_demand(need: Need) -> bool:
    counts = [isinstance(evidence, EventsCounted) for evidence in need.evidence]
    return any(counts) if need.how == "any" else all(counts)


def _close(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"Use one of: {', '.join(known)}." if known else "Map it in a source file."
