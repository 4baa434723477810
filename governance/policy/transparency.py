"""ROPA-01 and TRN-01: who receives what, and where people can read of it."""

from collections.abc import Iterator

from governance.placeholder import is_placeholder
from governance.policy.rule import Problem, RunFacts, place, rule
from governance.settings import Bundle


@rule(
    id="ROPA-01",
    level="block",
    title="In the record of processing, with every recipient",
    checks="`governance.ropa` names the entry, `governance.recipients` lists who receives anything (at least one), and"
    " each of them is in the entry.",
    why="A recipient whom nobody recorded cannot be told about, corrected or asked to delete.",
    source="UK GDPR Article 30",
    good="ropa: {id: ROPA-0042, recipients: [wellbeing_board]}, recipients: [{id: wellbeing_board, …}]",
    bad="recipients: [{id: wellbeing_board, …}, {id: consultancy, …}]   # the entry has only the board",
    fix="Add the recipient to the record of processing and to governance.ropa.recipients, or stop sending to them.",
    passed="The record of processing names this project and everyone who receives anything.",
)
def recipients_are_recorded(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """There is an entry, and every recipient is in it."""
    governance = bundle.project.governance
    where = place(bundle, "project.yaml", "governance", "ropa")
    if governance.ropa is None or is_placeholder(governance.ropa.id):
        yield Problem(
            where=where,
            says="No entry in the record of processing is named.",
            fix="Fill in governance.ropa: id and recipients.",
        )
        return
    if not governance.recipients:
        yield Problem(
            where=where,
            says="It is not said who receives what this project makes.",
            fix="List them under governance.recipients: id, title and receives.",
        )
    for number, one in enumerate(governance.recipients):
        if one.id not in governance.ropa.recipients:
            at = place(bundle, "project.yaml", "governance", "recipients", number)
            yield Problem(where=at, says=f"Recipient `{one.id}` is not in {governance.ropa.id}.")


@rule(
    id="TRN-01",
    level="block",
    title="A privacy notice names these sources and this purpose",
    checks="`governance.privacy_notice` says where the notice is and since when; it was published before the run, and"
    " names the project's purpose and every source.",
    why="People should not be surprised by what is done with their records. A notice that leaves out the police or the"
    " council tells them something else.",
    source="UK GDPR Articles 13 and 14; Caldicott Principle 8",
    good="privacy_notice: {where: …, published: 2026-09-01, purposes: […], sources: [gp_register, housing]}",
    bad="sources: [gp_register]   # and the project also reads housing",
    fix="Have the notice name it, publish it, and bring governance.privacy_notice up to date.",
    passed="A published privacy notice names the purpose and every source.",
)
def notice_names_everything(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """The notice is published and names purpose and sources."""
    notice, where = (
        bundle.project.governance.privacy_notice,
        place(bundle, "project.yaml", "governance", "privacy_notice"),
    )
    if notice is None or is_placeholder(notice.where):
        yield Problem(
            where=where,
            says="No privacy notice is named.",
            fix="Fill in governance.privacy_notice: where, published, purposes and sources.",
        )
        return
    if notice.published > facts.as_of:
        yield Problem(where=where, says=f"The privacy notice is published only on {notice.published}.")
    if bundle.project.purpose not in notice.purposes:
        yield Problem(where=where, says=f"The privacy notice does not name the purpose `{bundle.project.purpose}`.")
    if left_out := [source.title for source in bundle.sources if source.id not in notice.sources]:
        yield Problem(where=where, says=f"The privacy notice does not name: {', '.join(left_out)}.")


RULES = (recipients_are_recorded, notice_names_everything)
