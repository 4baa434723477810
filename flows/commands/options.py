"""Arguments and options that several commands share, so that one word means one thing everywhere."""

from inspect import getdoc
from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The project folder: the one that holds project.yaml.")]

Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object, and nothing else.")]

Period = Annotated[
    str,
    typer.Option("--period", metavar="YYYY-MM", help="The month to run; without it the newest below extracts/."),
]

Plain = Annotated[
    bool,
    typer.Option("--plain", help="Run the same steps without the orchestrator (Prefect): no server, nothing watched."),
]


def wrap_anew(app: typer.Typer) -> None:
    """Let the help of every command wrap at the terminal's width, not where its docstring happens to."""
    for command in app.registered_commands:
        paragraphs = getdoc(command.callback) or ""
        command.help = command.help or "\n\n".join(" ".join(one.split()) for one in paragraphs.split("\n\n"))
    for group in app.registered_groups:
        if group.typer_instance is not None:
            wrap_anew(group.typer_instance)
