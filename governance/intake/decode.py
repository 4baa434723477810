"""Bytes of a text file as UTF-8, or why not: never guessed, never with a value in the message."""

import codecs
import os
from pathlib import Path

from governance.errors import Fault

_BOM = b"\xef\xbb\xbf"
_TRIED = ("utf-8", "utf-16", "cp1252")
_NOT_TEXT = {
    b"PAR1": "is a Parquet file",
    b"PK\x03\x04": "is a zip or Excel file",
    b"\xd0\xcf\x11\xe0": "is an old Excel file",
    b"\x1f\x8b": "is a gzip file",
}


class NotText(Exception):  # noqa: N818 - carries a fault to the reader, is never shown
    """The bytes are not text in the encoding that the source file names."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fault = Fault(what=what, fix=fix)


def file_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises:
        NotText: It is not there or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NotText("is not there.", "Put the extract there, or correct `path`.") from None
    except OSError as error:
        why = os.strerror(error.errno or 0)
        fix = "Close it if a spreadsheet program has it open, or mend the file's permissions."
        raise NotText(f"cannot be opened: {why}.", fix) from None


def to_utf8(content: bytes, encoding: str) -> bytes:
    """The same text in UTF-8 without a byte order mark.

    Args:
        content: A whole file.
        encoding: Python's name for it, such as ``utf-8``, ``cp1252``, ``utf-16``.

    Raises:
        NotText: The encoding is unknown, or the bytes are something else.
    """
    for magic, what in _NOT_TEXT.items():
        if content.startswith(magic):
            raise NotText(f"{what}, not CSV.", "Ask for CSV, or set `format` if it is Parquet or Excel (xlsx).")
    codec = _codec(encoding)
    text = _decoded(content, codec)
    _check_plausible(content, codec)
    if codec == "utf-8":
        return content.removeprefix(_BOM)
    return text.removeprefix("\ufeff").encode()


def _codec(encoding: str) -> str:
    try:
        "".encode(encoding)  # refuses codecs that are not text, such as base64
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        raise NotText("has an encoding in its source file that is not known.", "Use utf-8, cp1252 or utf-16.") from None
    return "utf-8" if name == "utf-8-sig" else name


def _decoded(content: bytes, codec: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeError as error:
        where = f" (first at byte {error.start:,})" if isinstance(error, UnicodeDecodeError) else ""
        raise NotText(f"is not {codec}{where}.", _suggestion(content, codec)) from None


def _check_plausible(content: bytes, codec: str) -> None:
    """Catch what decodes without an error and is still wrong: UTF-16 read as bytes, UTF-8 read as Windows."""
    if not codec.startswith(("utf-16", "utf-32")) and content.count(0) > len(content) // 4:
        raise NotText(f"is not {codec}: it is full of zero bytes.", "Set `encoding: utf-16` (or utf-16-le, utf-16-be).")
    single_byte = codec.startswith(("cp125", "iso8859"))
    if single_byte and not content.isascii() and _decodes(content, "utf-8"):
        raise NotText(f"is utf-8, not {codec}.", "Set `encoding: utf-8`.")


def _suggestion(content: bytes, codec: str) -> str:
    """The encoding that fits, if one of the usual three does."""
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    fits = [name for name in _TRIED if name != codec and marked == (name == "utf-16") and _decodes(content, name)]
    return (
        f"It can be read as {fits[0]}: ask the source, then set `encoding: {fits[0]}`."
        if fits
        else ("Ask the source which encoding it wrote, and set `encoding`.")
    )


def _decodes(content: bytes, codec: str) -> bool:
    try:
        content.decode(codec)
    except UnicodeError:
        return False
    return True
