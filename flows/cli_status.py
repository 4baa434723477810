"""``joinedup status``: where a month stands."""

import typer

from flows.cli_options import Folder, Json, Period
from flows.cli_output import Answer


def add_to(app: typer.Typer) -> None:
    """Put the command on the command line."""
    app.command(rich_help_panel="A month")(status)


def status(folder: Folder, period: Period = "latest", json: Json = False) -> Answer:
    """Say in one screen what is done, what waits, what failed, and the next command.

    Reads the ledger and the folders; opens no key and changes nothing. Ends with 1 as long as anything is left to do.
    """
    from flows.status import standing, status_lines

    found = standing(folder, period)
    return Answer(result=found.as_dict(), lines=status_lines(found), exit_code=found.exit_code)
