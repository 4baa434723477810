"""Signs, gaps and questions in plain words."""

from collections.abc import Sequence

from cohorts.finder.answers import Gap
from cohorts.finder.vocabulary import LONE_ADULT, Sign
from cohorts.words import event_words, listed, plain, sector_words

_PEOPLE = {"adult": "Adults", "child": "Children"}
_LIFT = (
    (10.0, "more than ten times"),
    (5.0, "more than five times"),
    (2.0, "more than twice"),
    (0.0, "half as many again, or more,"),
)
_SHARE = ((0.9, "almost all"), (0.6, "most"), (0.4, "about half"), (0.0, "some"))


def sign_words(sign: Sign) -> str:
    """What a person shows, as the end of "people with"."""
    event = event_words(sign.event) if sign.event else ""
    match sign.kind:
        case "need":
            return plain(*sign.needs)
        case "wide" if len(sign.needs) == 1:
            return f"{plain(*sign.needs)} known outside {sector_words(sign.sector)}"
        case "wide":
            return f"a need that services outside {sector_words(sign.sector)} are there for"
        case "seen":
            return event
        case "again" if sign.times == 1:
            return event
        case "again":
            return f"{sign.times} or more {event_words(sign.event, plural=True)} in a year"
        case "away":
            return f"contact with “{_services(sorted(sign.told_by))}” and then none for half a year"
        case "ended":
            return (
                f"{plain(*sign.needs)} and help from “{_services(sorted(sign.told_by))}” that ended when they grew up"
            )
        case "returned":
            return (
                f"{plain(*sign.needs)} that was told of again after contact with “{_services(sorted(sign.told_by))}”,"
                " which then did not come"
            )
        case "family":
            return f"{plain(*sign.needs)} of the child or at home"
        case "home":
            return f"{plain(*sign.needs)} of an adult at home" if sign.needs else "no other adult at home"


def title_of(gap: Gap, signs: Sequence[Sign]) -> str:
    """The title of a proposal."""
    shown = [sign_words(signs[one]) for one in gap.candidate.signs]
    count = gap.candidate.at_least
    what = listed(shown, "and") if count == len(shown) else f"at least {_number(count)} of {listed(shown, 'and')}"
    if gap.leads:
        needs = listed([plain(*signs[one].needs) for one in gap.candidate.signs], "and")
        people = f"{_PEOPLE[gap.candidate.stage]} with at least {_number(count)} of {needs}"
        return f"{people}, their own or at home, and nobody in the lead"
    ending = "without lasting support" if gap.is_lasting else "without a response"
    return f"{_PEOPLE[gap.candidate.stage]} with {what}, {ending} from {_services(gap.sources)}"


def reason_of(gap: Gap, signs: Sequence[Sign]) -> str:
    """Why anybody should look, with sizes told in words: exact numbers stay in the analysis zone."""
    candidate = gap.candidate
    often = next(words for least, words in _LIFT if candidate.lift >= least)
    part = next(words for least, words in _SHARE if gap.share >= least)
    alone = len(candidate.signs) == 1
    what = "It comes to the same people" if alone else "These go together"
    time = "lasting support in half a year" if gap.is_lasting else "response in twelve weeks"
    if any(signs[one].kind == "ended" for one in candidate.signs):
        return (
            f"It ended {often} as often for those who have grown up as for children. For {part} of these people no"
            f" {time} is recorded from {_services(gap.sources)}."
        )
    if gap.leads:
        return (
            f"{what} {often} as often as they would by chance among people of the same age and sex. For {part} of these"
            " people no planned help is open, neither for them nor for anybody at home."
        )
    if any(signs[one].kind == "returned" for one in candidate.signs):
        return (
            f"It was told of again {often} as often as it is told of anybody of the same age and sex; whoever was known"
            f" for it is more likely to have it at all. For {part} of these people"
            f" no {time} is recorded from {_services(gap.sources)} either."
        )
    if candidate.is_narrowed:
        shown = listed([sign_words(signs[one]) for one in candidate.signs if signs[one].name != LONE_ADULT], "and")
        what = f"Among all adults, {shown} go together"
        part = f"those with no other adult at home, who have nobody there to ask for them: for {part}"
    return (
        f"{what} {often} as often as they would by chance among people of the same age and sex."
        f" {'Told of here are' if candidate.is_narrowed else 'For'} {part} of these"
        f" people no {time} is recorded from {_services(gap.sources)}."
    )


def questions_of(gap: Gap, signs: Sequence[Sign]) -> tuple[str, ...]:
    """What to ask people who live it, and those who work with them."""
    shown = [signs[one] for one in gap.candidate.signs]
    asked = ["To people who live this: what did you need first, whom did you tell, and what happened then?"]
    if events := [event_words(one.event, plural=True) for one in shown if one.event]:
        asked.append(
            f"To them: what had gone before the {listed(events, 'and the')}, and what would have helped by then?"
        )
    if any(one.kind == "away" for one in shown):
        asked.append("To them: how did that contact end, and did you want it to?")
    if any(one.kind == "ended" for one in shown):
        asked.append("To them: who told you what comes after, and what came?")
    if any(one.kind == "returned" for one in shown):
        asked.append("To them: what had helped the first time, and who should have been there again?")
    if any(one.kind in ("home", "family") for one in shown):
        asked.append("To them: what would help everyone at home, and whom would you trust to ask?")
    if gap.leads:
        asked.append("To all who help families: who would take the lead here, and what keeps them from it?")
    else:
        asked.append(f"To {_services(gap.sources)}: would you have known, and what would you have done had you known?")
    asked.append("To everyone: who is in this situation and in nobody's records?")
    return tuple(asked)


def _services(sources: Sequence[str]) -> str:
    """By their ids in words, which say who they are; titles say what the data are."""
    return listed([plain(source) for source in sources])


def _number(count: int) -> str:
    return {2: "two", 3: "three"}.get(count, str(count))
