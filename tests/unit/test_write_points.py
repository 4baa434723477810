"""Everything that writes passes the write points, so a fault can be tried at each."""

import ast
import os
from pathlib import Path

import pytest

from governance import write_points
from governance.write_points import Act, flush_folder, make_folder, put, remove_tree
from tests.lib.command import REPOSITORY
from tests.lib.disk_faults import points_of

_WRITES = {"replace", "rename", "fsync", "unlink", "rmtree", "rmdir", "write_text", "write_bytes", "mkdir", "makedirs",
           "truncate", "ftruncate", "copyfile", "copytree", "symlink_to", "touch"}  # fmt: skip

ELSEWHERE = {
    "governance/platform_calls.py": "what the write points themselves ask of the system",
    "flows/starter.py": "a new project's folder: nothing is lost, `joinedup new` is run again",
    "flows/schemas.py": "files for editors, made by a developer",
    "flows/reference.py": "reference pages, made by a developer",
    "flows/demo_run.py": "a synthetic system, made afresh",
}
"""Modules that write without it, and why that loses nothing; so do all of ``flows/demo/``."""


def writes_of(path):
    """Lines that change a file or folder by a library's own call."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _WRITES and not _is_of_text(name, node) and not _is_ours(node):
            yield f"{name} in line {node.lineno}"


def _is_of_text(name, node):
    """``str.replace`` takes two arguments, ``Path.replace`` one; dataclasses' is called by its bare name."""
    return name == "replace" and (len(node.args) != 1 or bool(node.keywords) or isinstance(node.func, ast.Name))


def _is_ours(node):
    return isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "write_points"


def test_nothing_else_writes():
    """A module that writes by itself could not be tried at that point."""
    modules = [path for package in ("governance", "linkage", "cohorts", "flows") for path in _modules(package)]
    found = {path.relative_to(REPOSITORY).as_posix(): list(writes_of(path)) for path in modules}

    assert {name for name, lines in found.items() if lines} == {"governance/write_points.py", *ELSEWHERE}


def _modules(package):
    return [path for path in sorted((REPOSITORY / package).rglob("*.py")) if "demo" not in path.parts]


def test_a_file_is_cut_in_its_middle_only_while_somebody_watches(tmp_path):
    """Otherwise it is written at once."""
    passed = points_of(lambda: put(tmp_path / "a", b"content"))

    assert [act for act, _ in passed] == [Act.OPEN, Act.WRITE, Act.HALF_WRITTEN, Act.FLUSH]
    assert (tmp_path / "a").read_bytes() == b"content"


def test_a_name_is_flushed_with_its_folder(tmp_path):
    """After a power cut a name that was given is there; a rename alone does not promise that."""
    put(tmp_path / "a", b"")

    passed = points_of(lambda: write_points.rename(tmp_path / "a", tmp_path / "b"))

    assert [(act, path.name) for act, path in passed] == [(Act.RENAME, "b"), (Act.FLUSH_FOLDER, tmp_path.name)]


@pytest.mark.skipif(os.name != "posix", reason="Windows has access lists instead of modes")
def test_folders_are_for_their_owner_only(tmp_path):
    """Those above it too."""
    make_folder(tmp_path / "a" / "b")

    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "a", tmp_path / "a" / "b")} == {0o700}


@pytest.mark.skipif(os.name != "posix", reason="links need a right of their own there")
def test_where_a_link_leads_to_stays(tmp_path):
    """Somebody else's files are not removed with ours."""
    put(tmp_path / "theirs", b"kept")
    make_folder(tmp_path / "ours" / "deep")
    (tmp_path / "ours" / "link").symlink_to(tmp_path)
    put(tmp_path / "ours" / "deep" / "a", b"gone")

    remove_tree(tmp_path / "ours")

    assert [path.name for path in tmp_path.iterdir()] == ["theirs"]


def test_a_folder_that_cannot_be_flushed_is_no_fault(tmp_path, monkeypatch):
    """Some network disks say so; an error of the disk is one."""

    def refuses(code):
        def fsync(_):
            raise OSError(code, "")

        return fsync

    monkeypatch.setattr(write_points.os, "fsync", refuses(22))
    flush_folder(tmp_path)
    monkeypatch.setattr(write_points.os, "fsync", refuses(5))
    with pytest.raises(OSError, match="5"):
        flush_folder(Path(tmp_path))
