"""Find what looks like key material in a text, without ever repeating it."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

_MIN_BITS_PER_CHARACTER = 3.7
"""Random base64 of 24 characters has about 4.3 bits a character, English words joined by underscores about 3.5."""
_MIN_CHANGES = 0.38
"""Share of neighbours of different kinds (upper, lower, digit): 0.63 in random base64, 0.2 in CamelCase2025."""

_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY")
_NAMED = re.compile(
    r"(?i)\b[\w-]*(password|passwd|passphrase|secret|salt|pepper|private[_-]?key|api[_-]?key|access[_-]?token)\b"
    r"['\"]?\s*[:=]\s*(?!\s*(null|~|true|false)\s*(#|$))['\"]?[^\s{\[#'\"]"
)
_HEX = re.compile(r"\b[0-9a-fA-F]{32,}\b")
_TOKEN = re.compile(r"[A-Za-z0-9+/]{22,}+={0,2}(?!\.)|[A-Za-z0-9+_-]{22,}")
"""With slashes only if no file name extension follows: folders have slashes too."""
_DIGEST_SETTING = re.compile(r"(?<![\w-])['\"]?sha256['\"]?\s*:\s*['\"]?[0-9a-f]{64}(?![0-9a-zA-Z+/=_-])")
"""A digest says which file is meant and opens nothing; it is the one long hex text a config needs, alone or in braces.
What else stands on its line is looked at."""


def suspicious_lines(text: str) -> Iterator[tuple[int, str]]:
    """Line number and kind of every line that looks as if it held key material."""
    for number, line in enumerate(text.splitlines(), start=1):
        if _PEM.search(line):
            yield number, "a private key"
        elif _NAMED.search(line):
            yield number, "a value named like a password, salt or key"
        elif _looks_random(_DIGEST_SETTING.sub("", line)):
            yield number, "a text that looks like random key material"


def _looks_random(line: str) -> bool:
    return bool(_HEX.search(line)) or any(_is_dense(token) for token in _TOKEN.findall(line))


def _is_dense(token: str) -> bool:
    """Upper case, lower case and digits, as evenly spread and as mixed as chance would make them."""
    kinds = ["u" if one.isupper() else "l" if one.islower() else "d" for one in token if one.isalnum()]
    if not {"u", "l", "d"} <= set(kinds):
        return False
    changes = sum(left != right for left, right in pairwise(kinds)) / len(token)
    counts = Counter(token).values()
    bits = -sum(count / len(token) * math.log2(count / len(token)) for count in counts)
    return bits >= _MIN_BITS_PER_CHARACTER and changes >= _MIN_CHANGES
