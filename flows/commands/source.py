"""Commands about sources: draft one from an extract."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import Json
from flows.commands.output import Answer, aligned
from governance.sector import Sector

source_app = typer.Typer(help="Describe what an organisation sends.")


def add_to(app: typer.Typer) -> None:
    """Put the group on the command line."""
    app.add_typer(source_app, name="source", rich_help_panel="A project")


@source_app.callback()
def _group() -> None:
    """Describe what an organisation sends."""


@source_app.command("add")
def add(
    extract: Annotated[Path, typer.Argument(metavar="FILE", help="An extract: CSV, Parquet, Excel or a zip of one.")],
    organisation: Annotated[str, typer.Option("--organisation", metavar="TEXT", help="Who sends it.")],
    sector: Annotated[
        Sector, typer.Option("--sector", help="Which part of public life it belongs to; rules ask more of some.")
    ],
    folder: Annotated[Path, typer.Option("--dir", "--project", metavar="DIR", help="The project folder.")] = Path(),
    source_id: Annotated[str, typer.Option("--id", metavar="ID", help="Its id; without it the file's name.")] = "",
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What the extract is.")] = "",
    sheet: Annotated[str, typer.Option("--sheet", metavar="NAME", help="Which sheet of a workbook is meant.")] = "",
    json: Json = False,
) -> Answer:
    """Draft a source file from an extract: how it is written, and a suggested class for every column.

    No value is shown. What is in doubt is suggested as a direct identifier, which never leaves the source. Each
    line is marked `confirm: true`, and nothing runs until a person has signed for it: once for all columns that go the
    same way (`confirmed`), or by taking the mark away.
    """
    from flows.source_draft import add_source, filled

    draft = add_source(
        folder, extract, source_id=source_id, title=title, organisation=organisation, sector=sector.value, sheet=sheet
    )
    rows = [
        (shape.name, f"{one.column_class} {one.role}".strip(), filled(shape), one.why)
        for shape, one in zip(draft.profile.columns, draft.suggestions, strict=True)
    ]
    return Answer(
        result=draft.as_dict(),
        lines=[
            f"Drafted {draft.file} with {len(rows)} columns:",
            *aligned(rows),
            f"A month's file belongs to {draft.path.replace('{period}', 'YYYY-MM')} in the project folder.",
            "Next: correct what is wrong, sign for each list under `confirmed`, fill in what else says REPLACE, then"
            " `joinedup check DIR`.",
        ],
    )
