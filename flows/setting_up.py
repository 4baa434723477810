"""What is left to do in a project that has no month yet, in the order in which it is done."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from flows.checking import filled_in
from governance.approval import check_approved
from governance.errors import BadInput, ConfigError, PolicyRefusal
from governance.keys.ring import KeyRing
from governance.settings import Bundle

_KEYS = "joinedup keys new DIR, with the three custodians (docs/how-to/keys.md)"
_APPROVE = 'joinedup approve DIR --approver "Name, role", after `joinedup check DIR` finds nothing that stops'


def left_to_set_up(root: Path, bundle: Bundle, today: date, no_month: BadInput) -> Iterator[str]:
    """Each step that is not done yet.

    Args:
        root: The project folder.
        bundle: Its config.
        today: The day on which an approval has to be valid.
        no_month: What is said of its extracts.
    """
    try:
        filled_in(bundle)
    except ConfigError as error:
        count = len(error.faults)
        places = "1 place is" if count == 1 else f"{count} places are"
        yield f"joinedup check DIR: {places} still as `joinedup init` wrote them; it names each with file and line"
        drafts = "drafts the file of a source from an extract: once for each source"
        yield f"joinedup source add FILE --dir DIR --organisation NAME --sector SECTOR {drafts}"
    yield from before_a_run(bundle, KeyRing(root / "keys"), today)
    yield f"{no_month.fix} {no_month.what}" if "called otherwise" in no_month.what else no_month.fix
    yield "joinedup run DIR"


def before_a_run(bundle: Bundle, ring: KeyRing, today: date) -> Iterator[str]:
    """Keys and approval, as far as they are missing; nothing if the project may run."""
    if not ring.infos():
        yield _KEYS
    try:
        check_approved(bundle, ring, today)
    except (PolicyRefusal, BadInput) as error:
        refused = f"{error.what} {error.fix}".removesuffix(" Nothing was written.")
        yield refused if ring.infos() else _APPROVE
