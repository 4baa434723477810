"""Splink is imported where it is used and nowhere else, so that its next version is met in two modules."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("flows", "linkage", "cohorts", "governance")


@cache
def imported(path: Path) -> set[str]:
    """Top-level names that a module imports, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def importers(*names: str) -> set[str]:
    """Modules of ours that import any of the packages named."""
    return {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if any(module == name or module.startswith(f"{name}.") for module in imported(path) for name in names)
    }


def test_splink_is_imported_in_two_modules():
    """The model and the clustering import Splink; whoever else needs it goes through them."""
    assert importers("splink") == {"linkage/model.py", "linkage/cluster.py"}


def test_only_public_splink_is_used():
    """Nothing of ours reaches into Splink's internals."""
    assert importers("splink.internals") == set()


@pytest.mark.parametrize("other", ["cohorts", "flows", "prefect", "typer"])
def test_linkage_knows_nothing_of_payload_or_flows(other):
    """Linkage sees identifiers and no payload: it imports neither cohorts nor what runs it."""
    assert not {module for module in importers(other) if module.startswith("linkage/")}
