"""``joinedup init``: a project folder without faults, with an example of everything.

The policy rules still refuse it, which is meant: they list what only its owner can fill in.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from flows.run import now
from flows.schemas import all_schemas, write_schemas
from governance.errors import BadInput

_FOLDERS = ("cohorts", "extracts", "optout", "sensitive", "keys", "approvals", "ledger")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_IGNORED = ".gitignore"
_LOOKUP = "lookups/areas.csv"
_FILES = {
    "project.yaml": "project.yaml.jinja",
    "policy.yaml": "policy.yaml.jinja",
    "sources/gp_register.yaml": "source.yaml.jinja",
    _LOOKUP: "areas.csv.jinja",
    _IGNORED: "gitignore.jinja",
}


def start_project(root: Path) -> list[str]:
    """Make the folder.

    Args:
        root: Must not hold a project yet, nor any file that would be written; ours is added to a ``.gitignore``.

    Returns:
        Names of what was written, below ``root``.

    Raises:
        BadInput: There is a project already.
    """
    schemas = [f"schemas/{name}.schema.json" for name in all_schemas()]
    if taken := [name for name in (*_FILES, *schemas) if name != _IGNORED and (root / name).exists()]:
        raise BadInput(
            f"{root.name}/ holds a project already, or part of one: {', '.join(taken)}.",
            why="Its files would be overwritten.",
            fix="Choose another folder, or edit the files that are there.",
            code="E-INIT",
        )
    for name in _FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    lookup = _render(_LOOKUP, {})
    facts = {"lookup_sha256": sha256(lookup).hexdigest(), **_dates(now().date())}
    for name in _FILES:
        path = root / name
        path.parent.mkdir(exist_ok=True)
        # What a repository leaves out stays; ours comes after it, so that keys and people's data are left out, too.
        before = path.read_bytes().rstrip() + b"\n\n" if path.exists() else b""
        path.write_bytes(before + _render(name, facts))
    write_schemas(root / "schemas")
    return [*_FILES, *schemas]


def is_untouched_example(root: Path, file: Path) -> bool:
    """Whether a file is still as :func:`start_project` wrote it, on whatever day: nobody has worked on it."""
    name = file.relative_to(root).as_posix()
    if name not in _FILES:
        return False
    made = _DAY.sub("", _render(name, {"lookup_sha256": "", **_dates(now().date())}).decode())
    return made == _DAY.sub("", file.read_bytes().decode("utf-8", "replace"))


def _dates(today: date) -> dict[str, str]:
    """An agreement for a year from today, so that the example is valid on the day it is made."""
    end, review = today + timedelta(days=365), today + timedelta(days=335)
    return {"today": today.isoformat(), "end": end.isoformat(), "review": review.isoformat()}


def _render(name: str, facts: dict[str, str]) -> bytes:
    return render_text(_FILES[name], facts)


def render_text(template: str, facts: Mapping[str, Any]) -> bytes:
    """One of our YAML templates, filled in."""
    return _environment().get_template(template).render(**facts).encode()


@cache
def _environment() -> Environment:
    # YAML, not HTML: nothing is to be escaped, and the only facts are dates and a digest.
    return Environment(  # noqa: S701
        loader=PackageLoader("flows"), undefined=StrictUndefined, keep_trailing_newline=True
    )
