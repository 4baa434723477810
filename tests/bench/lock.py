"""Whether the lock installs from wheels alone on systems that are not this one, and a folder of wheels for one of them.

python -m tests.bench.lock check --folder FOLDER --out docs/benchmarks.md
python -m tests.bench.lock bundle --folder FOLDER --system windows --python 3.13

pip reads markers for the machine it runs on, whatever ``--platform`` says: the lock is cut to the other system first.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.locked import blocks
from tests.bench.page import put, table

HEADING = "## Does the lock install elsewhere?"
REPOSITORY = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LOCKS = ("requirements.lock", "requirements-source.lock")
_LINUX = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_26", "manylinux_2_24", "manylinux_2_17", "manylinux2014")
_OLDER = ("manylinux_2_12", "manylinux2010", "manylinux_2_5", "manylinux1")
_LINUX_TAGS = tuple(f"{one}_x86_64" for one in (*_LINUX, *_OLDER))


@dataclass(frozen=True, slots=True)
class System:
    """What markers say of a system, and which wheels it takes."""

    title: str
    markers: dict[str, str]
    tags: tuple[str, ...]


SYSTEMS = {
    "linux": System(
        "Linux, glibc 2.28",
        {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
        _LINUX_TAGS,
    ),
    "windows": System(
        "Windows",
        {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
        ("win_amd64",),
    ),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """How a download ended."""

    packages: int
    mebibytes: float
    seconds: float
    failed: str


def cut(lock: str, system: System, python: str) -> str:
    """The lines of a lock that a system needs, its markers taken off."""
    markers = {
        **system.markers,
        "python_version": python,
        "python_full_version": f"{python}.9",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    return "".join(
        f"{found.name}{found.specifier} \\\n" + block.split("\n", 1)[1] for found, block in blocks(lock, markers)
    )


def download(lock: str, system: System, python: str, into: Path) -> Answer:
    """Every wheel of a lock for a system, each against its digest."""
    text, started = cut(lock, system, python), time.perf_counter()
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(text, encoding="utf-8")
        tags = [word for tag in system.tags for word in ("--platform", tag)]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--require-hashes", *tags, "--implementation", "cp"]
        command += ["--python-version", python, "--dest", str(into), "--requirement", str(wanted)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    failed = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] if done.returncode else []
    size = sum(path.stat().st_size for path in into.glob("*.whl")) / 2**20
    return Answer(text.count("=="), size, time.perf_counter() - started, failed[0] if failed else "")


def check(folder: Path, out: Path | None, pythons: Sequence[str]) -> int:
    """Try every lock for every system; 1 if one does not install from wheels alone."""
    rows, wrong = [], 0
    for name in LOCKS:
        lock = (REPOSITORY / name).read_text("utf-8")
        for key, system in SYSTEMS.items():
            for python in pythons:
                answer = download(lock, system, python, folder / f"{key}-{python}-{Path(name).stem}")
                wrong += bool(answer.failed)
                told = answer.failed or "every file, by its digest"
                rows.append((name, system.title, python, str(answer.packages), f"{answer.mebibytes:.0f}", told))
                sys.stderr.write(f"{name}, {system.title}, Python {python}: {told} ({answer.seconds:.0f} s)\n")
    if out:
        put(out, HEADING, section(rows))
    return min(wrong, 1)


def section(rows: Sequence[Sequence[str]]) -> str:
    """What was found, as the page tells it."""
    head = ("lock", "system", "Python", "packages", "MiB", "wheels found")
    told = (
        "`pip download --only-binary=:all: --require-hashes` for each system, on Linux: nothing is compiled and nothing"
        " but what was locked is taken. That it downloads does not show that it runs there: the tests ran on Linux with"
        " Python 3.11. Made by `make check-lock`."
    )
    return f"{HEADING}\n\n{told}\n\n{table(head, rows)}"


def bundle(folder: Path, system: System, python: str, lock: str) -> int:
    """The repository as it is committed with its wheels beside it: what is carried to a machine without a network."""
    if folder.exists():
        sys.stderr.write(f"{folder} is there already: remove it, or name another folder.\n")
        return 1
    folder.mkdir(parents=True)
    archive = folder / "committed.tar"
    git = shutil.which("git") or "git"
    subprocess.run([git, "-C", REPOSITORY, "archive", "--output", archive.resolve(), "HEAD"], check=True)
    shutil.unpack_archive(archive, folder, filter="data")
    archive.unlink()
    answer = download((folder / lock).read_text("utf-8"), system, python, folder / "wheels")
    sys.stderr.write(f"{answer.packages} packages, {answer.mebibytes:.0f} MiB, {answer.seconds:.0f} s\n{answer.failed}")
    return int(bool(answer.failed))


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("check", "bundle"))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--python", nargs="*", default=PYTHONS)
    parser.add_argument("--system", choices=SYSTEMS, default="windows" if sys.platform == "win32" else "linux")
    parser.add_argument("--lock", choices=LOCKS, default=LOCKS[0])
    options = parser.parse_args()
    if options.what == "bundle":
        python = options.python[0] if options.python is not PYTHONS else f"{sys.version_info[0]}.{sys.version_info[1]}"
        return bundle(options.folder, SYSTEMS[options.system], python, options.lock)
    return check(options.folder, options.out, options.python)


if __name__ == "__main__":
    sys.exit(main())
