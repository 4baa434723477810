"""The gate's worker with a solver that never returns, heeds no limit and lets no other thread run.

``python -m tests.lib.stuck_gate``; as ``tests.lib.stuck_gate_without_clock`` it has no clock of its own either.
"""

import ctypes

from governance.disclosure.gate import system, worker


def never(*_arguments: object, **_options: object) -> None:
    """A call into C that keeps the interpreter's lock, as a solver might."""
    ctypes.PyDLL(None).sleep(3600)


def main() -> None:
    """As the worker, but stuck."""
    system.milp = never
    worker.main()


if __name__ == "__main__":
    main()
