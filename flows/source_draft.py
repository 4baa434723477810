"""``joinedup source add``: a draft of a source file from an extract, for a named person to confirm."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flows.run import now
from flows.starter import is_untouched_example, render_text
from governance.errors import BadInput
from governance.intake.profile import Profile, profile_extract
from governance.intake.suggest import Shape, Suggestion, rows_are_people, suggest
from governance.settings import ColumnClass, Way, way_of
from governance.store import write_file

_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_YAML_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off"})
_SLUG = re.compile(r"[a-z][a-z0-9_]{1,39}")
_MONTH = re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])")
_LONGEST_LINE = 100
_MEANS = {
    Way.LEFT_OUT: "never loaded, or read to be dropped: nothing of them leaves the source",
    Way.LINKED: "leave the source as codes that tell the same person or home, a date of birth as its year and a"
    " postcode as its area, too",
    Way.SENT: "may leave the source as they stand: look here first",
}
_SEX_MAPS = {
    "numbers": {"1": "male", "2": "female", "0": "", "9": "", "X": ""},
    "letters": {"M": "male", "F": "female", "U": ""},
    "words": {"Male": "male", "Female": "female", "Unknown": ""},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was written, and what is in it."""

    file: str
    path: str
    """Where the extract of each month belongs; ``{period}`` stands for the month."""
    profile: Profile
    suggestions: list[Suggestion]

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``: names of columns, no values and no counts of them."""
        columns = [
            {
                "column": shape.name,
                "class": str(one.column_class),
                "role": one.role or None,
                "format": shape.format or None,
                "filled": filled(shape),
                "why": one.why,
            }
            for shape, one in zip(self.profile.columns, self.suggestions, strict=True)
        ]
        profile = self.profile
        return {
            "file": self.file,
            "path": self.path,
            "format": profile.format,
            "encoding": profile.encoding,
            "delimiter": profile.delimiter,
            "header_row": profile.header_row,
            "columns": columns,
        }


def filled(shape: Shape) -> str:
    """How full a column is, in words that tell no small count."""
    bounds = ((1.0, "full"), (0.9, "over 90% filled"), (0.5, "over half filled"), (0.1, "under half filled"))
    return next((word for least, word in bounds if shape.filled >= least), "nearly empty" if shape.filled else "empty")


def add_source(
    root: Path,
    extract: Path,
    *,
    organisation: str,
    sector: str,
    source_id: str = "",
    title: str = "",
    sheet: str = "",
) -> Draft:
    """Profile an extract and write ``sources/<id>.yaml``.

    Args:
        root: The project folder.
        extract: The file; it is read, not copied.
        organisation: Who sends it: whoever drafts knows, and no extract says so.
        sector: Which part of public life it belongs to: a guess would pass for an answer, and rules ask more of police,
            fire and health.
        source_id: The source's id; without it the file's name makes one.
        title: What it is called.
        sheet: Which sheet of a workbook is meant.

    Raises:
        BadInput: The file cannot be profiled, the id is none, or there is such a source already.
    """
    name = source_id or re.sub(r"[^a-z0-9]+", "_", extract.name.split(".")[0].lower()).strip("_")
    target = _target(root, name)
    profile = profile_extract(extract, sheet)
    suggestions = suggest(profile.columns)
    today = now().date()
    facts = {
        "id": name,
        "title": json.dumps(title or _named_after(name)),
        "organisation": json.dumps(organisation),
        "sector": sector,
        "today": today.isoformat(),
        "end": (today + timedelta(days=365)).isoformat(),
        "review": (today + timedelta(days=335)).isoformat(),
        "profile": profile,
        "delimiter": json.dumps(profile.delimiter),
        "sheet": json.dumps(profile.sheet, ensure_ascii=False),
        "file_id": name,
        "path": json.dumps(_path(root, extract, name)),
        "grain": "people" if rows_are_people(profile.columns, suggestions) else "both",
        "together": _together(profile.columns, suggestions),
        "columns": [_line(shape, one) for shape, one in zip(profile.columns, suggestions, strict=True)],
    }
    write_file(target, render_text("draft.yaml.jinja", facts))
    path = json.loads(str(facts["path"]))
    return Draft(file=target.relative_to(root).as_posix(), path=path, profile=profile, suggestions=suggestions)


def _target(root: Path, name: str) -> Path:
    if not _SLUG.fullmatch(name):
        raise BadInput(
            "The source has no id yet.",
            why="Its file, its tables and its pages are named after it.",
            fix="Give one with --id: 2 to 40 lower case letters, digits and underscores, a letter first.",
            code="E-SOURCE-ID",
        )
    target = root / "sources" / f"{name}.yaml"
    if not (root / "project.yaml").exists():
        raise BadInput(
            "There is no project here.",
            why="A source file belongs into the folder that holds project.yaml.",
            fix="Name that folder with --dir, or start a project with `joinedup init`. Nothing was written.",
            code="E-SOURCE-NO-PROJECT",
        )
    if target.exists() and not is_untouched_example(root, target):
        raise BadInput(
            f"sources/{name}.yaml is there already.",
            why="A source file that people have worked on is never overwritten.",
            fix="Choose another --id, or move that file away if it is to be drafted anew. Nothing was written.",
            code="E-SOURCE-EXISTS",
        )
    return target


def _path(root: Path, extract: Path, name: str) -> str:
    """Where the file lies below the project, with its month left open; else where it should be put."""
    try:
        below = extract.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        # `clients.csv.zip` keeps both endings; in `clients 1.2.txt` the first is part of a name.
        packed = extract.suffix.lower() in (".zip", ".gz")
        return f"extracts/{{period}}/{name}{''.join(extract.suffixes[-2:] if packed else extract.suffixes[-1:])}"
    return _MONTH.sub("{period}", below)


def _line(shape: Shape, one: Suggestion) -> dict[str, str]:
    role = f", role: {one.role}" if one.role else ""
    format_ = f", format: {json.dumps(shape.format)}" if shape.format and _is_date(one) else ""
    codes = _SEX_MAPS.get(shape.sex_codes, {}) if one.role == "sex" else {}
    values = ", values: " + json.dumps(codes) if codes else ""
    remark = f"{filled(shape)}; {one.why}"
    if _is_in_two_minds(shape, one):
        remark += f"; {shape.also} would fit, too: confirmed by itself, when the source has said which"
    settings = f"{{class: {one.column_class}{role}{format_}{values}, confirm: true}}"
    return {"key": _key(shape.name), "settings": settings, "remark": remark}


def _is_date(one: Suggestion) -> bool:
    return one.role == "date_of_birth" or one.column_class is ColumnClass.EVENT_FIELD


def _is_in_two_minds(shape: Shape, one: Suggestion) -> bool:
    """A day that can be read in two ways is nothing to be signed for beside twenty others."""
    return bool(_is_date(one) and shape.format and shape.also)


def _together(shapes: Sequence[Shape], suggestions: Sequence[Suggestion]) -> list[dict[str, Any]]:
    """Columns that can be confirmed by one signature, by the way they go and then by their class."""
    going: dict[Way, dict[ColumnClass, list[str]]] = {way: {} for way in Way}
    for shape, one in zip(shapes, suggestions, strict=True):
        if not _is_in_two_minds(shape, one):
            going[way_of(one.column_class, one.role)].setdefault(one.column_class, []).append(_key(shape.name))
    return [
        {
            "way": way.value,
            "means": _MEANS[way],
            "classes": {one.value: _wrapped(names) for one, names in classes.items()},
        }
        for way, classes in going.items()
        if classes
    ]


def _wrapped(names: Sequence[str]) -> str:
    """Names of columns as one list over as many lines as it takes; a name is never broken."""
    lines = [""]
    for name in names:
        lines = [*lines, ""] if lines[-1] and len(lines[-1]) + len(name) > _LONGEST_LINE else lines
        lines[-1] += f"{name}, "
    return "\n            ".join(line.rstrip() for line in lines).removesuffix(",")


def _named_after(name: str) -> str:
    """What people call a source until somebody says otherwise."""
    return name.replace("_", " ").capitalize()


def _key(name: str) -> str:
    """A column's name as YAML reads it back."""
    is_plain = _PLAIN_KEY.fullmatch(name) and name.lower() not in _YAML_WORDS
    return name if is_plain else json.dumps(name, ensure_ascii=False)
