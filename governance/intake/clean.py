"""Text as delivered to text that can be compared: whole columns at a time.

Typing differences that mean nothing are removed (Unicode form, odd spaces, control characters); nothing is
corrected or guessed.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_SPACES = r"\r\n|[\s\x0b\x{85}\p{Z}]"
"""One end of a line is one space, however the file writes it."""
_UNSEEN = r"[\p{Cc}\p{Cf}]"
"""Control and format characters: NUL, zero-width space, byte order mark, direction marks."""


def clean_text(column: pa.ChunkedArray, *, missing: list[str]) -> pa.ChunkedArray:
    """Trimmed, NFC text with plain spaces where odd ones stood; empty text and ``missing`` become null.

    Args:
        column: Text.
        missing: Texts that mean 'not recorded', compared with the cleaned text.
    """
    if not _is_plain(column):
        column = pc.utf8_normalize(column, form="NFC")
        column = pc.replace_substring_regex(column, _SPACES, " ")
        column = pc.replace_substring_regex(column, _UNSEEN, "")
    column = pc.utf8_trim_whitespace(column)
    nothing = pc.is_in(column, value_set=pa.array(["", *missing], pa.string()))
    return pc.if_else(nothing, pa.scalar(None, pa.string()), column)


def _is_plain(column: pa.ChunkedArray) -> bool:
    """Whether every byte is a printable ASCII character, which most columns can be told to be at once."""
    return all(
        not ((np.frombuffer(text, np.uint8) - np.uint8(0x20)) > 0x7E - 0x20).any()
        for chunk in column.chunks
        if (text := chunk.buffers()[2]) is not None
    )
