"""The documentation holds together: links lead somewhere, named tests exist, the lock says nothing it should not."""

import ast
import re

import pytest

from flows.schemas import all_schemas, as_text
from tests.lib.command import REPOSITORY

PAGES = [
    path
    for path in sorted(REPOSITORY.rglob("*.md"))
    if not {".venv", ".git", "node_modules", ".pytest_cache"} & set(path.relative_to(REPOSITORY).parts)
]
NAMES = [path.relative_to(REPOSITORY).as_posix() for path in PAGES]
_LINK = re.compile(r"\[[^\]]*\]\(([^)#]+)\)")
_TEST = re.compile(r"(tests/[a-z_/]+\.py)(?:::([a-z_0-9]+))?")


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name):
    """To files of this repository; addresses on the web are not tried."""
    page = REPOSITORY / name
    targets = [target for target in _LINK.findall(page.read_text("utf-8")) if "://" not in target]

    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("docs/how-to/")])
def test_sections_of_the_audit_page_are_named_not_numbered(name):
    """Guides led to section 9 for rows set aside when three others had come before it."""
    text = " ".join((REPOSITORY / name).read_text("utf-8").split())

    assert re.findall(r"audit page, section \d+|section \d+ of the audit", text) == []
    if "Every row accounted for" in text:
        assert 'title="Every row accounted for"' in (REPOSITORY / "governance/audit/row_sections.py").read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_named_tests_exist(name):
    """A limit that names its test has one."""
    for path, function in _TEST.findall((REPOSITORY / name).read_text("utf-8")):
        assert (REPOSITORY / path).exists(), path
        tree = ast.parse((REPOSITORY / path).read_text("utf-8"))
        tests = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert not function or function in tests, f"{path}::{function}"


def _measured():
    """Rows of the README's table: each figure, and the section of the benchmarks that it is said to stand in."""
    text = (REPOSITORY / "README.md").read_text("utf-8").split("## What was measured")[1].split("\n## ")[0]
    for row in re.findall(r"^\| .*benchmarks\.md#.*$", text, re.MULTILINE):
        _, _, says, where, _ = row.split("|")
        anchor = where.partition("#")[2].rstrip(") ")
        yield from ((anchor, figure) for figure in re.findall(r"\d[\d,.]*\d%?", says))


@pytest.mark.parametrize(("anchor", "figure"), list(_measured()))
def test_the_figures_of_the_readme_are_those_that_were_measured(anchor, figure):
    """In the very section that the row leads to; whoever measures again has to say so on the front page."""
    sections = re.split(r"^#+ ", (REPOSITORY / "docs/benchmarks.md").read_text("utf-8"), flags=re.MULTILINE)
    named = {re.sub(r"[^a-z0-9 -]", "", one.partition("\n")[0].lower()).replace(" ", "-"): one for one in sections}

    assert re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d]|[.,]\d)", named[anchor])


def test_the_front_page_has_figures():
    """Else the test above looks at none, and passes."""
    assert len(list(_measured())) >= 12


def test_the_lock_pins_everything_by_hash():
    """No address, no index, no path: it installs from any mirror, and from nothing else than what was locked."""
    text = (REPOSITORY / "requirements.lock").read_text("utf-8")
    requirements = re.findall(r"^[a-z0-9][^\\]*\\?", text, re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]

    assert len(requirements) > 100
    assert [block.splitlines()[0] for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []
    assert not re.search(r"https?://|file:|--index|--find-links|@ ", text)


def test_the_lock_covers_what_pyproject_asks_for():
    """Run `make lock` after changing a dependency."""
    import tomllib

    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    locked = set(re.findall(r"^([a-z0-9._-]+)", (REPOSITORY / "requirements.lock").read_text("utf-8"), re.MULTILINE))

    assert {re.split(r"[<>=\[]", one)[0].lower().replace("_", "-") for one in wanted} - locked == set()


@pytest.mark.parametrize("kind", sorted(all_schemas()))
def test_schemas_are_those_of_the_models(kind):
    """Editors check configs against these files: `make schemas` writes them anew."""
    written = (REPOSITORY / f"config/schemas/{kind}.schema.json").read_text("utf-8")

    assert written == as_text(all_schemas()[kind])
