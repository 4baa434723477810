"""Commands of an audit: the page, and what can be proved from the ledger."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from flows.commands.options import Folder, Json, Period, Plain
from flows.commands.output import Answer
from governance.errors import EXIT_OK, EXIT_WARNING

_DEFAULT = "page"


class _PageByDefault(TyperGroup):
    """``joinedup audit DIR`` is ``joinedup audit page DIR``, as it was before there were other commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default command in front of what is no command."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [_DEFAULT, *args]
        return list(super().parse_args(ctx, args))


audit_app = typer.Typer(
    cls=_PageByDefault,
    help="The audit page, and what the ledger proves. joinedup audit DIR writes the page.",
)


def add_to(app: typer.Typer) -> None:
    """Put the group on the command line."""
    app.add_typer(audit_app, name="audit", rich_help_panel="A month")


@audit_app.command("page")
def audit_page(folder: Folder, period: Period = "latest", plain: Plain = False, json: Json = False) -> Answer:
    """Write the audit page for the information governance lead (restricted)."""
    from flows.commands.run import steps_answer

    return steps_answer(folder, [("audit", "")], period, plain=plain, as_json=json)


@audit_app.command("evidence")
def audit_evidence(folder: Folder, period: Period = "latest", json: Json = False) -> Answer:
    """Write the evidence pack for an impact assessment (DPIA) and a record of processing (ROPA), restricted.

    Markdown for your own document system, and a page that prints. Filled from the config and from what ran; what only
    people can answer is named and left open.
    """
    from flows.evidence import write_evidence

    paths = [str(path) for path in write_evidence(folder, period)]
    return Answer(result={"files": paths}, lines=["Written:", *(f"  {path}" for path in paths)])


@audit_app.command("verify")
def audit_verify(
    folder: Folder,
    against: Annotated[
        str,
        typer.Option(
            "--against", metavar="CHECKPOINT", help="A checkpoint.json that was kept, or a root printed in a report."
        ),
    ] = "",
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out sealed tables: seconds instead of minutes in a large project.")
    ] = False,
    json: Json = False,
) -> Answer:
    """Check the ledger, its signature, every file that it knows of, and (with --against) that nothing was rewritten.

    Every manifest, sealed table, page and approval is hashed and held against what was recorded when it was made; what
    was changed, added or removed is named. What a command left that was cut off is named with what ends it, and is no
    alarm (exit code 1). Nothing is opened, so no key is needed. Whoever keeps an old checkpoint or
    a board report can show any change to what came before it: a line changed, dropped, moved, cut off, or another
    history under the same key.
    """
    from flows.commands.progress import shown
    from flows.intact import altered, files_lines, files_of_project
    from flows.proving import verified

    found = verified(folder, against=against)
    with shown(not json, steps=0):
        files = files_of_project(folder, sealed=not quick)
    if files.faults:
        raise altered(folder, files)
    root = " ".join(found["root"][at : at + 4] for at in range(0, 64, 4))
    lines = [f"The ledger holds: {found['entries']} entries, {found['signed']} of them signed at {found['at']}."]
    if against:
        lines.append(f"It begins with the {found['against']} entries of the older checkpoint, unchanged.")
    lines += [f"  key  {found['key']}", f"  root {root}", *files_lines(folder, files, sealed=not quick)]
    told = {name: getattr(files, name) for name in ("publications", "files", "size", "from_before", "left_over")}
    told["cut"] = [{"file": each.file, "what": each.what, "fix": each.fix} for each in files.cut]
    code = EXIT_WARNING if files.cut else EXIT_OK
    return Answer(result=found | {"files": told}, lines=lines, exit_code=code)


@audit_app.command("prove")
def audit_prove(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the proof goes.")],
    entry: Annotated[int, typer.Option("--entry", metavar="NUMBER", help="Prove that this entry is signed.")] = 0,
    since: Annotated[
        str, typer.Option("--since", metavar="FILE", help="Prove that the ledger only grew since this checkpoint.json.")
    ] = "",
    json: Json = False,
) -> Answer:
    """Write a proof that anybody can check without the ledger: RFC 6962, a few hundred bytes.

    It is checked with one file and Python: python verify_proof.py PROOF PUBLIC_KEY [OLD_CHECKPOINT].
    """
    from flows.proving import prove

    done = prove(folder, out, entry=entry, since=since)
    return Answer(result=done, lines=[f"A proof of {done['kind']} with {done['hashes']} hashes is in {out}."])


@audit_app.command("export")
def audit_export(
    folder: Folder,
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where the copy goes.")],
    json: Json = False,
) -> Answer:
    """Copy the ledger, its checkpoint and both stand-alone verifiers for an auditor, after checking that it holds.

    Nothing in it is about a person. Give the signer's public key from the key ceremony separately.
    """
    from flows.proving import export

    done = export(folder, to)
    return Answer(
        result=done, lines=[f"{done['entries']} entries, {done['signed']} signed. Written to {to}:"] + done["files"]
    )


@audit_app.command("affected")
def audit_affected(
    folder: Folder,
    lost: Annotated[
        str, typer.Argument(metavar="KEY|PACKAGE", help="A key's id, or a package such as views/housing/2026-10.")
    ],
    json: Json = False,
) -> Answer:
    """What a lost key or package exposes, and what to do: the facts for a report within 72 hours.

    It opens nothing: it reads the keys' public facts, the ledger, and which sealed files are still on this machine.
    """
    from flows.proving import affected, affected_lines, controllers

    found, rows = affected(folder, lost)
    whom = controllers(folder, rows)
    result = {"what": found.what, "means": found.means, "do": found.do, "controllers": whom, "publications": rows}
    return Answer(result=result, lines=affected_lines(found, rows, whom))
