"""A proposal as a definition file in the project's own language, which `joinedup check` accepts as it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import yaml

from cohorts.finder.answers import Gap
from cohorts.finder.leading import nobody_leads
from cohorts.finder.silence import LASTING_DAYS, SEVERAL, SOON_DAYS
from cohorts.finder.vocabulary import LOOKBACK, Responder, Sign
from cohorts.finder.words import questions_of, reason_of, sign_words, title_of
from cohorts.measures.roles import role_of

_AGES = {"adult": "18+", "child": "0-17"}
_MIN_SHARE = 0.5
_UNLED = "nobody_leads"
_NOT_YET = {"status": "not yet reviewed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposal: what it means, why, and what to ask. Holds no count."""

    id: str
    title: str
    reason: str
    questions: tuple[str, ...]
    text: str
    """The definition file."""

    @property
    def file_name(self) -> str:
        """What the file has to be called."""
        return f"{self.id}.yaml"


def make_proposal(
    gap: Gap,
    signs: Sequence[Sign],
    responders: Sequence[Responder],
    *,
    purpose: str,
    period: str,
) -> Proposal:
    """The definition file of one gap.

    Args:
        gap: Who, and what did not come.
        signs: The vocabulary.
        responders: Their kinds of response.
        purpose: The project's.
        period: The month in which it was found.
    """
    cohort, title = proposal_id(gap, signs), title_of(gap, signs)
    reason, questions = reason_of(gap, signs), questions_of(gap, signs)
    content = {
        "id": cohort,
        "version": "0.1.0",
        "title": title,
        "why": reason,
        "purpose": purpose,
        "unit": "person",
        "parameters": _parameters(gap),
        "population": {"registered": True, "alive": True, "age": _AGES[gap.candidate.stage]},
        "lookback": LOOKBACK,
        "needs": [*_needs(gap, signs)],
        **_unmet(gap, responders),
        "require_coverage": {"min_share": "$min_share"},
        "evidence": [
            f"Proposed by `joinedup find` from the records of {period}, not from anybody's question.",
            *(f"Ask. {question}" for question in questions),
        ],
        "sources": ["The project's own records; nothing is published on it"],
        "caveats": list(_caveats(gap, signs)),
        "review": _NOT_YET,
        "lived_experience": _NOT_YET,
    }
    return Proposal(id=cohort, title=title, reason=reason, questions=questions, text=_as_yaml(content, questions))


def proposal_id(gap: Gap, signs: Sequence[Sign]) -> str:
    """The same for the same combination in every month, whatever its numbers."""
    named = [gap.candidate.stage, *(signs[one].name for one in gap.candidate.signs), *gap.sources]
    return f"found_{sha256('|'.join(named).encode()).hexdigest()[:8]}"


def _needs(gap: Gap, signs: Sequence[Sign]) -> Iterator[dict[str, Any]]:
    """One a sign, and what a family lacks."""
    for sign in (signs[one] for one in gap.candidate.signs):
        yield {"id": sign.name, sign.how: [dict(each) for each in sign.evidence]}
    if gap.leads:
        yield {"id": _UNLED, "none": nobody_leads(gap.leads)}


def _unmet(gap: Gap, responders: Sequence[Responder]) -> dict[str, Any]:
    """Who is a member, and what did not come."""
    if gap.leads:
        return {"members": {"at_least": gap.candidate.at_least, "also": [_UNLED]}}
    return {
        "members": {"at_least": gap.candidate.at_least},
        "responses": {"after": "needs.crossed", "ladder": list(_ladder(gap, responders))},
        "unmet": f"not reached({'lasting' if gap.is_lasting else 'answered'})",
    }


def _parameters(gap: Gap) -> dict[str, Any]:
    days = LASTING_DAYS if gap.is_lasting else SOON_DAYS
    time = {
        "value": f"{days}d",
        "from": "28d",
        "to": "364d",
        "why": "The same time is used for every proposal; how long is too long here is for people who live it to say.",
    }
    share = {
        "value": _MIN_SHARE,
        "from": 0.0,
        "to": 1.0,
        "why": "A service whose extract misses most of its people cannot show that nobody came.",
    }
    return {"min_share": share} if gap.leads else {"response_time": time, "min_share": share}


def _ladder(gap: Gap, responders: Sequence[Responder]) -> Iterator[dict[str, Any]]:
    asked = [one for one in responders if one.source in gap.sources]
    contacts = {kind: known for one in asked for kind, known in one.events.items() if role_of(kind) != "service"}
    services = sorted(kind for one in asked for kind in one.events if role_of(kind) == "service")
    lasting = [{"event": services, "ongoing": True}] if services else []
    first = {"rung": "answered", "within": "$response_time", "any": [*_came(contacts, 1), *lasting]}
    if gap.is_lasting:
        yield {**first, "within": f"{SOON_DAYS}d"}
        yield {"rung": "lasting", "within": "$response_time", "any": [*_came(contacts, SEVERAL), *lasting]}
    else:
        yield first


def _came(contacts: Mapping[str, bool], count: int) -> Iterator[dict[str, Any]]:
    """Contacts whose outcome says whether the person was there, and those of which it is not noted."""
    for attended in (True, False):
        if kinds := sorted(kind for kind, known in contacts.items() if known is attended):
            told = {"event": kinds, "count": count} if count > 1 else {"event": kinds}
            yield {**told, "attended": True} if attended else told


def _caveats(gap: Gap, signs: Sequence[Sign]) -> Iterator[str]:
    yield "It says what goes together, not what brings what about."
    yield "A response that no source records is not seen; one that was offered and refused may not be recorded."
    shown = [signs[one] for one in gap.candidate.signs]
    told = [one for one in shown if one.kind in ("need", "wide")]
    if gap.candidate.is_widened:
        yield "Who is known to be in need only from the contact that is counted is here as well."
    if gap.candidate.is_narrowed:
        yield "Alone is what addresses say. Living alone was not held against chance: it says who else would notice."
    if len(told) > 1 and frozenset.intersection(*(one.told_by for one in told)):
        names = " and ".join(sign_words(one) for one in told)
        yield f"One service may have noted {names} at one contact."


class _Plain(yaml.SafeDumper):
    """Lists inside lists are indented, and nothing is referred to elsewhere."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


def _as_yaml(content: Mapping[str, Any], questions: Iterable[str]) -> str:
    head = "# yaml-language-server: $schema=../schemas/cohort.schema.json\n# Questions to ask before anybody counts:\n"
    asked = "".join(f"#   {question}\n" for question in questions)
    body = yaml.dump(dict(content), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)
    return head + asked + body
