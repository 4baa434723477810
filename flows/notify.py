"""Tell somebody that a scheduled run needs them: a program of the project's own is started with one line.

What it does with the line is its own affair: an e-mail, a message to a channel, a ticket. The line holds a time, the
run's name, how it ended and a code; never a value, a path or a count.
"""

import os
import subprocess
import sys
from pathlib import Path

from governance.errors import BadInput

PROGRAM = "JOINEDUP_NOTIFY"
"""The environment variable that hands the program's path to the process of a scheduled run."""

LONGEST_SECONDS = 60


def notify_by(program: Path) -> None:
    """From now on scheduled runs started by this process tell this program.

    Raises:
        BadInput: There is no such file, or it may not be started.
    """
    found = program.resolve()
    if not found.is_file() or not os.access(found, os.X_OK):
        raise BadInput(
            "The program to notify with cannot be started.",
            why="It is started when a scheduled run fails or waits; a schedule that nobody hears of is not watched.",
            fix="Give --notify the path of a file that exists and may be executed (chmod u+x).",
            code="E-NOTIFY",
        )
    os.environ[PROGRAM] = str(found)


def notify(line: str) -> None:
    """Start the program, if there is one, with the line on its standard input; the log of runs tells if it failed."""
    program = os.environ.get(PROGRAM)
    if not program:
        return
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT", "LANG") if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - the path was given by whoever serves, and no shell is asked
            [program],
            input=line + "\n",
            text=True,
            encoding="utf-8",
            env=kept,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=LONGEST_SECONDS,
            check=False,
        )
        told = done.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        told = False
    if not told:
        sys.stderr.write("The program given with --notify did not take the message.\n")
