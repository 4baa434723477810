"""What a source delivers: read as text, checked, quarantined with reasons, never with a value in a message.

    read_extracts(...) -> Intake      usable rows in a locked database, counts, rejects, digests
    local_ids(...)                    own ids and pseudonyms, to hold truth against results
    as_of_date(period)                first day after a period

Reads extract files below the project folder; writes nothing. Must not know what rows mean as events, nor how
identifiers are encoded.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from governance.intake.extracts import Intake, local_ids, read_extracts
    from governance.intake.period import as_of_date
    from governance.intake.reasons import MEANINGS, Meaning, Reason
    from governance.intake.reconcile import FileCounts, check_reconciles, summarise

__all__ = [
    "MEANINGS",
    "FileCounts",
    "Intake",
    "Meaning",
    "Reason",
    "as_of_date",
    "check_reconciles",
    "local_ids",
    "read_extracts",
    "summarise",
]

_WHERE = {
    "extracts": ("Intake", "local_ids", "read_extracts"),
    "period": ("as_of_date",),
    "reasons": ("MEANINGS", "Meaning", "Reason"),
    "reconcile": ("FileCounts", "check_reconciles", "summarise"),
}


def __getattr__(name: str) -> object:
    """Each name when it is first asked for: the process that parses files is of this package and needs none."""
    for module, names in _WHERE.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(name)
