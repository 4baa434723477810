"""Why an approval is refused, or does not cover a run: each with what, why and fix."""

from collections.abc import Mapping, Sequence
from datetime import date

from governance.errors import Fault, PolicyRefusal
from governance.keys.ring import KeyInfo
from governance.settings import Bundle


def own_approval() -> PolicyRefusal:
    """Author, approver and second approver are three people, or two of them would be one pair of eyes."""
    return PolicyRefusal(
        "One person cannot be two of author, approver and second approver.",
        why="Approval is a second pair of eyes, and a second approver a third.",
        fix="Ask another IG lead to run `joinedup approve DIR`.",
        code="E-APPROVAL-SELF",
    )


def no_author() -> PolicyRefusal:
    """Nobody is named as the author."""
    return PolicyRefusal(
        "The author of the config is not named.",
        why="That the approver is somebody else can only be checked if both are named.",
        fix="Say who wrote it: `joinedup approve DIR --author NAME`. Nothing was signed.",
        code="E-APPROVAL-AUTHOR",
    )


def too_long(last: date, *, days: int) -> PolicyRefusal:
    """The last day asked for is not one that the policy allows."""
    return PolicyRefusal(
        f"An approval cannot last until that day: it has to end after today, and by {last.isoformat()}.",
        why=f"The policy lets an approval last {days} days at most, because purposes, agreements and risks change.",
        fix="Give an earlier --until, or leave it out. Nothing was signed.",
        code="E-APPROVAL-UNTIL",
    )


def second_needed(reasons: Sequence[str]) -> PolicyRefusal:
    """Two people have to sign, and the second is not named."""
    return PolicyRefusal(
        "This config needs two approvers, and the second is not named.",
        why="A new source, a new recipient, a way back to people or a lowered threshold is looked at by two people.",
        fix="Name who will sign too: `joinedup approve DIR --second NAME`. They then run `joinedup approve DIR"
        " --approver NAME`. Nothing was signed.",
        code="E-APPROVAL-SECOND",
        faults=[Fault(what=reason) for reason in reasons],
    )


def second_missing(facts: Mapping[str, str], reasons: Sequence[str]) -> PolicyRefusal:
    """One of two people has signed."""
    second = facts["second_approver"] or "a second approver"
    return PolicyRefusal(
        f"{facts['approver']} has signed; {second} has not yet.",
        why="A new source, a new recipient, a way back to people or a lowered threshold is looked at by two people.",
        fix=f"Ask {second} to read `joinedup diff DIR` and run `joinedup approve DIR --approver NAME`."
        " Nothing was written.",
        code="E-APPROVAL-SECOND",
        faults=[Fault(what=reason) for reason in reasons],
    )


def same_key() -> PolicyRefusal:
    """The second signature would be made with the first one's key."""
    return PolicyRefusal(
        "The second signature would be made with the key of the first.",
        why="Two signatures with one key are one person's.",
        fix="Run it where the other approver's key is (keys/approver/ or keys/second_approver/). Nothing was signed.",
        code="E-APPROVAL-KEY",
    )


def demo_keys(bundle: Bundle, demo: Sequence[KeyInfo]) -> PolicyRefusal:
    """Keys that anyone can make, for people who are real."""
    return PolicyRefusal(
        f"Project `{bundle.project.id}` is not synthetic, but {len(demo)} of its keys are demo keys.",
        why="Demo keys come from a published seed: anyone can undo what they encode.",
        fix="Remove the keys folder, hold a key ceremony (`joinedup keys new DIR`), and encode again.",
        code="E-DEMO-KEY",
    )


def unsigned(bundle: Bundle) -> PolicyRefusal:
    """Nobody whose key is trusted has signed for this project."""
    return PolicyRefusal(
        f"Project `{bundle.project.id}` has no approval signed by its approver's key.",
        why="Nothing real runs on a config that no IG lead has approved.",
        fix="Ask an IG lead to read `joinedup check DIR` and then run `joinedup approve DIR`. Nothing was written.",
        code="E-APPROVAL-MISSING",
    )


def altered(changed: Sequence[str]) -> PolicyRefusal:
    """Some file is not the one that was signed."""
    return PolicyRefusal(
        f"The config was altered after it was approved: {', '.join(changed)}.",
        why="An approval covers the exact bytes that were read, so that what was signed is what runs.",
        fix="Put the approved files back, or ask an IG lead to read and approve the change. Nothing was written.",
        code="E-APPROVAL-ALTERED",
    )


def other_version(moved: Sequence[str], facts: Mapping[str, str]) -> PolicyRefusal:
    """The code or the rules are not those that were signed for."""
    names = " and ".join(name.replace("_", " ") for name in moved)
    return PolicyRefusal(
        f"The approval of {facts['approved_at'][:10]} is for another {names}; the config is unchanged.",
        why="New code or new rules may treat the same config differently.",
        fix="Ask an IG lead to renew the approval: `joinedup approve DIR`. Nothing was written.",
        code="E-APPROVAL-VERSION",
    )


def expired(facts: Mapping[str, str], ended: str) -> PolicyRefusal:
    """Its last day is past."""
    return PolicyRefusal(
        f"The approval of {facts['approved_at'][:10]} ended on {ended}.",
        why="Purposes, agreements and risks change, so an approval is given for a time.",
        fix="Ask an IG lead to review the config and renew it: `joinedup approve DIR`. Nothing was written.",
        code="E-APPROVAL-EXPIRED",
    )


def changed_files(signed: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Each file that was added, removed or changed since it was signed."""
    names = sorted(signed.keys() | now.keys())
    words = {name: "added" if name not in signed else "removed" if name not in now else "changed" for name in names}
    return [f"{name} ({words[name]})" for name in names if signed.get(name) != now.get(name)]
