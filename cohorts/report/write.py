"""The pages as HTML files that need nothing else: no script, no font, no image, no network."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cohorts.report.page import BoardPage
from cohorts.report.site import REPORT_FILE, site_pages
from governance.store import write_file


def write_board_report(folder: Path, page: BoardPage) -> Path:
    """Write the report.

    Args:
        folder: Where; usually the scratch folder of a publication.
        page: What it says.

    Returns:
        The path of the front page. The same page gives the same bytes.

    Raises:
        BadInput: A file cannot be written.
    """
    for name, content in render_pages(page).items():
        write_file(folder / name, content.encode())
    return folder / REPORT_FILE


def render_pages(page: BoardPage) -> dict[str, str]:
    """The HTML of each page by its path below the release's folder, the front page first."""
    pages = site_pages(page)
    made: dict[str, str] = {}
    for number, here in enumerate(pages):
        around = {"before": pages[number - 1] if number else None, "after": next(iter(pages[number + 1 :]), None)}
        template = _environment().get_template(here.template)
        made[here.file] = template.render(page=page, css=_stylesheet(), pages=pages, here=here, **around)
    return made


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("cohorts.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _stylesheet() -> Markup:
    """Our own file, so it may stand in the page unescaped."""
    return Markup((files("cohorts.report") / "templates" / "board.css").read_text("utf-8"))  # noqa: S704 - no user text
