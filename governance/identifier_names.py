"""Names of columns that say that a column identifies people, or holds codes or free text.

Shared by the policy rules and by `joinedup source add`: what a rule refuses is never suggested.
"""

import re

_IDENTIFIER_WORDS = re.compile(
    r"(^|_)(nhs_?(no|num|number)?|nino|passport"
    r"|(fore|sur|full_?|first_?|last_?|middle_?|maiden_?|previous_?|former_?|given_?|family_?)names?"
    r"|dob|birth_?date|date_?of_?birth|post_?code|e_?mail|phone|telephone|mobile|uprn|address)(_|$)"
)
_NOT_A_PERSON = re.compile(
    r"(^|_)(provider|site|practice|hospital|org|organisation|team|service|court|station|ward"
    r"|type|status|flag|known|no_fixed|contact|consultation|call|triage)(_|$)"
)
"""Words that make an address one of a building, and a telephone one of a way to be seen."""
_CODES = re.compile(r"snomed|(^|_)(icd|opcs|read_?codes?|diag(nos[ie]s)?|diagnostic|procedures?|operations?)(_|\d|$)")
_FREE_TEXT = re.compile(r"(^|_)[a-z]*(notes?|comments?|narratives?|free_?text|remarks?)\d*(_|$)")
"""Also at the end of a word (`CASENOTES`) and numbered (`Comment1`). A description may be the label of a code as well:
what it holds tells, not its name."""


def words_of(name: str) -> str:
    """A column name in one spelling: ``PostCode`` and ``POST CODE`` become ``post_code``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower())


def is_identifier_name(name: str) -> bool:
    """Whether a column is named like an identifier of a person."""
    words = words_of(name)
    return bool(_IDENTIFIER_WORDS.search(words)) and not _NOT_A_PERSON.search(words)


def is_code_name(name: str) -> bool:
    """Whether a column is named like clinical codes, among which may be some that the law restricts."""
    return bool(_CODES.search(words_of(name)))


def is_free_text_name(name: str) -> bool:
    """Whether a column is named like free text."""
    return bool(_FREE_TEXT.search(words_of(name)))
