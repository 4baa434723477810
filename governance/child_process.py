"""A process of ours for what might never return: asked one thing after another, and ended when its time is up.

What parses a supplier's file and what attacks a release both run in one. Nothing here could stop them: a library that
holds the interpreter lets no other thread run. Another process can be ended whatever it does.
"""

import atexit
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from threading import Event, Timer

_GRACE_SECONDS = 5.0
_idle: dict[str, list["ChildProcess"]] = {}
"""Processes that have answered in time, by their module: each is good for one thing after another."""


@contextlib.contextmanager
def lent(module: str, seconds: float) -> Iterator["ChildProcess"]:
    """A process of a module, idle until now or new, that is killed if it is not given back within so many seconds.

    It is asked again later if it has answered. If the block ends with an exception, or after the clock has rung, it has
    not, or is no more, and it is ended here.
    """
    waiting = _idle.setdefault(module, [])
    try:
        process = waiting.pop()
    except IndexError:
        process = ChildProcess(module)
    try:
        with process.ended_after(seconds):
            yield process
    except BaseException:
        process.kill()
        raise
    if process.was_late:
        process.end()
    else:
        waiting.append(process)


class ChildProcess:
    """A running module of ours: what is asked goes to its standard input, the answer comes from its standard output."""

    def __init__(self, module: str) -> None:
        # Nothing of our environment goes with it but where the code is: it may hold passwords.
        kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - this Python, one of our modules
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**kept, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        assert self._process.stdout is not None  # noqa: S101
        self.asked, self.answers = self._process.stdin, self._process.stdout
        self._late = Event()
        atexit.register(self.end)

    @contextlib.contextmanager
    def ended_after(self, seconds: float) -> Iterator[None]:
        """Meanwhile a clock runs that kills the process when it rings; afterwards it is known whether it rang."""
        clock = Timer(seconds, self._ring)
        clock.daemon = True
        clock.start()
        try:
            yield
        finally:
            clock.cancel()
            clock.join()

    def _ring(self) -> None:
        self._late.set()
        self._process.kill()

    @property
    def was_late(self) -> bool:
        """Whether the clock ended it, perhaps just after it had answered: then it cannot be asked again."""
        return self._late.is_set()

    def exit_code(self) -> int:
        """Waits until it has ended."""
        return self._process.wait()

    def kill(self) -> None:
        """End it at once, whatever it does: nothing is lost with it."""
        self._process.kill()
        self.end()

    def end(self) -> None:
        """Close the pipes, at which it ends."""
        atexit.unregister(self.end)
        for pipe in (self.asked, self.answers):
            with contextlib.suppress(OSError):
                pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_GRACE_SECONDS)
