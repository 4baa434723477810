"""Where the pages of a month lie."""

from collections.abc import Collection, Iterator
from pathlib import Path

from flows.commands.output import aligned
from flows.releasing.drafts import draft_of
from governance.area_folders import FOLDER, parted
from governance.settings.project import NO_BOARD

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
    """Paths of the pages that are there, by name; those on a board's area end with a colon and its id."""
    zones = root / "zones"
    found = {}
    for name, (folder, file) in _PUBLISHED.items():
        place = zones / folder.format(period=period)
        if (place / "current").exists():
            content = place / (place / "current").read_text("utf-8").strip()
            found[name] = content / file
            found |= {f"{name}:{area}": path for area, path in _of_areas(content, file)}
    if (draft := draft_of(root, period)) and draft.is_public:
        found = {name: path for name, path in found.items() if _kind(name) != "draft"}
    found["ig_audit"] = zones / "audit" / period / "ig_audit.html"
    return {name: str(path) for name, path in found.items() if path.exists()}


def _of_areas(content: Path, file: str) -> Iterator[tuple[str, Path]]:
    """The same file of each board's area, by id."""
    for path in sorted(content.glob(f"{FOLDER}/*/{file}")):
        yield parted(path.relative_to(content).as_posix())[0], path


def _kind(name: str) -> str:
    """What a page is, whichever board's."""
    return name.partition(":")[0]


def _title(name: str) -> str:
    _, _, area = name.partition(":")
    return f"{_TITLES[_kind(name)]}: {_words(area)}" if area else _TITLES[name]


def _words(area: str) -> str:
    return "people in no board's area" if area == NO_BOARD else f"board {area}"


def page_lines(found: dict[str, str], steps: Collection[str] = ("link", "cohorts", "report", "audit")) -> list[str]:
    """The same for people: only what these steps made, because the others' pages are from an earlier run."""
    is_public = "report" in steps and "draft" not in found
    ended = {*steps, "release"} if is_public else steps
    made = [(_title(name), path) for name, path in found.items() if _MADE_BY[_kind(name)] in ended]
    return ["", *aligned(made)] if made else []
