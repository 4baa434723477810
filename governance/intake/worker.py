"""The process that parses what suppliers send: ``python -m governance.intake.worker``, started by ``child.py``.

It knows no key and no setting but those of the file. Each line on its standard input is a job; the answer is a line of
JSON and, if the file could be read, its columns as an Arrow stream. Where the system can fork, each file gets a copy
of this process to itself, with limits of time and memory that nothing in the file can lift; what ends the copy ends
this process too, with an exit code that says why.
"""

import contextlib
import json
import os
import signal
import sys
from typing import BinaryIO, NoReturn

import pandas  # noqa: F401 - pyarrow would load it anew for every file, which takes longer than most files do
import pyarrow as pa

from governance.intake.decode import NotText
from governance.intake.parse import CRASHED, OUT_OF_MEMORY, OUT_OF_TIME, Job, parse_file
from governance.intake.table import RawTable


def main() -> None:
    """Answer jobs until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a library prints is not an answer
    for line in sys.stdin.buffer:
        job = Job(**json.loads(line))
        if sys.platform == "win32":
            _answer(job, answers)
        else:
            _answer_in_a_copy(job, answers)


def _answer_in_a_copy(job: Job, answers: BinaryIO) -> None:
    child = os.fork()
    if child == 0:
        _limit(job)
        _answer(job, answers)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code:
        killed = {-signal.SIGALRM: OUT_OF_TIME, -signal.SIGKILL: OUT_OF_MEMORY}
        sys.exit(killed.get(code, code if code in (OUT_OF_TIME, OUT_OF_MEMORY) else CRASHED))


def _limit(job: Job) -> None:
    """POSIX only: Windows has no such limits, and there only the clock of the parent ends a file that hangs."""
    with contextlib.suppress(ImportError):
        import resource

        def at_most(kind: int, size: int) -> None:
            _, hard = resource.getrlimit(kind)
            size = size if hard == resource.RLIM_INFINITY else min(size, hard)
            resource.setrlimit(kind, (size, size))

        at_most(resource.RLIMIT_AS, job.memory_bytes)
        at_most(resource.RLIMIT_FSIZE, 0)  # parsing writes no file
        at_most(resource.RLIMIT_CORE, 0)  # nor a picture of its memory
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, job.seconds)


def _answer(job: Job, answers: BinaryIO) -> None:
    """Write one answer, or end this process: half an answer can only be told from a whole one by that."""
    try:
        parsed = parse_file(job)
        _write(parsed.raw, parsed.sha256, answers)
    except NotText as error:
        _line(answers, {"what": error.fault.what, "fix": error.fault.fix})
    except (MemoryError, pa.ArrowMemoryError):
        _end(OUT_OF_MEMORY)
    except Exception:  # a library's words would quote the file
        _end(CRASHED)
    answers.flush()


def _write(raw: RawTable, sha256: str, answers: BinaryIO) -> None:
    head = {
        "header": raw.header,
        "aside": [[row.row_no, row.text, row.reason] for row in raw.aside],
        "spoilt": sorted(raw.spoilt),
        "sha256": sha256,
    }
    _line(answers, head)
    columns = {f"c{place}": column for place, column in enumerate(raw.columns)}
    reasons = {f"s{place}": column for place, column in sorted(raw.spoilt.items())}
    table = pa.table({"row_no": pa.array(raw.row_no), **columns, **reasons})
    with pa.ipc.new_stream(answers, table.schema) as stream:
        stream.write_table(table)


def _line(answers: BinaryIO, head: dict[str, object]) -> None:
    answers.write(json.dumps(head).encode() + b"\n")


def _end(code: int) -> NoReturn:
    os._exit(code)


if __name__ == "__main__":
    main()
