"""Accountability records of a made-up project, complete and of today, and the digest its assessment has to cover."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from governance.policy.assessed import assessed_digest
from governance.settings import load_bundle

NOT_YET = "0" * 64
"""Stands for the digest until :func:`cover` knows it."""


def governance(sources: list[str], purpose: str, *, today: date) -> dict[str, Any]:
    """The ``governance`` part of a project file; every rule passes on ``today``."""
    lately = (today - timedelta(days=30)).isoformat()
    return {
        "dpia": {
            "id": "DPIA-1",
            "version": "1",
            "signed_off": lately,
            "signed_off_by": "Data protection officer",
            "covers": [{"sha256": NOT_YET}],
        },
        "ropa": {"id": "ROPA-1", "recipients": ["wellbeing_board"]},
        "recipients": [{"id": "wellbeing_board", "title": "Board", "receives": ["board_report", "safe_counts"]}],
        "privacy_notice": {
            "where": "example.org/privacy",
            "published": lately,
            "purposes": [purpose],
            "sources": sources,
        },
        "retention": {
            "datasets": dict.fromkeys(
                ("extracts", "opt_out_lists", "source_zone", "linkage_zone", "analysis_zone", "released"), 120
            ),
            "keys": dict.fromkeys(("root", "person", "release", "zone", "signing", "custodian", "issued"), 12),
            "proof_kept_by": "Records manager",
        },
        "intruder_test": {
            "tested": lately,
            "by": "Two analysts",
            "data": "Released counts and a newspaper",
            "result": "Nobody was recognised",
            "review": (today + timedelta(days=300)).isoformat(),
        },
        "custody": {
            "custodians": ["Head of IG", "Head of IT"],
            "recovery_tested": lately,
            "backups": "Encrypted, off site, 90 days",
        },
        "exact_dates": "Waits can only be told by days.",
        "storage": dict.fromkeys(("extracts", "opt_out_lists", "keys", "zones"), "luks2_aes_256"),
        "outputs": [
            "board_report.html",
            "board_report.pdf",
            "board_tables.xlsx",
            "safe_counts.csv",
            "safe_measures.csv",
        ],
    }


def cover(root: Path) -> None:
    """Put the digest of what is in the folder where :data:`NOT_YET` stands, or the digest of before."""
    bundle = load_bundle(root)
    dpia = bundle.project.governance.dpia
    path = root / "project.yaml"
    text = path.read_text("utf-8")
    for listed in dpia.covers if dpia else ():
        text = text.replace(listed.sha256, assessed_digest(bundle))
    path.write_text(text, encoding="utf-8")
