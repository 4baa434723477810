"""Where the pages of a month lie."""

from collections.abc import Collection
from pathlib import Path

from flows.cli_output import aligned
from flows.drafts import draft_of

_PUBLISHED = {
    "draft": ("draft/{period}", "board_report.html"),
    "board_report": ("public/{period}", "board_report.html"),
    "board_report_pdf": ("public/{period}", "board_report.pdf"),
    "board_tables": ("public/{period}", "board_tables.xlsx"),
    "safe_counts": ("public/{period}", "safe_counts.csv"),
    "safe_measures": ("public/{period}", "safe_measures.csv"),
    "linkage_report": ("linkage/{period}/out", "linkage_report.html"),
    "measures": ("analysis/{period}/measures", "measures.html"),
    "who_is_missed": ("analysis/{period}/missed", "who_is_missed.html"),
}
_TITLES = {
    "draft": "Draft of the board report (not public)",
    "board_report": "Board report",
    "board_report_pdf": "The same as a PDF",
    "board_tables": "Its tables, for Excel",
    "safe_counts": "Its counts",
    "safe_measures": "Its measures",
    "linkage_report": "Linkage report (restricted)",
    "measures": "Measures (restricted)",
    "who_is_missed": "Who is missed (restricted)",
    "ig_audit": "IG audit (restricted)",
}
_MADE_BY = {
    "draft": "report",
    "board_report": "release",
    "board_report_pdf": "release",
    "board_tables": "release",
    "safe_counts": "release",
    "safe_measures": "release",
    "linkage_report": "link",
    "measures": "cohorts",
    "who_is_missed": "cohorts",
    "ig_audit": "audit",
}


def pages(root: Path, period: str) -> dict[str, str]:
    """Paths of the pages that are there, by name."""
    zones = root / "zones"
    found = {}
    for name, (folder, file) in _PUBLISHED.items():
        place = zones / folder.format(period=period)
        if (place / "current").exists():
            found[name] = place / (place / "current").read_text("utf-8").strip() / file
    if (draft := draft_of(root, period)) and draft.is_public:
        del found["draft"]
    found["ig_audit"] = zones / "audit" / period / "ig_audit.html"
    return {name: str(path) for name, path in found.items() if path.exists()}


def page_lines(found: dict[str, str], steps: Collection[str] = ("link", "cohorts", "report", "audit")) -> list[str]:
    """The same for people: only what these steps made, because the others' pages are from an earlier run."""
    is_public = "report" in steps and "draft" not in found
    ended = {*steps, "release"} if is_public else steps
    made = [(_TITLES[name], path) for name, path in found.items() if _MADE_BY[name] in ended]
    return ["", *aligned(made)] if made else []
