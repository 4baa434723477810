"""Words that look as if they name or identify somebody: a card with such words is refused, and they are never repeated.

No pattern finds every name. That is why a person signs that they read each card; this is what catches the slip.
"""

import re
from collections.abc import Iterator

from governance.policy.scanned import identifiers_in

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_SUSPECT = (
    ("a date of birth or another exact date", re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b")),
    ("a date of birth or another exact date", re.compile(r"\b\d{4}-\d{2}-\d{2}\b")),
    (
        "a date of birth or another exact date",
        re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH},? \d{{4}}\b", re.I),
    ),
    (
        "a date of birth or another exact date",
        re.compile(rf"\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b", re.I),
    ),
    ("when somebody was born", re.compile(r"\b(?:born (?:on|in)|d\.?o\.?b\b)", re.I)),
    ("a postcode", re.compile(r"\b[a-z]{1,2}\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2}\b", re.I)),
    ("a long number", re.compile(r"\d(?:[ -]?\d){5,}")),
    ("an email address or a name on a network", re.compile(r"@\w")),
    ("an address on the web", re.compile(r"\b(?:https?:|www\.)", re.I)),
    ("a name after a title", re.compile(r"\b(?i:mr|mrs|miss|ms|mx|dr|prof|sir|pc)\b\.? [A-Z][a-z]")),
    ("a name as a list has it", re.compile(r"^[A-Z][\w'\u2019-]+, [A-Z][a-z]+\b")),
    ("somebody's name", re.compile(r"\b(?:my name is|i am called|(?:is|was) (?:called|named)) ", re.I)),
    (
        "a street address",
        re.compile(r"\b\d+[a-z]? (?:[A-Z][a-z]+ ){1,3}(?i:street|st|road|rd|lane|avenue|close|drive|way|court)\b"),
    ),
    ("somebody's exact age", re.compile(r"\b(?:\d{1,3}[- ]years?[- ]old|aged \d{1,3}\b)", re.I)),
)


def looks_identifying(text: str) -> list[str]:
    """Kinds of what may identify somebody, each once.

    Args:
        text: A cell.
    """
    return list(dict.fromkeys(_kinds(text)))


def _kinds(text: str) -> Iterator[str]:
    yield from identifiers_in(text)
    yield from (kind for kind, pattern in _SUSPECT if pattern.search(text))


def is_printable(text: str) -> bool:
    """Whether a text holds only what can be printed: no control character, no markup."""
    return not re.search(r"[\x00-\x08\x0b-\x1f\x7f<>\u202a-\u202e\u2066-\u2069]", text)
