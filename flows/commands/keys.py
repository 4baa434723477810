"""Commands about keys: make, list and verify them; and the sessions that custodians hold together."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import Folder, Json
from flows.commands.output import Answer, aligned
from governance.errors import EXIT_OK, EXIT_WARNING

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
    """List keys by id: holder, state, last day of validity and fingerprint.

    The last line is one fingerprint of all of them. Read it to each other once: it is the same on every machine unless
    a public copy was exchanged or is out of date on one.
    """
    from flows.key_desk import book_fingerprint, list_keys

    found, book = list_keys(folder), book_fingerprint(folder)
    rows = [
        (one["id"], one["holder"], one["state"], f"to {one['not_after']}", one["fingerprint"], one["note"])
        for one in found
    ]
    together = " ".join(book[at : at + 4] for at in range(0, len(book), 4))
    lines = [*aligned(rows), f"All of them together: {together}"] if rows else []
    result = {"keys": found, "together": book}
    return Answer(result=result, lines=lines or ["There are no keys: `joinedup keys new DIR`."])


@keys_app.command("verify")
def keys_verify(folder: Folder, custodians: With = None, json: Json = False) -> Answer:
    """Open every key held here and check that it is whole, valid today, and what it says it is.

    With custodians' folders it is also the yearly recovery test: every share is opened and fitted to another. Ends with
    exit code 1 if files or folders below keys/ can be opened by other users.
    """
    from flows.key_desk import verify_keys
    from governance.policy.disk import read_disk

    checked = verify_keys(folder, custodians or [])
    lines = [f"{checked} keys are whole and valid today."]
    is_open = read_disk(folder).open_to_others.get("keys", 0)
    if is_open:
        lines += [f"Others may open what lies in keys/ ({is_open}): `joinedup doctor DIR` says how to close it."]
    result = {"checked": checked, "open_to_others": is_open}
    return Answer(result=result, lines=lines, exit_code=EXIT_WARNING if is_open else EXIT_OK)


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
    head = f"Issued {len(made)} sets of keys; carry each holder its file, sealed to it, and everybody keys/public."
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


@keys_app.command("rotate")
def keys_rotate(
    folder: Folder,
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="A zone's, source's or signer's key, such as zone_linkage.")
    ],
    json: Json = False,
) -> Answer:
    """Put a new key in the place of one that is held here, and seal anew everything here that was sealed to it.

    Every file is opened again and every table compared with its manifest. What is cut off is finished by the same
    command. The old key goes on retiring, under another name, until you destroy it.
    """
    from flows.key_life import rotate_key, rotate_lines

    done = rotate_key(folder, key)
    return Answer(result=done, lines=rotate_lines(done))


@keys_app.command("rekey")
def keys_rekey(folder: Folder, custodians: With = None, json: Json = False) -> Answer:
    """Two custodians together: a new root key for a new epoch, and new keys for every source.

    First name a new linkage.epoch in project.yaml and have it approved. While a source still holds its earlier keys it
    tells the linkage zone which record had which pseudonym; people keep their ids, counts prove that nobody was lost or
    merged, and what joins the two epochs is destroyed. Then destroy the earlier keys.
    """
    from flows.ceremony import rekey_root

    done = rekey_root(folder, custodians=custodians or [])
    lines = [
        f"A new root key, and keys for {len(done['issued'])} sources: carry each its file.",
        f"{done['under_the_old_key']} packages of views were made under the old key.",
        "Next: each source runs `joinedup pseudonymise`, then `joinedup link`. Then destroy, where each is held:",
        *(f"  joinedup keys destroy DIR {one}" for one in (*done["retired"], "issued_<source>_<earlier epoch>")),
    ]
    return Answer(result=done, lines=lines)


@keys_app.command("destroy")
def keys_destroy(
    folder: Folder,
    key: Annotated[str, typer.Argument(metavar="KEY", help="A key that is held here.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who orders it, for the certificate.")],
    backups: Annotated[
        str, typer.Option("--backups", metavar="TEXT", help="What becomes of copies, or that there are none.")
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why a key goes that is still in use; needed only then.")
    ] = "",
    custodians: With = None,
    json: Json = False,
) -> Answer:
    """Destroy a key and file a signed certificate that names everything nobody can open or make any more.

    The file is overwritten and removed; the key's public facts stay. The ledger has the certificate's digest.
    """
    from flows.key_life import KeyOrder, destroy_key

    done = destroy_key(folder, key, KeyOrder(by=by, backups=backups, reason=reason), custodians or [])
    line = f"{key} is destroyed. The certificate names {done['publications']} publications: {done['certificate']}"
    return Answer(result=done, lines=[line])
