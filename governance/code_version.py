"""Which code ran: the release number and a digest of every program, query and template file."""

from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path

_PACKAGES = ("cohorts", "flows", "governance", "linkage")
_SUFFIXES = (".py", ".sql", ".jinja", ".css", ".js", ".json")


@cache
def code_version() -> str:
    """Such as ``0.1.0+3f9c2a7d41e0``: an approval covers it, every output names it.

    The release number alone would not tell a patched installation from the one that was approved.
    """
    return f"{_release()}+{_code_digest(Path(__file__).parent.parent)[:12]}"


def _release() -> str:
    try:
        return metadata.version("joinedup")
    except metadata.PackageNotFoundError:  # run from a checkout that was never installed
        return "0"


def _code_digest(root: Path) -> str:
    whole = sha256()
    paths = (path for package in _PACKAGES for path in (root / package).rglob("*") if path.suffix in _SUFFIXES)
    for path in sorted(paths):
        # Line ends differ between checkouts on Windows and elsewhere; the code does not.
        content = path.read_bytes().replace(b"\r\n", b"\n")
        whole.update(f"{path.relative_to(root).as_posix()}\0{sha256(content).hexdigest()}\n".encode())
    return whole.hexdigest()
