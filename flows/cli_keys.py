"""Commands about keys: make, list and verify them; and the sessions that custodians hold together."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli_options import Folder, Json
from flows.cli_output import Answer, aligned

keys_app = typer.Typer(help="Make, issue, replace and verify the project's keys. Secrets are never shown.")

With = Annotated[
    list[Path] | None,
    typer.Option(
        "--with", metavar="FOLDER", help="A custodian's key folder, such as a mounted stick. Repeat for each of them."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Put the group on the command line."""
    app.add_typer(keys_app, name="keys", rich_help_panel="A project")


@keys_app.command("new")
def keys_new(
    folder: Folder,
    demo: Annotated[
        bool, typer.Option("--demo", help="Keys from a published seed: for made-up people only, refused elsewhere.")
    ] = False,
    reviewer: Annotated[
        list[str] | None,
        typer.Option(
            "--reviewer", metavar="ID", help="Also make a key for someone who may be approved to review pairs."
        ),
    ] = None,
    holder: Annotated[
        str,
        typer.Option(
            "--holder",
            metavar="NAME",
            help="Make only this holder's own keys, on its own machine: custodian_a, linkage, analysis, source_ID, …",
        ),
    ] = "",
    json: Json = False,
) -> Answer:
    """Make every key the project lacks; keys that exist are never touched.

    Of a key that its holder made elsewhere the copy in keys/public is enough. Afterwards move each holder's folder
    below keys/ to that holder; keys/public may go to everybody. Any two of the three custodians open the root key.
    """
    from flows.key_desk import make_keys

    made = make_keys(folder, demo=demo, reviewers=reviewer or [], holder=holder)
    lines = [f"Made {len(made)} keys in {folder / 'keys'}.", *aligned((one["id"], one["holder"]) for one in made)]
    return Answer(result={"made": made}, lines=lines)


@keys_app.command("list")
def keys_list(folder: Folder, json: Json = False) -> Answer:
    """List keys by id: holder, state, last day of validity and fingerprint."""
    from flows.key_desk import list_keys

    found = list_keys(folder)
    rows = [
        (one["id"], one["holder"], one["state"], f"to {one['not_after']}", one["fingerprint"], one["note"])
        for one in found
    ]
    return Answer(result={"keys": found}, lines=aligned(rows) or ["There are no keys: `joinedup keys new DIR`."])


@keys_app.command("verify")
def keys_verify(folder: Folder, custodians: With = None, json: Json = False) -> Answer:
    """Open every key held here and check that it is whole, valid today, and what it says it is.

    With custodians' folders it is also the yearly recovery test: every share is opened and fitted to another.
    """
    from flows.key_desk import verify_keys

    checked = verify_keys(folder, custodians or [])
    return Answer(result={"checked": checked}, lines=[f"{checked} keys are whole and valid today."])


@keys_app.command("issue")
def keys_issue(
    folder: Folder,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="ID", help="Only this source; without it, all. Repeatable.")
    ] = None,
    until: Annotated[
        str, typer.Option("--until", metavar="YYYY-MM-DD", help="Last day; without it, the root key's last day.")
    ] = "",
    custodians: With = None,
    json: Json = False,
) -> Answer:
    """Two custodians together: give sources the keys they encode with, each sealed to that source.

    Needed for a new source, a new epoch, and when issued keys have ended. Scheduled runs open these, never the root.
    """
    from flows.ceremony import issue_keys

    made = issue_keys(folder, sources=source or [], until=until, custodians=custodians or [])
    rows = aligned((one["id"], one["holder"], f"to {one['not_after']}") for one in made)
    head = f"Issued {len(made)} sets of keys; carry each holder's file to it. Anybody else may see it: it is sealed."
    return Answer(result={"issued": made}, lines=[head, *rows])


@keys_app.command("recover")
def keys_recover(
    folder: Folder,
    lost: Annotated[
        str, typer.Option("--lost", metavar="HOLDER", help="The custodian to replace: custodian_a, _b or _r.")
    ],
    public: Annotated[
        Path | None,
        typer.Option("--public", metavar="FILE", help="The successor's public copy; without it a key is made here."),
    ] = None,
    custodians: With = None,
    json: Json = False,
) -> Answer:
    """The two other custodians together: replace a custodian whose share is lost, or who leaves.

    The root key stays as it is; all three shares are made anew, so the lost one opens nothing any more.
    """
    from flows.ceremony import recover_custody

    made = recover_custody(folder, lost=lost, public=public, custodians=custodians or [])
    head = "All three shares are new. Destroy every older copy of them; carry each to its custodian."
    return Answer(result={"made": made}, lines=[head, *aligned((one["id"], one["holder"]) for one in made)])
