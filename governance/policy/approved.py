"""REV-01 and REV-02: who signed what is about to run."""

from collections.abc import Iterator

from governance.policy.rule import NO_APPROVAL, Problem, RunFacts, rule
from governance.settings import Bundle

_WHERE = "approvals/"
_WAITS = Problem(where=_WHERE, says=NO_APPROVAL, result="not_yet")


@rule(
    id="REV-01",
    level="block",
    title="Just this config was signed",
    checks="The approval that lets this run covers the exact bytes of every config file, the rules' version and the"
    " code's version, was signed by an approver's key and has not ended. Only a synthetic project under demo keys may"
    " run unsigned.",
    why="What an IG lead read has to be what runs. A signature over another version says nothing of this one.",
    source="UK GDPR Article 5(2) (accountability); SATRE 3.1.11",
    good="Signed by the IG lead on 1 October 2026, valid to 1 October 2027",
    bad="signed, and one line of one source changed since",
    fix="Ask an IG lead to read `joinedup diff DIR` and to approve it: `joinedup approve DIR`.",
    passed="What runs is what was signed, or a synthetic project under demo keys.",
)
def config_is_signed(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """The approval is of this config, signed and not over."""
    approval = facts.approval
    if approval is None:
        yield _WAITS
        return
    if approval.config_sha256 != bundle.digest:
        yield Problem(where=_WHERE, says="The approval covers another version of the config.")
    if not approval.keys:
        if not bundle.project.synthetic:
            yield Problem(where=_WHERE, says="No approver's key signed the config of a project with real people.")
    elif approval.expires < facts.as_of.isoformat():
        yield Problem(where=_WHERE, says=f"The approval ended on {approval.expires}.")


@rule(
    id="REV-02",
    level="block",
    title="Nobody approves alone what they wrote, or what is riskiest",
    checks="The author is not among the approvers; and where a source, a recipient or a way back to people is new, or a"
    " threshold is lowered, two different people signed with two keys.",
    why="The person who wants a change is the last to see what it does to others.",
    source="Separation of duties; ISB 1523 practice",
    good="author: Analyst, approver: IG lead, second: Caldicott Guardian (a new source)",
    bad="author and approver the same; or a new source with one signature",
    fix="Ask somebody else to approve: `joinedup approve DIR`, and for what is riskiest a second person.",
    passed="Nobody approved their own config, and two people signed where two had to.",
)
def approvers_are_others(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Author and approvers differ; two where there is a reason for two."""
    approval = facts.approval
    if approval is None:
        yield _WAITS
        return
    names = [one.strip().casefold() for one in (approval.approver, approval.second_approver) if one.strip()]
    if approval.author.strip().casefold() in names:
        yield Problem(where=_WHERE, says="The author of the config is among its approvers.")
    if len(set(names)) < len(names):
        yield Problem(where=_WHERE, says="Both signatures are of one person.")
    if approval.keys and approval.reasons and len(set(approval.keys)) < 2:
        yield Problem(where=_WHERE, says="Two people had to sign, and one did.")


RULES = (config_is_signed, approvers_are_others)
