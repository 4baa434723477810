"""Commands about how rare names are."""

from pathlib import Path
from typing import Annotated, Any

import typer

from flows.commands.options import Folder, Json
from flows.commands.output import Answer, aligned
from governance.english import rounded
from governance.errors import BadInput

bands_app = typer.Typer(help="Make the file that says which names are common and which are rare, by keyed id.")

Frequencies = Annotated[
    Path | None,
    typer.Option("--frequencies", metavar="CSV", help="A public list with columns name, kind and frequency."),
]
FromSource = Annotated[
    str, typer.Option("--source", metavar="ID", help="Count this source's own names instead: take the largest.")
]


def add_to(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.add_typer(bands_app, name="bands", rich_help_panel="A project")


@bands_app.callback()
def _group() -> None:
    """A group even while it has one command."""


@bands_app.command("build")
def bands_build(
    folder: Folder,
    frequencies: Frequencies = None,
    source: FromSource = "",
    edition: Annotated[
        str, typer.Option("--edition", metavar="TEXT", help="What is counted, as it will stand on the audit page.")
    ] = "",
    period: Annotated[
        str, typer.Option("--period", metavar="YYYY-MM", help="With --source: which month's names to count.")
    ] = "latest",
    out: Annotated[
        str, typer.Option("--out", metavar="PATH", help="Where the file goes, below the project folder.")
    ] = "lookups/name_bands.json",
    json: Json = False,
) -> Answer:
    """Make the band file from a public list or from the largest source, and print its digest.

    Agreement on a rare name says more than on a common one. The file holds keyed ids of common and rare names, each
    borne by ten people or more, and no name; all other names are in the middle. Put the lines this prints into
    project.yaml and have the project approved: the signature then covers the file.
    """
    from flows.bands import bands_from_list, bands_from_source

    if (frequencies is None) == (not source) or not edition.strip():
        raise _one_of_two()
    if frequencies is not None:
        made = bands_from_list(folder, frequencies, edition=edition, path=out)
    else:
        made = bands_from_source(folder, source, period, edition=edition, path=out)
    return Answer(result=made, lines=_lines(made))


def _lines(made: dict[str, Any]) -> list[str]:
    rows = [
        (f"{kind}s", f"{of['common_names']:,} common ({rounded(of['common_share'])} of people)",
         f"{of['rare_names']:,} rare ({rounded(of['rare_share'])})",
         f"the rest in the middle ({rounded(of['middle_share'])}, of which {rounded(of['too_few_share'])} bear a name"
         " of fewer than ten)")
        for kind, of in made["bands"].items()
    ]  # fmt: skip
    return [
        f"Wrote {made['path']}.",
        *aligned(rows),
        "Put this into project.yaml, then have the project approved:",
        "linkage:",
        "  name_bands:",
        f"    path: {made['path']}",
        f"    edition: {made['edition']}",
        f"    sha256: {made['sha256']}",
    ]


def _one_of_two() -> BadInput:
    return BadInput(
        "`joinedup bands build` needs --edition and either --frequencies or --source.",
        why="Everybody who reads the audit page must know what names were counted.",
        fix='For example: joinedup bands build DIR --source gp_register --edition "GP register, September 2026".',
        code="E-BANDS-FROM",
    )
