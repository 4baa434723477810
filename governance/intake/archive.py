"""Zip archives and gzip files: what they hold, never written to a disk. What could only harm is refused.

A zip archive says how much it holds and is refused unopened; a gzip file is unfolded a piece at a time, up to the same
measure.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import PurePosixPath, PureWindowsPath

from governance.intake.decode import NotText

_MAGIC = b"PK\x03\x04"
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_ALONE = 16 + zlib.MAX_WBITS
"""How zlib is told to expect a gzip header and to check what it says of the content."""
_PIECE_BYTES = 1 << 24
_LARGEST_BYTES = 4 << 30
_PLAIN_BYTES = 64 << 20
"""Below this an archive may be packed as tightly as it likes."""
_TIGHTEST = 200
"""Text packs to a tenth, XML to a thirtieth; only repetition for its own sake packs to less than a two-hundredth."""
_ENCRYPTED = 0x1
_WORKBOOK_PART = "[Content_Types].xml"


def is_archive(content: bytes) -> bool:
    """Whether the bytes are a zip archive and not a workbook, which is one too."""
    if not content.startswith(_MAGIC):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _WORKBOOK_PART not in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return True


def open_members(content: bytes, pattern: str) -> list[bytes]:
    """What the files in an archive hold, in order of their names.

    Args:
        content: The archive.
        pattern: Which members are meant, such as ``*.csv``; folders never are.

    Raises:
        NotText: It cannot be read, is encrypted, leads out of itself or unfolds beyond measure; names no member.
    """
    with _opened(content) as archive:
        files = _files(archive)
        chosen = [one for one in files if fnmatchcase(PurePosixPath(one.filename).name, pattern)]
        if not chosen:
            raise NotText(f"is an archive of {len(files)} files, none of which is meant.", "Correct `members`.")
        return [archive.read(one) for one in chosen]


def first_bytes(content: bytes, most: int) -> bytes:
    """How the first file in an archive begins, by name.

    Args:
        content: The archive.
        most: So many bytes of it.

    Raises:
        NotText: See :func:`open_members`.
    """
    with _opened(content) as archive:
        for first in _files(archive):
            with archive.open(first) as member:
                return member.read(most)
    raise _unreadable()


@contextmanager
def _opened(content: bytes) -> Iterator[zipfile.ZipFile]:
    """An archive that may be unfolded; whatever is wrong with it is told in our words."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_archive(archive, len(content))
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError):
        raise _unreadable() from None


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """All but folders, by name."""
    found = (one for one in archive.infolist() if not one.filename.endswith("/"))
    return sorted(found, key=lambda one: one.filename)


def _unreadable() -> NotText:
    return NotText("is a zip archive that cannot be read.", "Ask the source to deliver it again.")


def check_archive(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse an archive for what its table of contents says, before anything of it is unfolded.

    Raises:
        NotText: See :func:`open_members`.
    """
    members = archive.infolist()
    if any(one.flag_bits & _ENCRYPTED for one in members):
        raise NotText("is encrypted with a password.", "Ask the source for it without one, over an encrypted channel.")
    if any(_leads_out(one.filename) for one in members):
        raise NotText(
            "has a member whose path leads out of the archive.", "Ask the source who made it: honest tools do not."
        )
    whole = sum(one.file_size for one in members)
    if _is_beyond_measure(whole, size):
        raise _too_large(f"{whole / (1 << 20):,.0f}", size)


def _is_beyond_measure(whole: int, size: int) -> bool:
    return whole > _LARGEST_BYTES or (whole > _PLAIN_BYTES and whole > _TIGHTEST * size)


def _too_large(mebibytes: str, size: int) -> NotText:
    return NotText(
        f"would unfold to {mebibytes} MiB from {size / (1 << 20):,.1f} MiB.",
        "If so much is meant, ask the source for several smaller files; if not, who made it.",
    )


def is_gzip(content: bytes) -> bool:
    """Whether the bytes are a gzip file."""
    return content.startswith(_GZIP_MAGIC)


def gunzip(content: bytes, most: int | None = None) -> bytes:
    """What a gzip file holds; several that follow each other are one, as ``gunzip`` has it.

    Args:
        content: The file.
        most: Only so many bytes from its beginning, unchecked.

    Raises:
        NotText: It is cut or damaged, or unfolds beyond the measure of an archive.
    """
    found, whole, rest = [], 0, content
    try:
        while rest and (most is None or whole < most):
            one = zlib.decompressobj(_GZIP_ALONE)
            while not one.eof and (most is None or whole < most):
                piece = one.decompress(rest, _PIECE_BYTES)
                if not piece and not one.eof:
                    raise _damaged()
                whole, rest = whole + len(piece), one.unconsumed_tail
                found.append(piece)
                if _is_beyond_measure(whole, len(content)):
                    raise _too_large(f"more than {whole / (1 << 20):,.0f}", len(content))
            rest = one.unused_data.lstrip(b"\0")
    except zlib.error:
        raise _damaged() from None
    return b"".join(found)[:most]


def _damaged() -> NotText:
    return NotText("is a gzip file that is cut or damaged.", "Ask the source to deliver it again.")


def _leads_out(name: str) -> bool:
    return any(path.anchor or ".." in path.parts for path in (PurePosixPath(name), PureWindowsPath(name)))
