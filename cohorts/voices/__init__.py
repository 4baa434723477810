"""What people told us: evidence cards beside a cohort's ladder, and comments on the report's questions.

A card is words that somebody agreed to have printed. It is about a group and a step, never about a record, and nothing
here is ever joined to one.
"""

from cohorts.voices.card import Card, Comment, Voice, card_id
from cohorts.voices.form import make_form
from cohorts.voices.kept import Entry, KeptVoices, keep, open_voices, remove, sweep
from cohorts.voices.read import read_form
from cohorts.voices.words import voice_facts

__all__ = [
    "Card",
    "Comment",
    "Entry",
    "KeptVoices",
    "Voice",
    "card_id",
    "keep",
    "make_form",
    "open_voices",
    "read_form",
    "remove",
    "sweep",
    "voice_facts",
]
