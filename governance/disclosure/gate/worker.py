"""The process that attacks releases: ``python -m governance.disclosure.gate.worker``, started by ``apart.py``.

It knows no key and opens no file. Each pickle on its standard input is a release to attack, the answer is a pickle;
both ends are ours. Where the system has clocks that end a process, both are wound up: a worker whose parent has died
does not run on, and a solver, which counts only minutes on the wall, computes no longer than it may.
"""

import os
import pickle
import sys

from governance.disclosure.gate.check import GateResult, check_release
from governance.errors import InternalError
from governance.platform_calls import discard_output, end_after, end_after_work, no_core_dumps

GRACE_SECONDS = 2.0
"""The attack's own clock rings first."""


def main() -> None:
    """Answer until there is nothing more to attack."""
    no_core_dumps()
    answers = os.fdopen(os.dup(1), "wb")
    discard_output()  # whatever a library prints is not an answer
    while True:
        try:
            arguments, options = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent
        except EOFError:
            return
        end_after(options["wait_seconds"] + GRACE_SECONDS)
        end_after_work(options["work_seconds"] + GRACE_SECONDS)
        pickle.dump(_attacked(arguments, options), answers)
        answers.flush()
        end_after(0)
        end_after_work(0)


def _attacked(arguments: tuple[object, ...], options: dict[str, object]) -> GateResult | None:
    """Nothing where no counts fit what would be published: an error of ours does not travel."""
    try:
        return check_release(*arguments, **options)  # type: ignore[arg-type]
    except InternalError:
        return None


if __name__ == "__main__":
    main()
