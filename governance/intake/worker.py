"""The process that parses what suppliers send: ``python -m governance.intake.worker``, started by ``child.py``.

It knows no key and no setting but those of the file. Each line on its standard input is a job; the answer is a line of
JSON and, if the file could be read, its columns as an Arrow stream. Where the system can fork, each file gets a copy
of this process to itself, with limits of time and memory that nothing in the file can lift; what ends the copy ends
this process too, with an exit code that says why.
"""

import json
import os
import sys
from functools import partial
from typing import BinaryIO, NoReturn

import pandas  # noqa: F401 - pyarrow would load it anew for every file, which takes longer than most files do
import pyarrow as pa

from governance.intake.decode import NotText
from governance.intake.parse import CRASHED, OUT_OF_MEMORY, OUT_OF_TIME, Job, parse_file
from governance.intake.table import RawTable
from governance.platform_calls import CLOCK_RAN_OUT, KILLED, discard_output, in_a_copy


def main() -> None:
    """Answer jobs until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    discard_output()  # whatever a library prints is not an answer
    for line in sys.stdin.buffer:
        job = Job(**json.loads(line))
        code = in_a_copy(partial(_answer, job, answers), seconds=job.seconds, memory_bytes=job.memory_bytes)
        if code:
            ended = {CLOCK_RAN_OUT: OUT_OF_TIME, KILLED: OUT_OF_MEMORY}
            sys.exit(ended.get(code, code if code in (OUT_OF_TIME, OUT_OF_MEMORY) else CRASHED))


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
