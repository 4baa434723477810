"""The command that ends what was promised to end."""

from typing import Annotated

import typer

from flows.commands.options import Folder, Json
from flows.commands.output import Answer
from governance.errors import EXIT_OK, EXIT_WARNING


def add_to(app: typer.Typer) -> None:
    """Put this command on the command line."""
    app.command(rich_help_panel="A project")(retain)


def retain(
    folder: Folder,
    period: Annotated[
        list[str] | None,
        typer.Option("--period", metavar="YYYY-MM", help="Only this month, due or not; several times."),
    ] = None,
    dataset: Annotated[
        list[str] | None,
        typer.Option(
            "--dataset",
            metavar="NAME",
            help="Only this: extracts, opt_out_lists, source_zone, linkage_zone, analysis_zone or released.",
        ),
    ] = None,
    destroy: Annotated[
        bool, typer.Option("--destroy", help="Destroy what is listed. Without it nothing is destroyed.")
    ] = False,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who orders it, for the certificate.")] = "",
    backups: Annotated[
        str,
        typer.Option("--backups", metavar="TEXT", help="Where copies lie and when they go, or that there are none."),
    ] = "",
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why something goes before its day; needed only then.")
    ] = "",
    json: Json = False,
) -> Answer:
    """List what is due for destruction and, with --destroy, destroy it and file signed certificates.

    Every dataset of every month has a day by which it has to be gone. A certificate says what was destroyed, file by
    file with its digest, why, by whom, and what becomes of backups; the ledger has its digest. Exit code 1 means that
    something is due.
    """
    from flows.retaining import ordered, retain_lines
    from flows.retaining import retain as look

    order = ordered(by=by, backups=backups, reason=reason) if destroy else None
    found = look(folder, periods=period or (), datasets=dataset or (), order=order)
    left = bool(found.begun or found.keys_due or (found.chosen and not found.destroyed))
    return Answer(result=found.as_dict(), lines=retain_lines(found), exit_code=EXIT_WARNING if left else EXIT_OK)
