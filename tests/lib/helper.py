"""A warm process that does one thing after another for this one: a run without the start of a process."""

from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

from tests.lib.disk_faults import APART

HUNG, DIED = "HUNG", "DIED"


class Helper:
    """Does what it is asked; one that hangs or dies is replaced.

    Args:
        asks: After so many it is replaced too, so that nothing it still holds in memory adds up.
    """

    def __init__(self, asks: int = 200) -> None:
        self.asks, self._left, self._process = asks, 0, None

    def __enter__(self) -> Self:
        """Nothing is started before the first question."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the process."""
        self._end()

    def ask(self, act: Callable[..., str], *arguments: Any, seconds: float = 120) -> str:
        """What ``act`` says, a function of a module; :data:`HUNG` or :data:`DIED` if it never does."""
        if self._left == 0:
            self._end()
            self._start()
        self._left -= 1
        self._ours.send((act, arguments))
        try:
            if self._ours.poll(seconds):
                return str(self._ours.recv())
        except EOFError:
            self._left = 0
            return DIED
        self._left = 0
        return HUNG

    def _start(self) -> None:
        self._ours, theirs = APART.Pipe()
        self._process, self._left = APART.Process(target=_serve, args=(theirs,), daemon=True), self.asks
        self._process.start()
        theirs.close()

    def _end(self) -> None:
        if self._process:
            self._process.kill()
            self._process.join()
            self._ours.close()
            self._process = None


def _serve(asked: Connection) -> None:
    while True:
        act, arguments = asked.recv()
        asked.send(act(*arguments))
