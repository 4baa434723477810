"""A change of one plain setting, by its entry in the tables or, without one, in general words."""

from typing import Any

from governance.changes.change import Change, unclear, was_now
from governance.changes.compare import ABSENT, Difference, Path, matches
from governance.changes.fields import POLICY, PROJECT, SOURCE, Field
from governance.changes.records import FLOWS, OTHERS, RECORDS

_TABLES = {"project": (PROJECT | OTHERS, 1), "policy": (POLICY, 1), "sources": (SOURCE | FLOWS, 2)}
"""Words by file, and how many parts of a path come before the setting."""
_RECORDS = (RECORDS, 2)


def setting_change(found: Difference) -> Change:
    """One sentence, with what follows from it."""
    field = field_of(found.path)
    risk = field.judge(found.old, found.new)
    old, new = (_said(one, field) for one in (found.old, found.new))
    label = field.label.replace("{key}", found.path[-1].replace("_", " "))
    more = {"more": field.more, "less": field.less}.get(risk, "")
    return Change(
        risk=risk,
        weight=field.weight,
        where=_where(found.path),
        sentence=f"{_prefix(found.path)}{was_now(label, old, new)} {more}".strip(),
        setting=".".join(found.path),
        two_people=field.two_people if risk == "more" else _recipient_or_reversible(found),
    )


def _said(value: Any, field: Field) -> Any:
    return field.words.get(value, value) if isinstance(value, str) else None if value is ABSENT else value


def field_of(path: Path) -> Field:
    """How a setting is told; one that is in no table is named as the file names it, and has to be read."""
    table, skipped = _RECORDS if path[:2] == ("project", "governance") else _TABLES[path[0]]
    rest = path[skipped:]
    known = next((field for name, field in table.items() if matches(rest, name.split("."))), None)
    return known or Field(label=f"`{'.'.join(rest)}`", judge=unclear, weight=64)


_NAMES_A_RECIPIENT = ("recipient",)
_NAMES_A_WAY_BACK = ("reversible", "reidentif", "re_identif")


def _recipient_or_reversible(found: Difference) -> str:
    """By name, so that a setting added later is not missed: anything given that names a recipient or a way back."""
    given = found.new not in (ABSENT, None, False, "", [], {})
    name = ".".join(found.path).lower()
    if given and any(part in name for part in _NAMES_A_RECIPIENT):
        return "a new recipient"
    return "a reversible scheme" if given and any(part in name for part in _NAMES_A_WAY_BACK) else ""


def _where(path: Path) -> str:
    return f"sources/{path[1]}.yaml" if path[0] == "sources" else f"{path[0]}.yaml"


def _prefix(path: Path) -> str:
    if path[0] != "sources":
        return ""
    file = f"file {path[3]}: " if path[2:3] == ("files",) and len(path) > 3 else ""
    column = f"column {path[5]}: " if path[4:5] == ("columns",) and len(path) > 5 else ""
    return f"{path[1]}: {column or file}"
