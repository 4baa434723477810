"""Cards as the report prints them."""

from cohorts.report.voice_facts import CommentFacts, VoiceFacts, VoicesFacts
from cohorts.voices.card import PEOPLE, SOURCES, SPEAKERS, WORDINGS, Card, Comment
from cohorts.voices.kept import KeptVoices
from governance.english import month


def voice_facts(kept: KeptVoices) -> VoicesFacts:
    """What may be printed, in words."""
    return VoicesFacts(
        cards=tuple(_card(one) for one in kept.voices if isinstance(one, Card)),
        comments=tuple(_comment(one) for one in kept.voices if isinstance(one, Comment)),
        withdrawn=kept.withdrawn,
        expired=kept.expired,
    )


def _card(card: Card) -> VoiceFacts:
    told = (SOURCES[card.source], PEOPLE[card.people], month(f"{card.gathered:%Y-%m}"))
    return VoiceFacts(
        cohort=card.cohort,
        rung=card.rung,
        says=card.says,
        agrees=card.stance == "agrees",
        own_words=card.wording == "own_words",
        source=f"{WORDINGS[card.wording]}. {', '.join(told)}.",
        area=card.area or "",
        barrier=card.barrier or "",
    )


def _comment(one: Comment) -> CommentFacts:
    return CommentFacts(
        cohort=one.cohort, question=one.question, says=one.says, speaker=SPEAKERS[one.speaker], area=one.area or ""
    )
