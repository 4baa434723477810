"""The page as one HTML file that needs nothing else: no script, no font, no image, no network."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cohorts.report.page import BoardPage
from governance.store import write_file

REPORT_FILE = "board_report.html"


def write_board_report(folder: Path, page: BoardPage) -> Path:
    """Write the report.

    Args:
        folder: Where; usually the scratch folder of a publication.
        page: What it says.

    Returns:
        The path of the file. The same page gives the same bytes.

    Raises:
        BadInput: The file cannot be written.
    """
    path = folder / REPORT_FILE
    write_file(path, render(page).encode())
    return path


def render(page: BoardPage) -> str:
    """The page as HTML."""
    return _environment().get_template("board_report.html.jinja").render(page=page, css=_stylesheet())


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
