"""Each piece of evidence in English, as the end of "… means"."""

from calendar import month_name

from cohorts.query import (
    Barred,
    DistinctCounted,
    Escalating,
    EventsCounted,
    Evidence,
    Followed,
    Gap,
    Household,
    InCohort,
    LoneAdult,
    Near,
    NeedSeen,
    NoFixedAddress,
    OpenEpisode,
    Overlapping,
    Shared,
    Strength,
)
from cohorts.words import event_words, listed, plain, sector_words

_PLACES = {"small_area": "small area", "ward": "ward", "district": "district"}


def evidence_english(evidence: Evidence) -> str:
    """One piece of evidence in words."""
    match evidence:
        case NeedSeen():
            return f"{plain(evidence.need)} {recorded_english(evidence)}"
        case EventsCounted():
            return _counted(evidence)
        case NoFixedAddress():
            return "an address recorded as no fixed abode"
        case DistinctCounted():
            kinds = listed([event_words(kind, plural=True) for kind in evidence.kinds])
            close = f", all inside {evidence.span}," if evidence.span else ""
            many = f"contact with {evidence.at_least} or more different {evidence.of}s"
            return f"{many}{close} in the last {evidence.within} ({kinds})"
        case Followed():
            return _followed(evidence)
        case Gap():
            kinds = events_english(evidence.kinds, 1)
            return f"{kinds} in the last {evidence.within} with no other on a later day for {evidence.length}"
        case Escalating():
            kinds = events_english(evidence.kinds, evidence.at_least)
            times = f"at least {evidence.times:g} times as many as in the {evidence.within} before"
            return f"{kinds} in the last {evidence.within}, {times}"
        case OpenEpisode():
            long = f" and had lasted {evidence.lasting} or more by then" if evidence.lasting else ""
            return f"{events_english(evidence.kinds, 1)} that had not ended on the last day of the period{long}"
        case Overlapping():
            one, other = events_english(evidence.kinds, 1), events_english(evidence.others, 1)
            return f"{one} and {other} under way on the same day in the last {evidence.within}"
        case Household():
            return _household(evidence)
        case LoneAdult():
            return "being the only person aged 18 or over at a private home"
        case Near():
            return f"a provider for {plain(evidence.need)} in the same {_PLACES[evidence.level]}"
        case Barred():
            orders = events_english(evidence.orders, 1)
            return f"{orders} in force whose zones hold every provider for {plain(evidence.need)}"
        case InCohort():
            return f"being met by the definition {plain(evidence.id)}, version {evidence.version}"
        case Shared():
            return _shared(evidence)


def recorded_english(seen: NeedSeen) -> str:
    """By whom, how surely and when a need was recorded."""
    window = f"in the last {seen.within}" if seen.within else "at any time"
    who = listed([sector_words(sector) for sector in seen.sectors]) if seen.sectors else "any source"
    strength = "recorded" if seen.at_least is Strength.REPORTED else listed(list(seen.at_least.or_stronger()))
    return f"{strength} by {who} {window}"


def events_english(kinds: tuple[str, ...], count: int, kind_of: str = "") -> str:
    """So many events of some kinds, such as ``3 or more attended mental health contacts``."""
    if count == 1:
        return listed([event_words(kind) for kind in kinds])
    return f"{count} or more {kind_of}{listed([event_words(kind, plural=True) for kind in kinds])}"


def _counted(counted: EventsCounted) -> str:
    close = f", all inside {counted.span}," if counted.span else ""
    season = f" in {listed([month_name[month] for month in counted.months])}" if counted.months else ""
    return f"{events_english(counted.kinds, counted.at_least)}{season}{close} in the last {counted.within}"


def _followed(asked: Followed) -> str:
    kinds = events_english(asked.kinds, asked.at_least)
    day = "first" if asked.clock == "start" else "last"
    by = events_english(asked.by.kinds, 1) + (" that was attended" if asked.by.attended else "")
    before = ""
    if asked.preceded:
        first = events_english(asked.preceded.kinds, 1)
        before = f", preceded by {first} less than {asked.preceded.within} earlier,"
    each = ", each" if asked.at_least > 1 else ""
    verb = "not followed" if asked.negated else "followed"
    return f"{kinds} in the last {asked.within}{before}{each} {verb} within {asked.by.within} of its {day} day by {by}"


def _household(asked: Household) -> str:
    age = f" aged {asked.low} to {asked.high}" if asked.high is not None else f" aged {asked.low} or over"
    age = "" if asked.low == 0 and asked.high is None else age
    who = f"someone else{age}" if asked.at_least == 1 else f"{asked.at_least} or more others{age}"
    who = f"everyone else{age}, and there being someone," if asked.how == "all" else who
    return f"{who} at the same private home with {evidence_english(asked.of)}"


def _shared(wanted: Shared) -> str:
    contacts, lead = events_english(wanted.contacts, 1), events_english(wanted.coordinated_by, 1)
    return (
        f"needs recorded by {wanted.sectors} or more sectors and contact ({contacts}) with {wanted.services} or more"
        f" services in the last {wanted.within}, where no one service is there to meet all of the needs and {lead} that"
        " coordinates them was not open on the last day of the period"
    )
