"""Extracts are parsed in a process of their own: what a file does to its reader, it does not do to the run."""

import json
import os
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from governance import child_process
from governance.errors import ExtractError
from governance.intake import child, deliver
from governance.intake.child import memory_limit, parse_apart, time_limit
from governance.intake.decode import NotText
from governance.intake.parse import Job
from tests.lib.command import REPOSITORY
from tests.lib.intake import ALICE, make_source, people_file, read, read_people
from tests.lib.intake import deliver as put

MARK = "Quizzaciously"
GIB = 1 << 30
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows limits the time only")


NEVER_NEEDED = ("cryptography", "duckdb", "pydantic", "governance.settings")
"""What a process that parses files has no use for, and of which loading takes most of half a second."""


def job(path, **changes):
    """A small file's job."""
    return Job(**({"paths": [str(path)], "format": "csv", "seconds": 30.0, "memory_bytes": 2 * GIB} | changes))


def refusal(of):
    """The words a file is refused with; the next file is read as if nothing had been."""
    with pytest.raises(NotText) as refused:
        parse_apart(of)
    return f"{refused.value.fault}"


@pytest.fixture
def small(tmp_path):
    """A file without faults."""
    path = tmp_path / "small.csv"
    path.write_text(f"a,b\n1,{MARK}\n")
    return path


@pytest.fixture(autouse=True)
def _goes_on(small):
    yield
    assert parse_apart(job(small)).raw.columns[1].to_pylist() == [MARK]


@pytest.fixture
def bomb(tmp_path):
    """Two thousand million characters in a quarter of a megabyte."""
    cell = pa.array([MARK * 80] * 2000, pa.string())
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table({"a": pa.chunked_array([cell] * 1000)}), path, compression="zstd")
    assert path.stat().st_size < 300_000
    return path


@POSIX
def test_a_bomb_runs_out_of_memory_alone(bomb):
    """The file is refused; neither this process nor the machine is short of anything."""
    said = refusal(job(bomb, format="parquet", memory_bytes=GIB))

    assert said.startswith("took more than 1.0 GiB of memory to read.")
    assert MARK not in said


@POSIX
def test_a_file_that_hangs_is_stopped_by_the_clock(tmp_path):
    """Its reader is ended, wherever it hangs."""
    path = tmp_path / "long.csv"
    path.write_text("a,b\n" + f"1,{MARK}\n" * 500_000)

    assert refusal(job(path, seconds=0.01)).startswith("took longer than 0 seconds to read.")


def test_where_the_reader_has_no_clock_ours_ends_it(small, monkeypatch):
    """As on Windows: the parent's clock kills a process that does not answer."""
    with monkeypatch.context() as never_asked:
        never_asked.setattr(child, "_GRACE", -30.0)
        never_asked.setattr(child, "_ask", lambda worker, _job: (json.loads(worker.answers.readline()), None))

        assert refusal(job(small, seconds=30.0)).startswith("took longer than 30 seconds")


def test_a_reader_that_answered_just_as_the_clock_rang_is_not_asked_again(small, monkeypatch):
    """Its answer is whole; the next file would be refused for its time."""
    answer = child._ask

    def answered_in_time(worker, asked):
        answered = answer(worker, asked)
        assert worker.exit_code() != 0, "the clock has rung"
        return answered

    with monkeypatch.context() as late:
        late.setattr(child, "_GRACE", -29.0)
        late.setattr(child, "_ask", answered_in_time)
        assert parse_apart(job(small, seconds=30.0)).raw.columns[1].to_pylist() == [MARK]


def test_a_reader_that_fails_in_a_way_nobody_foresaw_refuses_the_file(small):
    """Without the words of whatever failed, which would quote the file."""
    assert refusal(job(small, delimiter="ab")) == (
        "is damaged: reading it ended its reader. Ask the source to deliver it again."
    )


def test_the_refusal_names_the_file_and_carries_a_code(tmp_path, monkeypatch):
    """Like any other fault of a file."""
    monkeypatch.setattr(deliver, "time_limit", lambda _size: -1.0)  # no clock can be set to this
    put(tmp_path, {"people.csv": MARK})

    with pytest.raises(ExtractError) as refused:
        read(tmp_path, make_source(people_file()))

    assert refused.value.code == "E-EXTRACT"
    assert [fault.file for fault in refused.value.faults] == ["extracts/2025-09/people.csv"]
    assert MARK not in f"{refused.value}{refused.value.as_dict()}"


def test_the_reader_knows_nothing_of_our_environment(monkeypatch, small):
    """Passwords stand in environments."""
    monkeypatch.setenv("JOINEDUP_SECRET", MARK)
    monkeypatch.setattr(child_process, "_idle", {})
    started = {}
    popen = child_process.subprocess.Popen
    monkeypatch.setattr(
        child_process.subprocess, "Popen", lambda *args, **options: started.update(options) or popen(*args, **options)
    )
    parse_apart(job(small))

    assert set(started["env"]) <= {"PATH", "SYSTEMROOT", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}
    child_process._idle[child.WORKER].pop().end()


def test_limits_leave_room_for_real_files():
    """A gigabyte may take an hour; memory is half of what there is."""
    assert time_limit(0) == 60
    assert time_limit(10_000_000) == 260
    assert time_limit(1 << 40) == 3600
    assert memory_limit() >= 3 * GIB
    if sys.platform != "win32":
        assert memory_limit() <= max(3 * GIB, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


@pytest.mark.parametrize(
    ("row", "code"),
    [(ALICE.replace("Archer", "Ar\x00cher"), "nul_byte"), (f"{ALICE}{'x' * 10_000_000}", "cell_too_long")],
    ids=["NUL byte", "ten megabytes"],
)
def test_a_row_no_field_can_have_is_set_aside_with_its_reason(tmp_path, row, code):
    """Whether the damage is in a column that is read or in one that is not; the other rows go on."""
    intake = read_people(tmp_path, row, ALICE.replace("p1", "p3"))

    assert [(one["row_no"], one["code"]) for one in intake.rejects.to_pylist()] == [(1, code)]
    assert intake.reject_rows["content"].to_pylist() == [row]
    assert intake.counts["people"].rows_in == 2
    assert intake.counts["people"].rows_out == intake.counts["people"].rejected == 1


def test_the_process_that_parses_loads_no_more_than_it_needs():
    """No key, no database, no settings: what a file could take over has none of them."""
    asked = f"import sys, governance.intake.worker; print([name for name in {NEVER_NEEDED} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60, cwd=REPOSITORY
    )

    assert done.stdout == "[]\n"
