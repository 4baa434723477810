"""What people told us, in words that may be printed: facts of the report that are no count of people in the data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceFacts:
    """One card in words."""

    cohort: str
    rung: str
    """Empty for the whole group."""
    says: str
    agrees: bool
    own_words: bool
    source: str
    """Who listened, how many spoke, and when; one line."""
    area: str = ""
    """Id of the board whose area it is about; empty for the whole."""
    barrier: str = ""
    """What stood in the way, where it is about distance, address or language."""
    is_kept_back: bool = False
    """Whether the group is too small where it was told, however large it is here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentFacts:
    """One comment on a question of an earlier report."""

    cohort: str
    question: str
    says: str
    speaker: str
    area: str = ""
    """Id of the board whose report asked; empty for that on the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicesFacts:
    """All that people told us and may be printed."""

    cards: tuple[VoiceFacts, ...] = ()
    comments: tuple[CommentFacts, ...] = ()
    withdrawn: int = 0
    expired: int = 0


NO_VOICES = VoicesFacts()
"""Nobody has told us anything."""
