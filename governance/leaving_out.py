"""Everything that is left out of an extract before anything is encoded, in the one order that is right."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from governance.intake.extracts import Intake
from governance.intake.reconcile import check_reconciles
from governance.keys.ring import Secret
from governance.optout import OptOutReceipt, apply_opt_outs
from governance.restricted import RestrictedReceipt, leave_out_restricted
from governance.sensitive import SensitiveReceipt, find_protected, leave_out_protected
from governance.settings import Bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """The three receipts."""

    opt_outs: OptOutReceipt
    sensitive: SensitiveReceipt
    restricted: RestrictedReceipt


def leave_out(intake: Intake, bundle: Bundle, root: Path, period: str, today: date, record_key: Secret) -> LeftOut:
    """Apply opt-outs, leave out protected records and rows with restricted codes.

    Protected records are found before opt-outs remove anything: a record that opted out may be what ties two numbers
    of a protected person together.

    Args:
        intake: Rows of its tables are deleted and its counts filled.
        bundle: The project.
        root: Its folder.
        period: ``YYYY-MM``.
        today: The day of the run.
        record_key: The source's key of record pseudonyms.

    Raises:
        PolicyRefusal: A list is absent, too old, or not the one that was signed.
        BadInput: A list is malformed.
    """
    source = intake.source
    protected = find_protected(intake, root, source, period, today, record_key)
    opt_outs = apply_opt_outs(intake, root, source, period, today)
    sensitive = leave_out_protected(intake, protected)
    restricted = leave_out_restricted(intake, root, bundle.project)
    check_reconciles(intake.counts)
    return LeftOut(opt_outs=opt_outs, sensitive=sensitive, restricted=restricted)
