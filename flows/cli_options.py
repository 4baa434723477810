"""Arguments and options that several commands share, so that one word means one thing everywhere."""

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
