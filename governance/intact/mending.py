"""What to do about a content that is in no line of the ledger: by which command it was made, if by any.

A step that was cut off after readers were led to its content, and before its line, leaves just what somebody leaves
who puts it there. What tells the two apart is that step, run again: it makes the same anew, and records it. A command
that is no step announces what it wrote, byte for byte, before anybody is led to it: what it left is told as that.
"""

from collections.abc import Set

from governance.english import joined
from governance.errors import Fault
from governance.intact.recorded import period_of
from governance.policy.released import WITHDRAWAL

_BY_ZONE = {"source": "pseudonymise", "draft": "report", "public": "release", "review": "review export"}
_BY_FOLDER = {
    **{"in": "pseudonymise", "translate": "pseudonymise", "out": "link", "index": "link", "finder": "find"},
    **{"cohorts": "cohorts", "missed": "cohorts", "measures": "cohorts", "quality": "quality"},
    **{"review": "review export", "answers": "review import"},
}
"""Below a month of the zones ``linkage`` and ``analysis``, and below a source's folder where it is not a month."""


_CARRIED = frozenset({"views", "payload", "receipt", "translation", "person_index"})
"""Kinds of packages that a step makes and that are announced only where they are taken in from another machine."""


def command_of(place: str, kind: str = "") -> str:
    """The command that publishes into a folder below the project's.

    Args:
        place: Such as ``zones/analysis/2026-10/cohorts``.
        kind: Of what lies there, as its manifest says: a notice is put into the folder of the report that it withdraws.
    """
    _, zone, *below = place.split("/")
    name = _BY_FOLDER.get(below[1], "") if len(below) > 1 else ""
    name = name or _BY_ZONE.get(zone, "run")
    more = " FILE" if name == "review import" else " --withdraw REASON" if kind == WITHDRAWAL else ""
    return f"joinedup {name} DIR{more} --period {period_of(place.split('/'))}"


def unrecorded(place: str, kind: str, open_steps: Set[tuple[str, str]], *, is_followed: bool) -> tuple[str, str]:
    """What is said of such a content, and what then helps: a copy first, for run again the command may replace it.

    Args:
        place: Its folder.
        kind: As its manifest says.
        open_steps: Periods and steps that began and did not end, as the ledger has it.
        is_followed: Whether readers are led to it.
    """
    command = command_of(place, kind)
    again = f"Keep a copy of its folder for the IG lead. Then run `{command}` again, or what else wrote there"
    if not is_followed:
        what = "is in no line of the ledger: a command left it that was cut off, or somebody put it there"
        fix = f"{again}. If this is told after it, remove its folder: nothing reads it."
        return f"{what}; nobody is led to it", fix
    month = period_of(place.split("/"))
    steps = sorted(f"`{step}`" for period, step in open_steps if period == month)
    begun = f" ({joined(steps)} of this month began and did not end)" if steps else ""
    what = "is not the one that the ledger has: it was changed, or a command was cut off before it was recorded"
    return what + begun, f"{again}: what was cut off is recorded then. If this is told after it, somebody changed it."


def cut_off(place: str, kind: str) -> Fault:
    """What is told of a content that a command announced and did not record: no alarm, and what ends it.

    Args:
        place: Its folder.
        kind: As its manifest says.
    """
    command = command_of(place, kind)
    if kind in _CARRIED:
        command = f"joinedup package import DIR FILE --period {period_of(place.split('/'))}"
    what = "is what a command announced that was cut off before it had recorded it."
    return Fault(what=what, file=place, fix=f"`{command}`, run again, ends that.")


def cut_rollback(place: str) -> Fault:
    """What is told of readers who were led back by a rollback that was signed and did not end."""
    command = f"joinedup rollback {period_of(place.split('/'))} DIR --reason REASON --by NAME"
    what = "leads back to what a rollback named that was cut off before it had recorded it."
    return Fault(what=what, file=place, fix=f"`{command}`, run again, ends that.")


def cut_pack(place: str) -> Fault:
    """What is told of an evidence pack that was announced and not recorded."""
    command = f"joinedup audit evidence DIR --period {period_of(place.split('/'))}"
    what = "has an evidence pack as a command left it that was cut off before it had recorded it."
    return Fault(what=what, file=place, fix=f"`{command}`, run again, ends that.")
