"""The audit: what ran, under which rules, keys and approval, as one page for the information governance lead."""

from governance.audit.page import write_audit

__all__ = ["write_audit"]
