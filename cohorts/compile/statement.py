"""One SQL statement under construction: named steps, and values that bind."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import dedent, indent

from cohorts.durations import Duration
from cohorts.query import Query
from governance.errors import InternalError

Value = str | int | float | date | Sequence[str] | Sequence[int]

_PARAMETER = re.compile(r"\$(\w+)")
_HOLE = re.compile(r"^( *)(.*)\{(\w+)\}", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n\s*\n")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT and the values of its ``$name`` holes."""

    sql: str
    params: dict[str, Value]

    def explained(self) -> str:
        """The statement with its values listed above it, for people to read."""
        return "\n".join([*(f"-- ${name} = {value}" for name, value in self.params.items()), self.sql])


@dataclass(frozen=True, slots=True)
class Piece:
    """SQL of one piece of evidence."""

    items: str
    """A SELECT of person_id, day, until, stands."""
    known: str
    """A condition on ``person`` and the joins, never NULL: had there been such evidence, it would be known."""
    joins: tuple[str, ...] = ()
    """Steps with one row a person at most, that the condition reads."""


class Builder:
    """Collects the steps of a statement in order.

    Every value of a definition passes through ``bind`` and every name through ``step``; templates are constants
    of this package. So no text of a definition becomes SQL.
    """

    def __init__(self, query: Query, as_of: date) -> None:
        self.query, self.as_of = query, as_of
        self._steps: list[str] = []
        self._params: dict[str, Value] = {}
        self.as_of_hole = self.bind("as_of", as_of)

    def bind(self, hint: str, value: Value) -> str:
        """A ``$hole`` for a value, named after what it is; equal values of one hint share a hole."""
        held = list(value) if isinstance(value, tuple) else value
        name, number = hint, 1
        while name in self._params and self._params[name] != held:
            number += 1
            name = f"{hint}_{number}"
        self._params[name] = held
        return f"${name}"

    def since(self, window: Duration) -> str:
        """A hole for the first day of a window that ends with the period."""
        return self.bind("since", window.before(self.as_of))

    def shift(self, day: str, sign: str, by: Duration) -> str:
        """SQL for a day so much later or earlier; months are calendar months."""
        if by.unit == "day":
            return f"({day} {sign} {self.bind('days', by.count)})"
        return f"CAST({day} {sign} to_months({self.bind('months', by.count)}) AS DATE)"

    def step(self, name: str, comment: str, template: str, **holes: str) -> str:
        """Add ``name AS (template)`` with its ``{holes}`` filled by names and fragments; returns the name."""
        if not _NAME.fullmatch(name):
            raise InternalError(
                "A step of a compiled cohort has a name that is not a plain word.",
                why="Names stand in the SQL as they are.",
                fix="Report this; ids of needs and rungs should have been checked.",
                code="E-COHORT-NAME",
            )
        body = indent(self.fill(template, **holes), "    ")
        self._steps.append(f"-- {comment}\n{name} AS (\n{body}\n)")
        return name

    def inline(self, name: str, comment: str, statement: Statement) -> str:
        """Add another whole statement as a step; its values get holes of this one."""
        holes = {held: self.bind(held, value) for held, value in statement.params.items()}
        return self.step(name, comment, _PARAMETER.sub(lambda found: holes[found[1]], statement.sql))

    def fill(self, template: str, **holes: str) -> str:
        """A template with its holes filled; a fragment of several lines keeps the indent of its hole."""
        text = dedent(template).strip()
        while match := _HOLE.search(text):
            fragment = holes[match[3]].replace("\n", "\n" + match[1])
            text = text[: match.start()] + match[1] + match[2] + fragment + text[match.end() :]
        return _BLANK_LINE.sub("\n", text)

    def statement(self, template: str, **holes: str) -> Statement:
        """The whole: all steps, then the final query."""
        steps = ",\n\n".join(self._steps)
        sql = f"WITH\n{steps}\n\n{self.fill(template, **holes)}\n"
        used = set(_PARAMETER.findall(sql))  # a template may leave out what another of its kind asks for
        return Statement(sql, {name: value for name, value in self._params.items() if name in used})


def sources_and_kinds(condition: str = "") -> str:
    """SQL that counts distinct pairs of source and kind, those that meet a condition if one is given."""
    return f"count(DISTINCT (source, kind)){f' FILTER ({condition})' if condition else ''}"


def joined(names: Sequence[str]) -> str:
    """SQL that adds tables by person; people without a row keep NULLs."""
    return "\n".join(f"LEFT JOIN {name} USING (person_id)" for name in names)


def columns(names: Sequence[str], column: str) -> str:
    """SQL for the same column of several tables."""
    return ", ".join(f"{name}.{column}" for name in names)
