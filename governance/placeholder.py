"""Texts that look like an answer and are none."""

import re

_PLACEHOLDER = re.compile(r"^\W*(tbc|tbd|todo|to be (confirmed|decided)|pending|unknown|n/?a|none|x+)?\W*$", re.I)


def is_placeholder(text: str | None) -> bool:
    """Whether a text says nothing: empty, TBC, pending, n/a."""
    return text is None or _PLACEHOLDER.match(text) is not None
