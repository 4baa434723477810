"""The gate's worker with a solver that computes without end, heeds no limit and lets no other thread run."""

import ctypes

from governance.disclosure.gate import system, worker


def never(*_arguments: object, **_options: object) -> None:
    """A call into C that keeps the interpreter's lock, and computes."""
    size = 1 << 27
    numbers = (ctypes.c_char * size)()
    while True:
        ctypes.PyDLL(None).memset(numbers, 1, size)


def main() -> None:
    """As the worker, but busy."""
    system.milp = never
    worker.main()


if __name__ == "__main__":
    main()
