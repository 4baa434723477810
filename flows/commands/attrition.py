"""``joinedup attrition``: who is lost on the way to a cohort."""

from typing import Annotated

import typer

from flows.commands.options import Folder, Json, Period
from flows.commands.output import Answer


def add_to(app: typer.Typer) -> None:
    """Put the command on the command line."""
    app.command(rich_help_panel="A month")(attrition)


def attrition(
    folder: Folder,
    cohort: Annotated[str, typer.Option("--cohort", metavar="ID", help="Only this one; without it, all.")] = "",
    period: Period = "latest",
    json: Json = False,
) -> Answer:
    """Show who is lost at each step of a definition: by age, sex, deprivation, ethnic group, district and address.

    A definition must not drop people without an address, or of unknown age, unseen. Counts are safe to tell: steps are
    joined where few people were lost at one of them, and small groups are put together.
    """
    from flows.attrition import attrition as find
    from flows.attrition import attrition_lines

    found = find(folder, period, cohort)
    return Answer(result=found, lines=attrition_lines(found))
