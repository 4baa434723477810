"""Files of suppliers, parsed in a process of their own: a bomb, a hang or a crash refuses the file, not the run."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa

from governance.child_process import ChildProcess, lent
from governance.intake.decode import NotText
from governance.intake.parse import OUT_OF_MEMORY, OUT_OF_TIME, Job, Parsed
from governance.intake.table import RawTable, RowAside
from governance.platform_calls import machine_memory

_GIB = 1 << 30
_LEAST_MEMORY = 3 * _GIB
_SECONDS = 60.0
_SECONDS_A_MEGABYTE = 20.0
_LONGEST = 3600.0
_GRACE = 5.0
"""The child's own clock rings first where it has one; this clock is for where it has none."""
WORKER = "governance.intake.worker"


def memory_limit() -> int:
    """Bytes that parsing one file may take: half of this machine's memory, 3 GiB or more."""
    return max(_LEAST_MEMORY, (machine_memory() or 0) // 2)


def time_limit(size: int) -> float:
    """Seconds that parsing a file of ``size`` bytes may take."""
    return min(_LONGEST, _SECONDS + _SECONDS_A_MEGABYTE * size / 1e6)


def parse_apart(job: Job) -> Parsed:
    """Parse a file in another process.

    Raises:
        NotText: The file cannot be read, or reading it took too much time or memory, or ended the process.
    """
    with lent(WORKER, job.seconds + _GRACE) as worker:
        try:
            head, table = _ask(worker, job)
        except (OSError, ValueError, pa.ArrowException):
            raise _why_ended(worker, job) from None
    if table is None:
        raise NotText(head["what"], head["fix"])
    return _parsed(head, table)


def _ask(worker: ChildProcess, job: Job) -> tuple[dict[str, Any], pa.Table | None]:
    """The answer's head, and its table if the file could be read."""
    worker.asked.write(json.dumps(asdict(job)).encode() + b"\n")
    worker.asked.flush()
    head = json.loads(worker.answers.readline())
    if "what" in head:
        return head, None
    with pa.ipc.open_stream(pa.PythonFile(worker.answers)) as stream:
        return head, stream.read_all()


def _why_ended(worker: ChildProcess, job: Job) -> NotText:
    was_late = worker.was_late
    code = worker.exit_code()
    smaller = "If it is as large as it should be, ask the source for several smaller files; if not, for another."
    if was_late or code == OUT_OF_TIME:
        return NotText(f"took longer than {job.seconds:,.0f} seconds to read.", smaller)
    if code == OUT_OF_MEMORY:
        return NotText(f"took more than {job.memory_bytes / _GIB:.1f} GiB of memory to read.", smaller)
    return NotText("is damaged: reading it ended its reader.", "Ask the source to deliver it again.")


def _parsed(head: dict[str, Any], table: pa.Table) -> Parsed:
    aside = [RowAside(*row) for row in head["aside"]]
    columns = [table[f"c{place}"] for place in range(len(head["header"]))]
    spoilt = {place: table[f"s{place}"] for place in head["spoilt"]}
    numbers = table["row_no"].to_numpy().astype(np.int64, copy=False)
    return Parsed(RawTable(head["header"], columns, numbers, aside, spoilt), head["sha256"])
