"""Commands of the information governance lead: what changed, and a signature under it."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import Folder, Json
from flows.commands.output import Answer
from governance.errors import EXIT_OK, EXIT_WARNING, BadInput


def add_to(app: typer.Typer) -> None:
    """Put these commands on the command line, in the order they are used."""
    panel = "A project"
    app.command(rich_help_panel=panel)(diff)
    app.command(rich_help_panel=panel)(approve)
    app.command(rich_help_panel=panel)(waive)
    app.command(rich_help_panel=panel)(checked)


def diff(
    old: Annotated[
        Path,
        typer.Argument(
            metavar="OLD", help="A project folder, or an approval of one: DIR/approvals/<name>.json. What was before."
        ),
    ],
    new: Annotated[
        Path | None,
        typer.Argument(
            metavar="[NEW]", help="Likewise: what is now. Without it, OLD's last approval against OLD's files."
        ),
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--page", metavar="FILE", help="Also write it as a page (HTML) to this file.")
    ] = None,
    json: Json = False,
) -> Answer:
    """Tell in plain English what became more or less identifying between two configs, the riskiest first.

    `joinedup diff DIR` compares the last approval with the files as they are: what an approver reads before signing.
    Ends with exit code 1 if anything identifies people more, protects them less, or has to be read by a person.
    """
    from flows.diffing import diff_lines, diff_projects, write_diff_page

    found = diff_projects(old, new)
    lines = diff_lines(found)
    if page is not None:
        write_diff_page(page, found)
        lines += ["", f"Written to {page}."]
    return Answer(result=found.as_dict(), lines=lines, exit_code=EXIT_WARNING if found.to_be_read else EXIT_OK)


def approve(
    folder: Folder,
    approver: Annotated[
        str, typer.Option("--approver", metavar="NAME", help="Who approves, as it will stand on the audit page.")
    ] = "Information governance lead",
    author: Annotated[
        str, typer.Option("--author", metavar="NAME", help="Who wrote the config; never an approver.")
    ] = "",
    second: Annotated[
        str, typer.Option("--second", metavar="NAME", help="Who will sign too, where two people have to.")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="YYYY-MM-DD", help="Last day; without it the longest the policy allows.")
    ] = "",
    json: Json = False,
) -> Answer:
    """Sign the exact config with an approver's key: for an IG lead, after reading `joinedup diff DIR`.

    The signature covers every byte of every config file, the rules' version and the code's version, but no extract: a
    new month needs no new signature. A new source, a new recipient, a way back to people or a lowered threshold needs
    two people. The first names the other with --second; the other then runs this with their own name as --approver.
    """
    from flows.approving import approve_project, approved_lines
    from governance.approval import Signing

    signing = Signing(approver=approver, at="", author=author, second=second, until=_day(until))
    done = approve_project(folder, signing)
    return Answer(result=done, lines=approved_lines(done), exit_code=EXIT_WARNING if done["waiting_for"] else EXIT_OK)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(
            "--until is not a day.",
            why="An approval ends on a day that everybody reads alike.",
            fix="Write it as YYYY-MM-DD, such as 2027-03-31. Nothing was signed.",
            code="E-USAGE",
        ) from None


Second = Annotated[bool, typer.Option("--second", help="Sign with the second approver's key instead of the first's.")]


def waive(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A policy rule that can be waived, such as DPIA-01.")],
    folder: Folder,
    until: Annotated[str, typer.Option("--until", metavar="YYYY-MM-DD", help="Last day, at most 92 days from now.")],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why, in one sentence that anybody may read.")
    ],
    approver: Annotated[str, typer.Option("--approver", metavar="NAME", help="Who signs, as it will be printed.")] = (
        "Information governance lead"
    ),
    second: Second = False,
    json: Json = False,
) -> Answer:
    """Let a project run for a time although a rule is not met; signed with an approver's key.

    Only rules of paperwork and time can be waived, never one that keeps identifiers, opt-outs, protected records,
    keys or small numbers. Every run prints what is waived, and so do the board report, the linkage report and the
    audit page.
    """
    from flows.waiving import waive_rule

    done = waive_rule(folder, rule=rule, until=until, reason=reason, approver=approver, second=second)
    return Answer(
        result=done, lines=[f"Written to {done['waiver']}. In force now:", *(f"  {one}" for one in done["in_force"])]
    )


def checked(
    folder: Folder,
    checker: Annotated[str, typer.Option("--checker", metavar="NAME", help="Who looked, as it will be recorded.")],
    period: Annotated[str, typer.Option("--period", metavar="YYYY-MM", help="Which release.")] = "latest",
    second: Second = False,
    json: Json = False,
) -> Answer:
    """Sign that you looked at a period's draft, just as it stands: two people do before `joinedup release`.

    A draft lies in zones/draft/ after `joinedup report` or `joinedup run`, and nobody else is shown it.
    """
    from flows.releasing.checks_of_releases import sign_check

    done = sign_check(folder, period, checker=checker, second=second)
    told = f"Written to {done['check']}. {done['people']} of two people have checked it."
    return Answer(result=done, lines=[told, *done["look_at"], *([f"Next: {done['next']}"] if done["next"] else [])])
