"""Run the command line: in this process, which is quick, or in one of its own, which is what users do."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.cli import run

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON object and nothing else."""
        return json.loads(self.out)


def here(capsys: Any, *arguments: object) -> Done:
    """In this process; ``capsys`` is pytest's fixture."""
    capsys.readouterr()
    code = run([str(word) for word in arguments])
    said = capsys.readouterr()
    return Done(code, said.out, said.err)


def apart(*arguments: object, seconds: int = 180, **environment: str) -> Done:
    """In a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", *(str(word) for word in arguments)],
        capture_output=True,
        text=True,
        timeout=seconds,
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
