"""One card of evidence, and one comment on a question: what each says, and how far its consent goes."""

import json
from datetime import date
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from governance.settings.base import Slug, Strict, Text

REFERENCE = r"[A-Z]{1,4}-\d{1,4}"
"""A reference of the secretary's own: by it a card is found again when consent ends. Too short for the number of a
person, and for most names."""
LONGEST = 600
"""Characters of a card: a paragraph."""

Reference = Annotated[str, Field(pattern=f"^{REFERENCE}$")]
Says = Annotated[Text, Field(max_length=LONGEST)]

STANCES = {"agrees": "Agrees with the number", "differs": "Differs from the number"}
WORDINGS = {
    "own_words": "Their own words",
    "paraphrase": "Put in other words",
    "composite": "What several people said, put together",
}
SOURCES = {
    "healthwatch": "Healthwatch",
    "voluntary_group": "Voluntary or community group",
    "peer_research": "Peer research",
    "survey": "Survey",
    "complaint": "Complaints and compliments",
    "staff": "Staff who work with them",
}
PEOPLE = {"one": "1 person", "few": "2 to 4 people", "some": "5 to 9 people", "many": "10 people or more"}
CONSENTS = {"own_words": "May be printed in their own words", "other_words": "May be printed in other words only"}
BARRIERS = {
    "distance": "How far away it is",
    "address": "Having no fixed address",
    "language": "The language it is in",
}
"""What may stand between people and a service, as far as the report has numbers of it."""
SPEAKERS = {
    "board": "A board member",
    "officer": "An officer or analyst",
    "partner": "A partner organisation",
    "public": "A member of the public",
}


class Card(Strict):
    """What people told us about one step, or about the whole group."""

    kind: Literal["card"] = "card"
    reference: Reference
    area: Slug | None = None
    """Id of the board whose area it is about; none for the whole."""
    cohort: Slug
    rung: str
    """Id of the step; empty for the whole group."""
    says: Says
    barrier: Literal["distance", "address", "language"] | None = None
    """What stood in the way, where the card is about one of these."""
    stance: Literal["agrees", "differs"]
    wording: Literal["own_words", "paraphrase", "composite"]
    source: Literal["healthwatch", "voluntary_group", "peer_research", "survey", "complaint", "staff"]
    people: Literal["one", "few", "some", "many"]
    gathered: date
    consent: Literal["own_words", "other_words"]
    until: date
    """Last day on which it may be printed."""

    @model_validator(mode="after")
    def _within_consent(self) -> Self:
        if self.wording == "own_words" and self.consent != "own_words":
            raise ValueError("consent does not cover their own words")
        return self


class Comment(Strict):
    """What somebody wrote beside a question of the report."""

    kind: Literal["comment"] = "comment"
    reference: Reference
    area: Slug | None = None
    """Id of the board whose report asked; none for that on the whole."""
    cohort: Slug
    question: Text
    says: Says
    speaker: Literal["board", "officer", "partner", "public"]
    until: date
    """Last day on which it may be printed."""

    @property
    def consent(self) -> str:
        """Whoever comments on a report writes for the report."""
        return "comment"


Voice = Card | Comment
_ADAPTER: TypeAdapter[Voice] = TypeAdapter(Voice)


def card_id(project: str, reference: str) -> str:
    """What the ledger calls a card: 16 hexadecimal digits that say nothing of its words."""
    return sha256(f"{project} {reference}".encode()).hexdigest()[:16]


def voice_bytes(voice: Voice) -> bytes:
    """A card as it is kept; the same card gives the same bytes."""
    # As before there were areas and barriers: a card without keeps its digest.
    empty = {name for name in ("area", "barrier") if not getattr(voice, name, None)}
    held = voice.model_dump(mode="json", exclude=empty)
    return json.dumps(held, sort_keys=True, ensure_ascii=False).encode()


def read_voice(content: bytes) -> Voice:
    """What :func:`voice_bytes` wrote."""
    return _ADAPTER.validate_json(content)
