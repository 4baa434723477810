"""The ledger's file: a line is added and flushed, or taken back; one that was cut off on the way is set aside.

A power cut can leave the beginning of a line at the end of the file. It was never acknowledged to anybody, so the step
it was about counts as not done. Nothing is thrown away: the piece is kept beside the ledger, and the next line says so.
"""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from governance import write_points
from governance.errors import BadInput
from governance.platform_calls import open_at_end, open_to_lock
from governance.store import write_file

_ASIDE = ".cut_off_line"
"""A piece that the ledger does not tell of yet; afterwards it is named by its digest."""


def split(raw: bytes) -> tuple[bytes, bytes]:
    """All whole lines, and what stands after the last line end: nothing, or a line that was cut off."""
    end = raw.rfind(b"\n") + 1
    return raw[:end], raw[end:]


def set_aside(path: Path, piece: bytes) -> None:
    """Keep ``piece``, the end of the file ``path``, beside it; then take it away."""
    write_file(path.with_name(_ASIDE), piece)
    descriptor = write_points.open_file(path, open_to_lock)
    try:
        write_points.cut_back(descriptor, path.stat().st_size - len(piece), path)
        write_points.flush(descriptor, path)
    finally:
        os.close(descriptor)


def untold(folder: Path) -> str:
    """SHA-256 of the piece that was set aside and that the ledger may not tell of yet; empty if there is none."""
    path = folder / _ASIDE
    return sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def told(folder: Path, digest: str) -> None:
    """The ledger tells of the piece now."""
    write_points.rename(folder / _ASIDE, folder / f"cut_off_line_{digest[:16]}.txt")


def append_line(path: Path, line: bytes) -> None:
    """Write at the end and flush to disk; on failure cut back to what was there.

    Raises:
        BadInput: The disk refused.
    """
    is_new = not path.exists()
    before = 0 if is_new else path.stat().st_size
    is_as_it_was = True
    try:
        descriptor = write_points.open_file(path, open_at_end)
        try:
            write_points.write(descriptor, line, path)
            write_points.flush(descriptor, path)
        except OSError:
            is_as_it_was = _taken_back(descriptor, before, path)
            raise
        finally:
            os.close(descriptor)
        if is_new:
            write_points.flush_folder(path.parent)
    except OSError as error:
        raise _not_written(error, is_as_it_was=is_as_it_was) from None


def _taken_back(descriptor: int, size: int, path: Path) -> bool:
    with suppress(OSError):
        write_points.cut_back(descriptor, size, path)
        return True
    return False


def _not_written(error: OSError, *, is_as_it_was: bool) -> BadInput:
    how = (
        "The ledger is as it was."
        if is_as_it_was
        else "Its last line may have been cut off; the next run sets such a line aside and says so."
    )
    return BadInput(
        f"The ledger could not be written: {os.strerror(error.errno or 0)}.",
        why=f"A step that is not in the ledger cannot be proved, so the run stops. {how}",
        fix="Free disk space or mend the folder's permissions, then run the same command again.",
        code="E-LEDGER-WRITE",
    )
