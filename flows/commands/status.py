"""``joinedup status`` and ``joinedup doctor``: where a month stands, and what could stop the next."""

import typer

from flows.commands.options import Folder, Json, Period
from flows.commands.output import Answer


def add_to(app: typer.Typer) -> None:
    """Put the commands on the command line."""
    for command in (status, doctor):
        app.command(rich_help_panel="A month")(command)


def status(folder: Folder, period: Period = "latest", json: Json = False) -> Answer:
    """Say in one screen what is done, what waits, what failed, and the next command.

    Reads the ledger and the folders; opens no key and changes nothing. Ends with 1 as long as anything is left to do.
    """
    from flows.status import standing, status_lines

    found = standing(folder, period)
    return Answer(result=found.as_dict(), lines=status_lines(found), exit_code=found.exit_code)


def doctor(folder: Folder, json: Json = False) -> Answer:
    """Look for what could stop the next run: software, clock, disk, permissions, ledger, leftovers, server.

    Changes nothing and opens no key. Ends with 1 if anything is not well; each such line comes with what to do.
    """
    from flows.doctor import as_dict, doctor_lines, examine, exit_code

    found = examine(folder)
    return Answer(result=as_dict(found), lines=doctor_lines(found), exit_code=exit_code(found))
