"""The report as a PDF that a screen reader can read: tagged, titled, in PDF/UA-1, made from the same page as the HTML.

Typst comes as a wheel with its fonts and needs nothing of the system. PDF/UA-1 is checked by the compiler: a picture
without words, or a heading out of order, is an error.
"""

import json
from dataclasses import asdict
from importlib.resources import as_file, files
from typing import Any

from markupsafe import Markup

from cohorts.report.page import BoardPage

PDF_FILE = "board_report.pdf"


def make_pdf(page: BoardPage) -> bytes | None:
    """The report as a PDF.

    Args:
        page: What it says; all numbers in it are safe.

    Returns:
        The file; the same page gives the same bytes. None where Typst cannot be loaded: the PDF is an extra.
    """
    try:
        import typst
    except ImportError:
        return None
    with as_file(files("cohorts.report") / "templates" / "board_report.typ") as template:
        made: bytes = typst.compile(
            str(template), format="pdf", sys_inputs={"page": page_json(page)}, pdf_standards=["ua-1"], timestamp=0
        )
    return made


def page_json(page: BoardPage) -> str:
    """All that the PDF is made of."""
    return json.dumps(_plain(asdict(page)), ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    """Charts as their text with the words that describe them, sets as lists."""
    if isinstance(value, dict):
        plain = {key: _plain(inner) for key, inner in value.items()}
        return plain | {"says": _described(value["chart"])} if "chart" in value else plain
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return str(value) if isinstance(value, Markup) else value


def _described(chart: Markup) -> str:
    """The description that a chart carries."""
    return Markup(chart.partition("<desc")[2].partition(">")[2].partition("</desc>")[0]).unescape()  # noqa: S704 - our own
