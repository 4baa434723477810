"""Linux and Windows differ in one module, and a month runs where Linux's own modules are missing."""

import ast
import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from governance import platform_calls
from governance.errors import BadInput
from governance.lock import Held, locked
from tests.lib.command import REPOSITORY
from tests.lib.toy import make_toy

ONE_MODULE = Path("governance/platform_calls.py")
_MODULES = {"fcntl", "resource", "signal", "pwd", "grp", "termios", "posix", "msvcrt", "winreg", "ctypes"}
_OF_OS = (
    r"O_[A-Z]+|fork|forkpty|wait\w*|kill|killpg|[fl]?chmod|[fl]?chown|umask|get\w*[ug]id|set\w*[ug]id|getpgrp|"
    r"setpgrp|nice|sched_\w+|mkfifo|uname|statvfs|dup2|open|sysconf|pipe|link|symlink"
)


def differs(text: str) -> list[str]:
    """What a module uses that only some systems have."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names if name.name in _MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module in (*_MODULES, "os"):
            found.append(node.module)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "owner":
            found.append("owner")  # of a path; a decision on the board's page has an owner too, who is not called
        elif isinstance(node, ast.Attribute):
            of_os = isinstance(node.value, ast.Name) and node.value.id == "os" and re.fullmatch(_OF_OS, node.attr)
            found += [node.attr] if of_os or node.attr in ("chmod", "lchmod", "group_id", "st_uid") else []
        elif isinstance(node, ast.Constant) and node.value in ("win32", "linux", "nt", "posix"):
            found.append(node.value)
    return found


def test_one_module_knows_the_system():
    """Others ask it; it is the only place to read before a new system."""
    paths = [
        path for name in ("governance", "linkage", "cohorts", "flows") for path in (REPOSITORY / name).rglob("*.py")
    ]
    used = {path.relative_to(REPOSITORY): differs(path.read_text("utf-8")) for path in paths}

    assert {path: words for path, words in used.items() if words and path != ONE_MODULE} == {}
    assert used[ONE_MODULE]


@pytest.mark.parametrize(
    "text",
    ["import fcntl", "from os import fork", "import os\nos.chmod('x', 1)", "sys.platform == 'win32'", "p.chmod(1)"],
)
def test_the_measure_sees_what_it_looks_for(text):
    """The control of the test above."""
    assert differs(text)


def test_files_are_written_byte_for_byte(monkeypatch, tmp_path):
    """Windows writes two bytes for every end of line if it is not told, and the ledger's digests would not hold."""
    asked, opened = [], os.open
    monkeypatch.setattr(platform_calls, "_NOT_TRANSLATED", 1 << 28)
    monkeypatch.setattr(
        os, "open", lambda path, flags, mode: asked.append(flags) or opened(path, flags & ~(1 << 28), mode)
    )
    for make in (platform_calls.open_anew, platform_calls.open_at_end, platform_calls.open_to_lock):
        os.close(make(tmp_path / "file"))

    assert [flags >> 28 for flags in asked] == [1, 1, 1]


class _Windows:
    """Locks as Windows has them, as far as one process can tell: waiting ends in an error after a while."""

    LK_LOCK, LK_NBLCK = 1, 2

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)

    def locking(self, _descriptor: int, _how: int, size: int) -> None:
        """Fail with the next answer, or succeed."""
        assert size == 1
        if self.answers:
            raise OSError(self.answers.pop(0), "")


def test_windows_waits_for_as_long_as_it_takes(monkeypatch, tmp_path):
    """Its own way to wait gives up after ten seconds: a second writer would be told that a folder is held."""
    windows = _Windows(errno.EDEADLK, errno.EDEADLK)
    monkeypatch.setattr(platform_calls, "_fcntl", None)
    monkeypatch.setattr(platform_calls, "_msvcrt", windows)

    with locked(tmp_path / "lock"):
        assert windows.answers == []


def test_windows_tells_who_does_not_wait(monkeypatch, tmp_path):
    """A second run is told so at once."""
    monkeypatch.setattr(platform_calls, "_fcntl", None)
    monkeypatch.setattr(platform_calls, "_msvcrt", _Windows(errno.EACCES))

    with pytest.raises(Held), locked(tmp_path / "lock", wait=False):
        pass


@pytest.mark.parametrize("windows", [None, _Windows(errno.EINVAL)], ids=["no locks at all", "a disk without locks"])
def test_without_locks_nothing_is_written(monkeypatch, tmp_path, windows):
    """It fails closed, in words."""
    monkeypatch.setattr(platform_calls, "_fcntl", None)
    monkeypatch.setattr(platform_calls, "_msvcrt", windows)

    with pytest.raises(BadInput, match="could not be locked") as told, locked(tmp_path / "lock"):
        pytest.fail("was not locked")
    assert told.value.code == "E-LOCK"


_AS_ON_WINDOWS = """
import importlib.abc, os, subprocess, sys, types, warnings  # subprocess asks msvcrt which system it is on

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "resource", "pwd", "grp", "termios"):
            raise ImportError(name)

sys.meta_path.insert(0, Refuse())
for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules.pop(name, None)
sys.modules["msvcrt"] = types.SimpleNamespace(LK_LOCK=1, LK_NBLCK=2, locking=lambda *_: None)
# A file read or written without saying how would be read as cp1252 there.
warnings.filterwarnings("error", category=EncodingWarning, module="(governance|linkage|cohorts|flows)")
from flows.cli import run
codes = [run([word, sys.argv[1]] + more) for word, more in (("check", []), ("run", ["--plain"]), ("doctor", []))]
assert not {"fcntl", "resource"} & set(sys.modules), "the test blocks nothing"
print("ENDED", codes)
"""
_NOT_IN_A_NAME = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)', re.IGNORECASE)


def test_a_month_runs_as_on_windows(tmp_path):
    """No ``fcntl`` and no ``resource``, a cp1252 console, CRLF in every config, and a path that cp1252 cannot spell."""
    root = make_toy(tmp_path / "Zoë's joined up Łódź 北")
    for path in (*root.rglob("*.yaml"), *root.rglob("*.csv")):
        if path.parent.name != "lookups":  # pinned by its digest
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    done = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-c", _AS_ON_WINDOWS, str(root)],
        capture_output=True, timeout=180, cwd=REPOSITORY, check=False,
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    )  # fmt: skip

    said = done.stdout.decode("cp1252").splitlines() or [done.stderr.decode("cp1252")]
    assert re.fullmatch(r"ENDED \[[01], [01], [01]\]", said[-1]), (said[-30:], done.stderr[-2000:])
    made = [path.relative_to(root).as_posix() for path in root.rglob("*")]
    assert "zones/public/2026-10/current" in made
    assert [name for name in made if any(_NOT_IN_A_NAME.search(part) for part in name.split("/"))] == []
    assert len({name.casefold() for name in made}) == len(made)


GIB = 1 << 30


@pytest.mark.parametrize(
    ("groups", "limits", "told"),
    [
        ("0::/\n", {"memory.max": "max"}, []),
        ("0::/\n", {"memory.max": f"{GIB}"}, [GIB]),
        ("0::/a.slice/b\n", {"a.slice/b/memory.max": "max", "a.slice/memory.max": f"{2 * GIB}"}, [2 * GIB]),
        ("0::/only/the/host/sees\n", {"memory.max": f"{3 * GIB}"}, [3 * GIB]),
        ("5:cpu:/a\n4:memory:/a\n0::/\n", {"memory/a/memory.limit_in_bytes": f"{4 * GIB}"}, [4 * GIB]),
        ("4:memory:/a\n", {"memory/memory.limit_in_bytes": "9223372036854771712"}, [9223372036854771712]),
        ("5:cpu:/a\n", {"memory.max": f"{GIB}", "cpu/a/memory.limit_in_bytes": f"{GIB}"}, []),
    ],
    ids=[
        "no limit",
        "container",
        "service in a slice",
        "hidden path",
        "version 1",
        "version 1 unlimited",
        "other kind",
    ],
)
def test_a_container_has_the_memory_it_was_given(tmp_path, groups, limits, told):
    """Not its host's: shares of that would be more than it has, and the system would end it."""
    (tmp_path / "cgroup").write_text(groups, "utf-8")
    for name, limit in limits.items():
        path = tmp_path / "mounted" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{limit}\n", "utf-8")

    assert list(platform_calls._limits_of_groups(tmp_path / "cgroup", tmp_path / "mounted")) == told


@pytest.mark.skipif(platform_calls._sysconf is None, reason="Windows does not say")
def test_memory_is_the_least_that_anything_allows(monkeypatch):
    """Machine or group."""
    whole = platform_calls.machine_memory()
    monkeypatch.setattr(platform_calls, "_limits_of_groups", lambda *_: iter((GIB, 1 << 61)))

    assert platform_calls.machine_memory() == GIB < whole
    monkeypatch.setattr(platform_calls, "_sysconf", None)
    assert platform_calls.machine_memory() is None
