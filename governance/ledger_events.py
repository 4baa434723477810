"""What a ledger may say: a closed list of events, and for each a closed list of facts.

A fact is an id, a digest, a period, a code or a number of things that are not people. The ledger is shown to
auditors and partners, so counts that are exact elsewhere only on the audit page are not in it.
"""

import re
from enum import StrEnum

from governance.errors import InternalError

FactValue = str | int | bool


class Event(StrEnum):
    """Everything that is recorded."""

    KEYS_MADE = "keys_made"
    KEYS_ISSUED = "keys_issued"
    CUSTODY_RENEWED = "custody_renewed"
    ROOT_RENEWED = "root_renewed"
    KEY_ROTATED = "key_rotated"
    KEY_DESTROYED = "key_destroyed"
    CONFIG_APPROVED = "config_approved"
    CUT_OFF_LINE_SET_ASIDE = "cut_off_line_set_aside"
    RUN_STARTED = "run_started"
    EXTRACT_READ = "extract_read"
    SOURCE_ABSENT = "source_absent"
    OPT_OUTS_APPLIED = "opt_outs_applied"
    PROTECTED_LEFT_OUT = "protected_left_out"
    PACKAGE_PUBLISHED = "package_published"
    PACKAGE_EXPORTED = "package_exported"
    PACKAGE_IMPORTED = "package_imported"
    INDEX_REKEYED = "index_rekeyed"
    LINKED = "linked"
    PERSON_INDEX_PUBLISHED = "person_index_published"
    REVIEW_APPROVED = "review_approved"
    REVIEW_EXPORTED = "review_exported"
    REVIEW_IMPORTED = "review_imported"
    OLDER_RECORDS_DESTROYED = "older_records_destroyed"
    DATA_DESTROYED = "data_destroyed"
    COHORTS_PUBLISHED = "cohorts_published"
    REPORT_STAGED = "report_staged"
    REPORT_RELEASED = "report_released"
    REPORT_WITHDRAWN = "report_withdrawn"
    REPORT_TO_CORRECT = "report_to_correct"
    SCORECARDS_WRITTEN = "scorecards_written"
    PROPOSALS_WRITTEN = "proposals_written"
    ROLLBACK_BEGUN = "rollback_begun"
    ROLLED_BACK = "rolled_back"
    FILES_ANNOUNCED = "files_announced"
    FILES_RECORDED = "files_recorded"
    FILES_SEALED_ANEW = "files_sealed_anew"
    AUDIT_WRITTEN = "audit_written"
    POLICY_REFUSED = "policy_refused"
    RULE_WAIVED = "rule_waived"
    RELEASE_CHECKED = "release_checked"
    RUN_FINISHED = "run_finished"
    RUN_FAILED = "run_failed"
    RUN_AWAITS = "run_awaits"
    OPT_OUTS_REQUESTED = "opt_outs_requested"
    VOICE_TAKEN_IN = "voice_taken_in"
    VOICE_WITHDRAWN = "voice_withdrawn"


FACTS: dict[Event, frozenset[str]] = {
    Event.KEYS_MADE: frozenset({"project", "keys", "fingerprint", "demo"}),
    Event.KEYS_ISSUED: frozenset({"project", "keys", "fingerprint", "epoch"}),
    Event.CUSTODY_RENEWED: frozenset({"project", "holder", "fingerprint"}),
    Event.ROOT_RENEWED: frozenset({"project", "fingerprint", "key", "epoch"}),
    Event.KEY_ROTATED: frozenset({"project", "holder", "fingerprint", "key", "files"}),
    Event.KEY_DESTROYED: frozenset({"project", "holder", "fingerprint", "certificate_sha256"}),
    Event.CONFIG_APPROVED: frozenset(
        {"project", "config_sha256", "approval_sha256", "key", "policy_version", "code_version"}
    ),
    Event.CUT_OFF_LINE_SET_ASIDE: frozenset({"sha256"}),
    Event.RUN_STARTED: frozenset(
        {"period", "step", "project", "config_sha256", "approval", "approval_sha256", "policy_version", "code_version"}
    ),
    Event.EXTRACT_READ: frozenset(
        {"period", "source", "file", "sha256", "content_hmac", "rows_in", "extract_period", "repeats"}
    ),
    Event.SOURCE_ABSENT: frozenset({"period", "source"}),
    Event.OPT_OUTS_APPLIED: frozenset({"period", "source", "status", "reason", "list_sha256"}),
    Event.PROTECTED_LEFT_OUT: frozenset({"period", "source", "status"}),
    Event.PACKAGE_PUBLISHED: frozenset(
        {"period", "source", "package", "manifest_sha256", "files_sha256", "kid", "epoch"}
    ),
    Event.PACKAGE_EXPORTED: frozenset({"period", "source", "package", "manifest_sha256"}),
    Event.PACKAGE_IMPORTED: frozenset({"period", "source", "package", "manifest_sha256", "files_sha256", "kid", "key"}),
    Event.INDEX_REKEYED: frozenset({"period", "sources", "epoch", "from_epoch"}),
    Event.LINKED: frozenset({"period", "sources", "model_sha256", "manifest_sha256", "files_sha256"}),
    Event.PERSON_INDEX_PUBLISHED: frozenset(
        {"period", "manifest_sha256", "files_sha256", "model_sha256", "kid", "epoch"}
    ),
    Event.REVIEW_APPROVED: frozenset({"project", "approval_sha256", "key", "fingerprint"}),
    Event.REVIEW_EXPORTED: frozenset({"period", "manifest_sha256", "files_sha256", "model_sha256", "approval_sha256"}),
    Event.REVIEW_IMPORTED: frozenset({"period", "manifest_sha256", "files_sha256", "sha256"}),
    Event.OLDER_RECORDS_DESTROYED: frozenset({"period", "zone", "tables", "periods"}),
    Event.DATA_DESTROYED: frozenset({"period", "dataset", "files", "due", "certificate_sha256"}),
    Event.COHORTS_PUBLISHED: frozenset({"period", "manifest_sha256", "files_sha256", "definitions"}),
    Event.REPORT_STAGED: frozenset({"period", "manifest_sha256", "files_sha256", "page_sha256", "profile"}),
    Event.REPORT_RELEASED: frozenset(
        {"period", "manifest_sha256", "page_sha256", "profile", "releases", "record_sha256", "files_sha256"}
    ),
    Event.REPORT_WITHDRAWN: frozenset({"period", "manifest_sha256", "approval_sha256"}),
    Event.REPORT_TO_CORRECT: frozenset({"period", "manifest_sha256", "approval_sha256"}),
    Event.PROPOSALS_WRITTEN: frozenset({"period", "manifest_sha256", "files_sha256", "proposals"}),
    Event.SCORECARDS_WRITTEN: frozenset({"period", "manifest_sha256", "files_sha256", "sources"}),
    **dict.fromkeys(
        (Event.ROLLBACK_BEGUN, Event.ROLLED_BACK),
        frozenset({"period", "person_index_sha256", "cohorts_sha256", "report_sha256", "approval_sha256"}),
    ),
    Event.FILES_ANNOUNCED: frozenset({"period", "source", "package", "announced_sha256"}),
    Event.FILES_RECORDED: frozenset({"period", "package", "manifest_sha256", "files_sha256"}),
    Event.FILES_SEALED_ANEW: frozenset({"project", "was_sha256", "files_sha256"}),
    Event.AUDIT_WRITTEN: frozenset({"period", "page_sha256"}),
    Event.POLICY_REFUSED: frozenset({"step", "code", "rules", "findings", "config_sha256"}),
    Event.RULE_WAIVED: frozenset({"project", "rule", "approval_sha256"}),
    Event.RELEASE_CHECKED: frozenset({"project", "period", "manifest_sha256", "approval_sha256"}),
    Event.RUN_FINISHED: frozenset({"period", "step", "warnings"}),
    Event.RUN_FAILED: frozenset({"period", "source", "step", "code"}),
    Event.RUN_AWAITS: frozenset({"period", "source", "step", "code"}),
    Event.OPT_OUTS_REQUESTED: frozenset({"period", "source", "list_sha256"}),
    Event.VOICE_TAKEN_IN: frozenset({"project", "card", "sha256", "consent", "until", "approval_sha256", "key"}),
    Event.VOICE_WITHDRAWN: frozenset({"project", "card"}),
}
"""Facts an event may carry; a run may leave out what it does not know."""

_DIGEST = r"[0-9a-f]{64}"
_SLUG = r"[a-z][a-z0-9_]{0,59}"
_RULE = r"[A-Z]{2,6}-\d{2}"
_VERSION = r"[A-Za-z0-9.+_-]{1,80}"
_TEXT: dict[str, str] = {
    **dict.fromkeys(("period", "extract_period", "repeats"), r"\d{4}-\d{2}"),
    **dict.fromkeys(("project", "source", "file", "status", "reason", "package", "epoch", "from_epoch"), _SLUG),
    **dict.fromkeys(("step", "approval", "profile", "holder"), _SLUG),
    **dict.fromkeys(("sha256", "content_hmac", "config_sha256", "approval_sha256", "list_sha256"), _DIGEST),
    **dict.fromkeys(("person_index_sha256", "cohorts_sha256", "report_sha256"), _DIGEST),
    **dict.fromkeys(("manifest_sha256", "model_sha256", "page_sha256", "record_sha256"), _DIGEST),
    **dict.fromkeys(("files_sha256", "was_sha256", "announced_sha256"), _DIGEST),
    **dict.fromkeys(("key", "fingerprint"), r"[0-9a-f]{16}"),
    "zone": "linkage|analysis",
    "card": r"[0-9a-f]{16}",
    "consent": _SLUG,
    "until": r"\d{4}-\d{2}-\d{2}",
    "dataset": _SLUG,
    "certificate_sha256": _DIGEST,
    "rule": _RULE,
    "rules": rf"{_RULE}( {_RULE}){{0,99}}",
    "kid": r"[a-z2-7]{5}",
    "code": r"E-[A-Z0-9-]{1,40}",
    "policy_version": _VERSION,
    "code_version": _VERSION,
}
_NUMBERS = frozenset(
    {
        "tables",
        "files",
        "periods",
        "keys",
        "rows_in",
        "sources",
        "definitions",
        "proposals",
        "warnings",
        "releases",
        "findings",
    }
)
_YES_OR_NO = frozenset({"demo", "due"})
_AT = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})"


def check_event(event: Event, at: str, facts: dict[str, FactValue]) -> None:
    """Refuse what could carry free text or personal data into the ledger.

    Raises:
        InternalError: An unknown fact, a value of the wrong shape, or a time without its zone. Names the fact,
            never its value.
    """
    wrong = sorted(name for name, value in facts.items() if name not in FACTS[event] or not _fits(name, value))
    if not re.fullmatch(_AT, at):
        wrong.append("at")
    if wrong:
        raise InternalError(
            f"Ledger event `{event}` was given facts it may not carry: {', '.join(wrong)}.",
            why="The ledger holds ids, digests, codes and totals only, so that it can be shown to anyone.",
            fix=f"Report this. `{event}` may carry: {', '.join(sorted(FACTS[event]))}; `at` is an ISO time with zone.",
            code="E-LEDGER-FACT",
        )


def _fits(name: str, value: FactValue) -> bool:
    if name in _TEXT:
        return isinstance(value, str) and re.fullmatch(_TEXT[name], value) is not None
    if name in _NUMBERS:
        return type(value) is int and 0 <= value < 1 << 53
    return name in _YES_OR_NO and isinstance(value, bool)
