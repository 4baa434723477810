"""Commands about the project itself: start one, check it, hold its keys, look things up."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from flows.commands import keys
from flows.commands.options import Folder, Json
from flows.commands.output import Answer, aligned
from governance.errors import EXIT_OK, EXIT_WARNING

ProjectOption = Annotated[
    Path | None,
    typer.Option("--project", metavar="DIR", help="A project folder: then a cohort's id can be explained too."),
]


def add_version_to(app: typer.Typer) -> None:
    """``joinedup --version``, which stands before any command."""
    app.callback()(_before_any_command)


def _tell_version(asked: bool) -> None:
    if asked:
        from governance.code_version import code_version

        sys.stdout.write(f"joinedup {code_version()}\n")
        raise typer.Exit


def _before_any_command(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Say which version this is.")
    ] = False,
) -> None:
    """Options without a command."""


def add_to(app: typer.Typer) -> None:
    """Put these commands on the command line, in the order a project needs them."""
    panel = "A project"
    app.command(rich_help_panel=panel)(init)
    app.command(rich_help_panel=panel)(check)
    keys.add_to(app)


def add_lookups_to(app: typer.Typer) -> None:
    """And those that only tell something."""
    commands: tuple[Callable[..., Answer], ...] = (explain, schema, diagnose)
    for command in commands:
        app.command(rich_help_panel="To look things up")(command)


def note(text: str) -> None:
    """A word to whoever watches, on standard error so that results stay clean."""
    sys.stderr.write(f"{text}\n")


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make; no file in it is overwritten.")],
    json: Json = False,
) -> Answer:
    """Start a project: a folder with a project file, one example source, and room for the rest."""
    from flows.starter import start_project

    written = start_project(folder)
    return Answer(
        result={"project": str(folder), "files": written},
        lines=[
            f"Made {folder} with:",
            *aligned((name,) for name in written),
            "Next: `joinedup source add --help` drafts a source from each extract; fill in what says REPLACE, and run"
            f" `joinedup check {folder}` until nothing is left; then `joinedup keys new {folder}`.",
        ],
    )


def check(
    folder: Folder,
    period: Annotated[
        str, typer.Option("--period", metavar="YYYY-MM", help="Also check what this month's sources sent.")
    ] = "",
    json: Json = False,
) -> Answer:
    """Check every file of a project against its models and the policy rules; changes nothing in it.

    All faults of all files are told at once, each with file, line and fix. This is also what an IG lead reads
    before approving. Of a project that has run, the ledger is told which rules said no: once a day, ids and a count.
    """
    from flows.checking import check_project

    found = check_project(folder, period)
    return Answer(
        result=found.as_dict(), lines=found.lines(), exit_code=EXIT_WARNING if found.needs_attention else EXIT_OK
    )


def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="An error (E-…), a policy rule (NDOO-02), or a cohort.")],
    project: ProjectOption = None,
    json: Json = False,
) -> Answer:
    """Explain an error code, a policy rule, or (with --project) a cohort definition in English and SQL."""
    from flows.explaining import explain_code

    text = explain_code(code, project)
    return Answer(result={"code": code, "text": text}, lines=text.splitlines())


def schema(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write one file a schema here instead of printing.")
    ] = None,
    json: Json = False,
) -> Answer:
    """The JSON Schemas of project, policy, source and cohort files, for editors that complete and check."""
    from flows.schemas import all_schemas, as_text, write_schemas

    if out is None:
        found = all_schemas()
        return Answer(result=found, lines=as_text(found).splitlines())
    written = write_schemas(out)
    return Answer(result={"files": written}, lines=written)


def diagnose(
    folder: Folder,
    name: Annotated[str, typer.Argument(metavar="[FILE]", help="Which one to open; without it they are listed.")] = "",
    json: Json = False,
) -> Answer:
    """Open the sealed details of a failure, for the holder of the audit key. They may quote records."""
    from flows.guard import diagnostics, read_diagnostics

    if name:
        text = read_diagnostics(folder, name)
        return Answer(result={"file": name, "text": text}, lines=text.splitlines())
    found = diagnostics(folder)
    return Answer(result={"files": found}, lines=found or ["No failure has left details here."])
