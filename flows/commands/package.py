"""Commands for packages that are carried from one machine to another."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import Folder, Json, Period
from flows.commands.output import Answer

package_app = typer.Typer(help="Carry packages between machines: a source's, and the linkage zone's person index.")


def add_to(app: typer.Typer) -> None:
    """Put the group on the command line."""
    app.add_typer(package_app, name="package", rich_help_panel="A month")


@package_app.command("export")
def package_export(
    folder: Folder,
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where the files go, such as a mounted stick.")],
    source: Annotated[
        str, typer.Option("--source", metavar="ID", help="Only this source's; without it, all that was made here.")
    ] = "",
    period: Period = "latest",
    json: Json = False,
) -> Answer:
    """Write what was made and signed on this machine as files to carry to the next one.

    A source gets three: its encodings, sealed to the linkage zone; its events and needs, sealed to the analysis zone;
    and its receipt, which is counts. The linkage zone gets one: the person index, sealed to the analysis zone.
    """
    from flows.packages import export_packages, lines

    done = export_packages(folder, period, to, source=source)
    names = [f"Files in {to}:", *(f"  {one['file']}" for one in done)]
    return Answer(result={"to": str(to), "packages": done}, lines=[*lines(done, "Wrote"), *names])


@package_app.command("import")
def package_import(
    folder: Folder,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files that `package export` wrote.")],
    period: Annotated[
        str, typer.Option("--period", metavar="YYYY-MM", help="The month that they must be of: never guessed.")
    ],
    json: Json = False,
) -> Answer:
    """Check packages from another machine and take them in.

    Each must be signed by the source it says it is from, be of this month, and have been made under this very config
    and this project's keys; every table is opened and compared with its signed digest. Otherwise nothing changes.
    """
    from flows.packages import import_packages, lines

    done = import_packages(folder, files, period)
    return Answer(result={"packages": done}, lines=lines(done, "Took in"))
