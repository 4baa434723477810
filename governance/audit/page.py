"""The page itself: sections into one self-contained HTML file."""

from collections.abc import Iterable
from pathlib import Path

from governance.approval import ApprovalStatus
from governance.audit import config_sections, control_sections, history_sections, row_sections, run_sections, summary
from governance.audit.arrivals_section import arrivals_section
from governance.audit.blocks import Section
from governance.audit.evidence import Evidence, gather
from governance.audit.exposure_section import exposure_section
from governance.audit.render import render_page
from governance.audit.singling_section import singling_section
from governance.code_version import code_version
from governance.english import day, month
from governance.keys.ring import KeyInfo
from governance.policy import Finding
from governance.settings import POLICY_VERSION, Bundle
from governance.store import write_file


def write_audit(
    root: Path,
    period: str,
    bundle: Bundle,
    findings: Iterable[Finding],
    keyring_infos: Iterable[KeyInfo],
    approval_status: ApprovalStatus,
    *,
    at: str,
) -> Path:
    """Write the IG lead's page of one period.

    Reads manifests, receipts, the ledger and the config only: no table, no key's secret. Holds exact counts of
    rows, so it is restricted.

    Args:
        root: The project folder.
        period: Such as ``2025-09``.
        bundle: The config the period ran under.
        findings: What the policy rules said.
        keyring_infos: Public facts of the keys.
        approval_status: Why the bundle may run.
        at: When the page is made, ISO 8601; the caller's clock.

    Returns:
        ``zones/audit/<period>/ig_audit.html``.
    """
    evidence = gather(root, period, bundle, findings, keyring_infos, approval_status, at=at)
    path = root / "zones" / "audit" / period / "ig_audit.html"
    write_file(path, render(evidence).encode())
    return path


def render(evidence: Evidence) -> str:
    """The page as HTML."""
    return render_page(
        "ig_audit.html.jinja",
        evidence=evidence,
        project=evidence.bundle.project,
        verdicts=summary.verdicts(evidence),
        bottom_line=summary.bottom_line(evidence),
        day=day,
        month=month,
        sections=sections(evidence),
        code_version=code_version(),
        policy_version=POLICY_VERSION,
    )


def sections(evidence: Evidence) -> list[Section]:
    """Everything below the summary, in reading order."""
    versions = (code_version(), POLICY_VERSION)
    return [
        config_sections.purpose_section(evidence),
        control_sections.approval_section(evidence, *versions),
        history_sections.changes_section(evidence),
        run_sections.flow_section(evidence),
        config_sections.columns_section(evidence),
        config_sections.encoding_section(evidence),
        exposure_section(evidence),
        singling_section(evidence),
        config_sections.trust_section(evidence),
        control_sections.keys_section(evidence),
        row_sections.opt_outs_section(evidence),
        row_sections.reconciliation_section(evidence),
        arrivals_section(evidence),
        control_sections.rules_section(evidence),
        history_sections.retention_section(evidence),
        history_sections.history_section(evidence),
        control_sections.ledger_section(evidence),
        run_sections.digests_section(evidence, *versions),
    ]
