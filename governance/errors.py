"""Errors a person can act on, and the exit code each one ends with.

    ProjectError            shown without a traceback: what, why, fix
    |- Awaiting         1   nothing is wrong: something from outside has to arrive first
    |- PolicyRefusal    2   a policy rule, an approval or a key says no
    |- BadInput         3   a config, an extract or an argument is wrong
    |  |- ConfigError       faults in project, source, cohort or policy files, all at once
    |  |- ExtractError      faults in what a source delivered
    |  `- ContractError     a table does not have the columns and types it promised
    `- InternalError    4   a promise of ours did not hold; a bug to report

A message names files, lines, columns and counts, never a value from any record.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import zip_longest

EXIT_OK = 0
EXIT_WARNING = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong, and where: ``file``, ``line`` and ``column`` (from 1) are empty for faults that have none."""

    what: str
    fix: str = ""
    why: str = ""
    """Why it matters, where that is another for each fault of an error."""
    file: str = ""
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """One line, as compilers write it and editors open it: ``sources/ed.yaml:12:3: what. fix``."""
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return ": ".join(part for part in (where, self.what) if part) + (f" {self.fix}" if self.fix else "")


class ProjectError(Exception):
    """An error that is shown as it is: what happened, why that matters, what to do."""

    exit_code = 4

    def __init__(
        self, what: str, *, why: str, fix: str, code: str = "E-INTERNAL", faults: Sequence[Fault] = ()
    ) -> None:
        super().__init__(what)
        self.what, self.why, self.fix, self.code, self.faults = what, why, fix, code, tuple(faults)

    def __reduce__(self) -> tuple[object, ...]:
        """How it passes to a process that waits for it; an exception's own way knows no keywords."""
        return partial(type(self), self.what, why=self.why, fix=self.fix, code=self.code, faults=self.faults), ()

    def __str__(self) -> str:
        """The whole message, with the faults indented."""
        lines = [self.what, *_fault_lines(self.faults)]
        return "\n".join([*lines, f"  Why: {self.why}", f"  Fix: {self.fix}"])

    def as_dict(self) -> dict[str, object]:
        """For ``--json``: the same facts as the message."""
        return {
            "code": self.code,
            "what": self.what,
            "why": self.why,
            "fix": self.fix,
            "faults": [asdict(fault) for fault in self.faults],
        }


def _fault_lines(faults: Sequence[Fault]) -> Iterator[str]:
    """Each fault, and below it why it matters: once, at the end of several in a row that matter for one reason."""
    for fault, after in zip_longest(faults, faults[1:]):
        yield f"    {fault}"
        if fault.why and (after is None or after.why != fault.why):
            yield f"      Why: {fault.why}"


class Awaiting(ProjectError):  # noqa: N818 - a state, not a fault
    """Nothing is wrong: the run waits for something from outside, and goes on when it is started again."""

    exit_code = EXIT_WARNING


class PolicyRefusal(ProjectError):  # noqa: N818 - "refusal" is the glossary's word, not "error"
    """A policy rule, an approval or a key says no."""

    exit_code = 2


class BadInput(ProjectError):  # noqa: N818 - names what the user gave, not what we failed at
    """A config, an extract or an argument is wrong."""

    exit_code = 3


class ConfigError(BadInput):
    """Faults in project, source, cohort or policy files, all of them at once."""


class ExtractError(BadInput):
    """Faults in what a source delivered."""


class ContractError(BadInput):
    """A table does not have the columns and types it promised."""


class InternalError(ProjectError):
    """A promise of ours did not hold: a bug to report."""

    exit_code = 4
