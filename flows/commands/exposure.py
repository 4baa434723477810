"""The command that measures what codes expose."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import Folder, Json
from flows.commands.output import Answer
from governance.errors import EXIT_OK, PolicyRefusal


def add_to(app: typer.Typer) -> None:
    """Put this command on the command line."""
    app.command(rich_help_panel="A project")(exposure)


def exposure(
    folder: Folder,
    people: Annotated[int, typer.Option("--people", min=1000, help="Made-up people to measure on.")] = 200_000,
    names: Annotated[
        Path | None,
        typer.Option("--names", metavar="CSV", help="Name frequencies: columns name, kind and frequency."),
    ] = None,
    record: Annotated[bool, typer.Option("--record", help="Keep the result for the policy rule EXP-01.")] = False,
    source: Annotated[
        str,
        typer.Option("--source", metavar="ID", help="Measure on this source's own records, where it lives."),
    ] = "",
    period: Annotated[
        str, typer.Option("--period", metavar="YYYY-MM", help="With --source: which month's records.")
    ] = "latest",
    json: Json = False,
) -> Answer:
    """Measure which share of people the codes of this config would make unique, on made-up people.

    Reads the config only; with --source an approved project's extract, of which only shares are told. Ends with exit
    code 2 if a share is above its ceiling in policy.yaml. Fewer people are easier to tell apart: a small number
    overstates what a large area exposes. Fifty thousand people took 27 s of one processor; time grows with people, and
    a bar says which of four parts is being measured.
    """
    from flows.commands.progress import shown
    from flows.exposure import exposure_lines, measure_project
    from flows.own_exposure import measure_source, source_lines

    if source:
        own = measure_source(folder, source, period)
        return Answer(result=own, lines=source_lines(own))

    with shown(not json, steps=0):
        found = measure_project(folder, people=people, names=names, record=record)
    return Answer(
        result=found, lines=exposure_lines(found), exit_code=PolicyRefusal.exit_code if found["over"] else EXIT_OK
    )
