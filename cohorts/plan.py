"""How a compiled definition is worked out: its steps in order, and DuckDB's own plan of the one statement they make."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from cohorts.compile import Statement
from governance.contracts import COVERAGE, EVENT, NEED_EVIDENCE, PERSON, PROVIDER, Contract
from governance.warehouse import connect, load_table

TABLES = (PERSON, EVENT, NEED_EVIDENCE, COVERAGE, PROVIDER)
"""All that a definition reads."""

_STEP = re.compile(r"^-- (.+)\n([a-z][a-z0-9_]*) AS \($", re.MULTILINE)
_NAME = re.compile(r"\b(?:FROM|JOIN) ([a-z][a-z0-9_]*)")
_SILENT = frozenset({"PROJECTION"})
_TOLD = ("Table", "CTE Name", "Join Type", "Conditions", "Groups")


_ENDS: dict[str, list[Any]] = {
    "string": ["", "~"],
    "bool": [False, True],
    "date32[day]": [date(1, 1, 1), date(9999, 1, 1)],
    "double": [0.0, 1.0],
    "list<item: string>": [[], ["~"]],
    **{kind: [0, 127] for kind in ("int8", "int16", "int32", "int64")},
}


@dataclass(frozen=True, slots=True)
class Step:
    """One named step of a statement."""

    name: str
    comment: str
    reads: tuple[str, ...]
    """Tables and earlier steps."""


def steps_of(statement: Statement) -> list[Step]:
    """The steps in order; the last has no name and is the answer."""
    found = list(_STEP.finditer(statement.sql))
    ends = [*(match.start() for match in found[1:]), len(statement.sql)]
    steps = []
    for match, end in zip(found, ends, strict=True):
        body = statement.sql[match.end() : end].split("\n)", 1)[0]
        steps.append(Step(match[2], match[1], tuple(dict.fromkeys(_NAME.findall(body)))))
    return steps


def engine_plan(statement: Statement) -> list[str]:
    """DuckDB's physical plan, an operator a line, made over tables of two rows: sizes change the order of joins only.

    Operators of one pipeline run on all threads at once; DuckDB cuts pipelines at joins, groups and windows.
    """
    with connect() as con:
        for contract in TABLES:
            load_table(con, contract.name, _two_rows(contract))
        [(_, plan)] = con.execute(f"EXPLAIN (FORMAT json) {statement.sql}", statement.params).fetchall()
    return [line for root in json.loads(plan) for line in _operators(root, 0)]


def _two_rows(contract: Contract) -> pa.Table:
    """The least and the most of each column: over empty tables the answer would be "nobody", without a plan."""
    return pa.table({name: pa.array(_ENDS[str(kind)], kind) for name, kind in contract.columns.items()})


def _operators(node: dict[str, Any], depth: int) -> Iterator[str]:
    name, info = node["name"].strip(), node.get("extra_info", {})
    silent = name in _SILENT
    if not silent:
        told = [_plain(info[key]) for key in _TOLD if info.get(key)]
        yield f"{'  ' * depth}{name.lower().replace('_', ' ')}{': ' + ', '.join(told) if told else ''}"
    for child in node["children"]:
        yield from _operators(child, depth if silent else depth + 1)


def _plain(value: str | list[str]) -> str:
    text = value if isinstance(value, str) else " and ".join(value)
    return text.removeprefix("memory.main.")
