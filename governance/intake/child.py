"""Files of suppliers, parsed in a process of their own: a bomb, a hang or a crash refuses the file, not the run."""

import atexit
import contextlib
import json
import os
import subprocess
import sys
from dataclasses import asdict
from threading import Event, Timer
from typing import Any

import numpy as np
import pyarrow as pa

from governance.intake.decode import NotText
from governance.intake.parse import OUT_OF_MEMORY, OUT_OF_TIME, Job, Parsed
from governance.intake.table import RawTable, RowAside
from governance.platform_calls import machine_memory

_GIB = 1 << 30
_LEAST_MEMORY = 2 * _GIB
_SECONDS = 60.0
_SECONDS_A_MEGABYTE = 20.0
_LONGEST = 3600.0
_GRACE = 5.0
"""The child's own clock rings first where it has one; this clock is for where it has none."""
_idle: list["_Worker"] = []


def memory_limit() -> int:
    """Bytes that parsing one file may take: half of this machine's memory, 2 GiB or more."""
    return max(_LEAST_MEMORY, (machine_memory() or 0) // 2)


def time_limit(size: int) -> float:
    """Seconds that parsing a file of ``size`` bytes may take."""
    return min(_LONGEST, _SECONDS + _SECONDS_A_MEGABYTE * size / 1e6)


def parse_apart(job: Job) -> Parsed:
    """Parse a file in another process.

    Raises:
        NotText: The file cannot be read, or reading it took too much time or memory, or ended the process.
    """
    try:
        worker = _idle.pop()
    except IndexError:
        worker = _Worker()
    parsed = worker.parse(job)
    _idle.append(worker)  # one that did not answer is not used again
    return parsed


class _Worker:
    """A running ``worker.py``, good for one file after another."""

    def __init__(self) -> None:
        # Nothing of our environment goes with it but where the code is: it may hold passwords.
        kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "governance.intake.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**kept, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        assert self._process.stdout is not None  # noqa: S101
        self._jobs, self._answers = self._process.stdin, self._process.stdout
        atexit.register(self.end)

    def parse(self, job: Job) -> Parsed:
        """See :func:`parse_apart`; after a refusal for time, memory or a crash this worker has ended."""
        late = Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        clock = Timer(job.seconds + _GRACE, stop)
        clock.daemon = True
        clock.start()
        try:
            head, table = self._ask(job)
        except (OSError, ValueError, pa.ArrowException):
            raise self._why_ended(job, late.is_set()) from None
        finally:
            clock.cancel()
        if table is None:
            _idle.append(self)
            raise NotText(head["what"], head["fix"])
        return _parsed(head, table)

    def _ask(self, job: Job) -> tuple[dict[str, Any], pa.Table | None]:
        """The answer's head, and its table if the file could be read."""
        self._jobs.write(json.dumps(asdict(job)).encode() + b"\n")
        self._jobs.flush()
        head = json.loads(self._answers.readline())
        if "what" in head:
            return head, None
        with pa.ipc.open_stream(pa.PythonFile(self._answers)) as stream:
            return head, stream.read_all()

    def _why_ended(self, job: Job, late: bool) -> NotText:
        code = self._process.wait()
        self.end()
        smaller = "If it is as large as it should be, ask the source for several smaller files; if not, for another."
        if late or code == OUT_OF_TIME:
            return NotText(f"took longer than {job.seconds:,.0f} seconds to read.", smaller)
        if code == OUT_OF_MEMORY:
            return NotText(f"took more than {job.memory_bytes / _GIB:.1f} GiB of memory to read.", smaller)
        return NotText("is damaged: reading it ended its reader.", "Ask the source to deliver it again.")

    def end(self) -> None:
        """Close the pipes, at which the worker ends."""
        atexit.unregister(self.end)
        for pipe in (self._jobs, self._answers):
            with contextlib.suppress(OSError):
                pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_GRACE)


def _parsed(head: dict[str, Any], table: pa.Table) -> Parsed:
    aside = [RowAside(*row) for row in head["aside"]]
    columns = [table[f"c{place}"] for place in range(len(head["header"]))]
    spoilt = {place: table[f"s{place}"] for place in head["spoilt"]}
    numbers = table["row_no"].to_numpy().astype(np.int64, copy=False)
    return Parsed(RawTable(head["header"], columns, numbers, aside, spoilt), head["sha256"])
