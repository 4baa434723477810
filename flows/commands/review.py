"""Commands for clerical review: approve a reviewer, draw pairs, open a sealed list, take the answers."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import Folder, Json, Period
from flows.commands.output import Answer
from governance.errors import EXIT_OK, EXIT_WARNING, BadInput

review_app = typer.Typer(help="Let people look at pairs: patterns across sources, records only where they may be seen.")

Reviewer = Annotated[
    str, typer.Option("--reviewer", metavar="ID", help="Who may see cross-source pairs; needs a signed approval.")
]


def add_to(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.add_typer(review_app, name="review", rich_help_panel="A month")


@review_app.command("approve")
def review_approve(
    folder: Folder,
    reviewer: Annotated[
        str, typer.Option("--reviewer", metavar="ID", help="Whose key it is: `joinedup keys new DIR --reviewer ID`.")
    ],
    source: Annotated[
        list[str], typer.Option("--source", metavar="ID", help="A source whose pairs they may see; give two or more.")
    ],
    approver: Annotated[
        str, typer.Option("--approver", metavar="NAME", help="Who approves, as it will stand on the audit page.")
    ] = "Information governance lead",
    json: Json = False,
) -> Answer:
    """Sign that a named reviewer may see which records of these sources are taken for one person.

    For an IG lead, with the approver's key. It ends after 30 days and covers these sources and this key only.
    """
    from flows.review_open import approve_reviewer

    done = approve_reviewer(folder, reviewer=reviewer, sources=source, approver=approver)
    return Answer(result=done, lines=[done["sentence"]])


@review_app.command("export")
def review_export(
    folder: Folder,
    pairs: Annotated[int, typer.Option("--pairs", min=1, help="How many pairs a list holds at most.")] = 100,
    seed: Annotated[int, typer.Option("--seed", help="Another seed draws other pairs.")] = 1,
    reviewer: Reviewer = "",
    period: Period = "latest",
    json: Json = False,
) -> Answer:
    """Draw pairs by source pair and match weight, for people to judge.

    Across sources only patterns leave, in words and without records. Pairs inside one source are sealed to its own
    controller. Cross-source records are sealed to the reviewer whom a signed approval names, or to nobody.
    """
    from flows.review import export_lines, export_review

    done = export_review(folder, period, pairs=pairs, seed=seed, reviewer=reviewer)
    return Answer(result=done, lines=export_lines(done))


@review_app.command("open")
def review_open(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", metavar="CSV", help="The file to write; it names records.")],
    source: Annotated[str, typer.Option("--source", metavar="ID", help="Open this source's own list.")] = "",
    reviewer: Reviewer = "",
    period: Period = "latest",
    json: Json = False,
) -> Answer:
    """Open a sealed list and write it with the sources' own record ids, for its reader only.

    Run it where the reader's key, the encoding keys and the extracts are. The file names records: keep it as you keep
    the extract, and send back the columns item and match only.
    """
    from flows.review_open import open_list

    if bool(source) == bool(reviewer):
        raise BadInput(
            "Exactly one of --source and --reviewer is needed.",
            why="A list is sealed to one reader.",
            fix="Give the source whose list it is, or the reviewer it was sealed to.",
            code="E-USAGE",
        )
    done = open_list(folder, period, source=source, reviewer=reviewer, out=out)
    return Answer(result=done, lines=[f"{done['pairs']:,} pairs written to {done['file']}. It names records."])


@review_app.command("import")
def review_import(
    folder: Folder,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", exists=True, help="CSV or Parquet with columns item and match (yes, no, cannot tell)."
        ),
    ],
    period: Period = "latest",
    json: Json = False,
) -> Answer:
    """Take in answers and estimate precision and recall from all answers to this draw.

    Answers of several reviewers can be imported one after the other. Items without an answer are left out.
    """
    from flows.review_answers import estimate_lines, import_answers

    found = import_answers(folder, period, file)
    code = EXIT_OK if found["overall"]["precision"]["value"] is not None else EXIT_WARNING
    return Answer(result=found, lines=estimate_lines(found), exit_code=code)
