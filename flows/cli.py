"""The command line: ``joinedup COMMAND DIR``. Thin: each command asks something else to do the work.

    exit code 0   done
              1   done, with warnings to look at; or waiting for something from outside
              2   refused: a policy rule, an approval or a key says no
              3   what was given cannot be used: a config, an extract, an argument
              4   a promise of ours did not hold; a bug to report

Heavy packages are imported inside commands, so that help and checks answer at once.
"""

import sys
from collections.abc import Sequence

import typer

from flows.commands import (
    approve,
    attrition,
    audit,
    bands,
    exposure,
    find,
    optout,
    package,
    project,
    quality,
    retain,
    review,
    rollback,
    since,
    source,
    status,
    voices,
)
from flows.commands import run as run_commands
from flows.commands.options import wrap_anew
from flows.commands.output import Answer, show_answer, show_error
from flows.commands.paths import misplaced
from governance.errors import EXIT_OK, BadInput, InternalError, ProjectError
from governance.platform_calls import discard_output, no_core_dumps, private_from_now_on

INTERRUPTED = 130
"""What shells expect of a program that was stopped with Ctrl-C."""

app = typer.Typer(
    name="joinedup",
    help="Find people in contact with several services whose needs no single service meets,"
    " without anyone handing over a name.",
    epilog="A month is two commands: joinedup check DIR, then joinedup run DIR."
    " joinedup explain CODE explains any error or policy rule.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
project.add_version_to(app)
project.add_to(app)
source.add_to(app)
approve.add_to(app)
bands.add_to(app)
exposure.add_to(app)
run_commands.add_to(app)
status.add_to(app)
rollback.add_to(app)
quality.add_to(app)
find.add_to(app)
attrition.add_to(app)
since.add_to(app)
audit.add_to(app)
package.add_to(app)
optout.add_to(app)
review.add_to(app)
voices.add_to(app)
retain.add_to(app)
project.add_lookups_to(app)
wrap_anew(app)

_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""Typer's own class for a command line it cannot read; the class itself is not public."""


def _spelt_short(arguments: Sequence[str]) -> list[str]:
    """``cohorts explain ID`` is ``explain ID``: people look for it beside the step that runs cohorts."""
    return list(arguments[1:] if list(arguments[:2]) == ["cohorts", "explain"] else arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Args:
        arguments: As typed, without the program's name.

    Returns:
        The exit code.
    """
    private_from_now_on()
    no_core_dumps()
    _write_any_character()
    as_json, command = "--json" in arguments, next((word for word in arguments if not word.startswith("-")), "")
    try:
        answer = app(_spelt_short(arguments) or ["--help"], standalone_mode=False, prog_name="joinedup")
        if isinstance(answer, Answer):
            show_answer(answer, command, as_json=as_json)
            return answer.exit_code
        if answer == INTERRUPTED:  # Typer has caught the interrupt and made it a number
            show_error(_stopped(), command, as_json=as_json, exit_code=INTERRUPTED)
        return int(answer or EXIT_OK)
    except ProjectError as error:
        return _failed(error, command, as_json=as_json)
    except _UsageError as error:
        return _failed(_misread(error), command, as_json=as_json)
    except KeyboardInterrupt:
        show_error(_stopped(), command, as_json=as_json, exit_code=INTERRUPTED)
        return INTERRUPTED
    except BrokenPipeError:  # `joinedup … | head`: whoever read has read enough
        discard_output()
        return EXIT_OK
    except Exception as error:  # the last line before the user: no traceback may quote a record
        return _failed(misplaced(error, arguments) or _unexpected(error), command, as_json=as_json)


def _failed(error: ProjectError, command: str, *, as_json: bool) -> int:
    show_error(error, command, as_json=as_json)
    return error.exit_code


def _stopped() -> ProjectError:
    from flows.guard import stopped

    return stopped()


def _misread(error: Exception) -> BadInput:
    what = error.format_message() if hasattr(error, "format_message") else "The command could not be read."
    return BadInput(
        what,
        why="Nothing is run on a guess.",
        fix="Run the command with --help to see what it takes. Nothing was written.",
        code="E-USAGE",
    )


def _unexpected(error: Exception) -> ProjectError:
    from flows.guard import foreseen

    return foreseen(error) or InternalError(
        f"Something happened that joinedup did not expect ({type(error).__name__}).",
        why="Its details may quote a record, so they are not shown.",
        fix="Run `joinedup check DIR`; if that is fine, report the command and this message.",
        code="E-INTERNAL",
    )


def _write_any_character() -> None:
    """A Windows console that lacks a character shows a question mark instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")


if __name__ == "__main__":
    main()
