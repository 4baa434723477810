"""``joinedup explain``: what an error code, a policy rule or a cohort means, from the code that uses it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from governance.errors import BadInput

_PACKAGES = ("governance", "linkage", "cohorts", "flows")
_WORDS = ("what", "why", "fix")
_CLASSES = {
    "Awaiting": 1,
    **{"PolicyRefusal": 2, "RulesBlock": 2},
    **{"BadInput": 3, "ConfigError": 3, "ExtractError": 3, "ContractError": 3},
}


@dataclass(frozen=True, slots=True, order=True)
class ErrorText:
    """One error as it is written in the code; ``…`` stands for what is filled in when it happens."""

    code: str
    exit_code: int
    what: str
    why: str
    fix: str


@cache
def error_texts() -> tuple[ErrorText, ...]:
    """Every coded error of the product, sorted; read from the source, so that none can be forgotten."""
    here = Path(__file__).parent.parent
    paths = [path for package in _PACKAGES for path in sorted((here / package).rglob("*.py"))]
    return tuple(sorted({text for path in paths for text in _in_file(path)}))


def _in_file(path: Path) -> Iterator[ErrorText]:
    source = path.read_text("utf-8")
    # A file without a code is not parsed: most have none, and parsing all of them took seconds.
    tree = ast.parse(source if "E-" in source else "")
    named = {key: _text(node.value) for node in tree.body if isinstance(node, ast.Assign) for key in _names(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        words = {word.arg: word.value for word in node.keywords if word.arg}
        given = words.get("code")
        code = named.get(given.id, "") if isinstance(given, ast.Name) else _text(given)
        if code.startswith("E-") and "…" not in code and "why" in words:
            what = _text(node.args[0]) if node.args else _text(words.get("what"))
            yield ErrorText(code, _exit_code(node.func), what, _text(words["why"]), _text(words.get("fix")))


def _names(node: ast.Assign) -> Iterator[str]:
    """What a module calls a value: a code that others ask for has a name."""
    return (target.id for target in node.targets if isinstance(target, ast.Name))


def _exit_code(function: ast.expr) -> int:
    return _CLASSES.get(function.id, 4) if isinstance(function, ast.Name) else 4


def _text(node: ast.expr | None) -> str:
    """A string as written: formatted parts become an ellipsis."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left) + _text(right)
        case ast.IfExp(body=first):
            return _text(first)
        case None:
            return ""
        case _:
            return "…"


def explain_code(code: str, project: Path | None = None) -> str:
    """What a code means.

    Args:
        code: ``E-…``, a policy rule's id, or a cohort's id.
        project: Where cohorts are looked up.

    Raises:
        BadInput: Nobody knows it.
    """
    wanted = code.strip()
    if found := [text for text in error_texts() if text.code == wanted.upper()]:
        return "\n\n".join(_explained(text) for text in found) + "\n"
    from governance.policy import RULES
    from governance.policy import explain as explain_rule

    if wanted.upper() in {rule.id for rule in RULES}:
        return explain_rule(wanted)
    if project is not None:
        return _cohort(wanted, project)
    raise _unknown()


def _explained(text: ErrorText) -> str:
    ends = f"{text.code} (ends with exit code {text.exit_code})"
    return "\n".join([ends, f"  What: {text.what}", f"  Why:  {text.why}", f"  Fix:  {text.fix}"])


def _cohort(cohort: str, project: Path) -> str:
    from cohorts.definition import load_definitions
    from cohorts.run import explain
    from governance.intake.period import as_of_date
    from governance.settings import load_bundle

    definitions = load_definitions(load_bundle(project))
    for definition in definitions:
        if definition.id.lower() == cohort.lower():
            return explain(definition, as_of_date(_month_of(project)))
    raise _no_cohort(cohort, [definition.id for definition in definitions])


def _no_cohort(cohort: str, known: list[str]) -> BadInput:
    near = get_close_matches(cohort.lower(), known, n=1)
    meant = f"Did you mean {near[0]}?" if near else f"It has: {', '.join(known) or 'none'}."
    return BadInput(
        "This project has no cohort of that id, and no error or rule is called so.",
        why="Only definitions in the project's cohorts/ folder were read with its sources and can be asked of them.",
        fix=f"{meant} One of the library has to be copied from config/library/ into cohorts/ first.",
        code="E-EXPLAIN",
    )


def _month_of(project: Path) -> str:
    """The newest month that is here; a definition can be read before the first extract has come."""
    from flows.run import now, resolve_period

    try:
        return resolve_period(project, "latest")
    except BadInput:
        return f"{now():%Y-%m}"


def _unknown() -> BadInput:
    return BadInput(
        "That code is not known.",
        why="Errors start with E-, policy rules look like NDOO-02, and cohorts belong to a project.",
        fix="Check its spelling; for a cohort add --project DIR. docs/reference/errors.md lists every error.",
        code="E-EXPLAIN",
    )
