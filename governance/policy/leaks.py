"""Look for values from the extracts in everything that is kept in the clear; in memory only, told as counts."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_NHS_NUMBER = re.compile(rb"(?<!\d)(\d{3})([ -]?)(\d{3})\2(\d{4})(?!\d)")
_EMAIL = re.compile(rb"[\w.+-]{2,}@[\w-]+\.[\w.-]{2,}")
_READ_BYTES = 4 << 20
"""Of each extract: enough for thousands of people."""
_MOST = 2_000
"""Values of each file that are looked for."""
_CLEAR_FOLDERS = (".joinedup", "ledger", "approvals")
_CLEAR_SUFFIXES = frozenset({".html", ".json", ".csv", ".log", ".txt", ".jsonl"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaks:
    """What was found."""

    looked_for: int
    """Distinct values from extracts."""
    files: int
    """Files that were looked at."""
    found: Mapping[str, int]
    """How many of the values stand in a file, by its path below the project folder."""


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits are a valid NHS number (modulus 11)."""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return len(set(digits)) > 1 and check % 11 == int(digits[9]) and check != 10


def find_leaks(root: Path, period: str) -> Leaks:
    """Draw values from the period's extracts and look for them.

    Args:
        root: The project folder.
        period: ``YYYY-MM``.
    """
    values = frozenset(_values(root / "extracts" / period))
    files = [path for path in _in_the_clear(root) if path.is_file()] if values else []
    found = {_name(path, root): count for path in files if (count := _held(path, values))}
    return Leaks(looked_for=len(values), files=len(files), found=found)


def _values(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".parquet":
            with path.open("rb") as file:
                drawn = sorted(_drawn(file.read(_READ_BYTES)))
            yield from drawn[:_MOST]


def _drawn(content: bytes) -> set[bytes]:
    """NHS numbers as ten digits, and email addresses, that stand in some bytes."""
    numbers = (b"".join(found.group(1, 3, 4)) for found in _NHS_NUMBER.finditer(content))
    return {one for one in numbers if is_nhs_number(one.decode())} | set(_EMAIL.findall(content))


def _in_the_clear(root: Path) -> Iterator[Path]:
    for name in _CLEAR_FOLDERS:
        yield from sorted((root / name).rglob("*"))
    yield from sorted(path for path in (root / "zones").rglob("*") if path.suffix in _CLEAR_SUFFIXES)
    yield from sorted(Path(tempfile.gettempdir()).glob("joinedup*"))


def _held(path: Path, values: frozenset[bytes]) -> int:
    try:
        return len(_drawn(path.read_bytes()) & values)
    except OSError:  # gone or locked by its writer: nothing of ours stays open between steps
        return 0


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
