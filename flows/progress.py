"""Who is told how far a run has come. The command line sets a listener; without one nothing is said."""

from typing import Protocol


class Listener(Protocol):
    """Told of steps by name; a name holds a step and a source id, never data."""

    def expect(self, steps: int) -> None:
        """How many steps there will be."""

    def started(self, label: str) -> None:
        """A step has begun."""

    def finished(self, label: str) -> None:
        """A step has ended well."""


_listeners: list[Listener] = []


def listen(listener: Listener | None) -> None:
    """Tell ``listener`` from now on, or nobody."""
    _listeners[:] = [listener] if listener else []


def expect(steps: int) -> None:
    """How many steps there will be."""
    for listener in _listeners:
        listener.expect(steps)


def started(label: str) -> None:
    """A step has begun."""
    for listener in _listeners:
        listener.started(label)


def finished(label: str) -> None:
    """A step has ended well."""
    for listener in _listeners:
        listener.finished(label)
