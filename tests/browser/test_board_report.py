"""The board report in a real browser: it loads in silence, reflows at 320 px, and prints."""

import pytest

from cohorts.report import build_page, write_board_report
from tests.lib.axe import listened
from tests.lib.browser import chromium, measured, need_chromium
from tests.lib.report import COHORTS, invented_facts, invented_frame

pytestmark = pytest.mark.browser

MEASURING = """
  const shown = (element) => element.getBoundingClientRect().width > 0;
  out.textContent = JSON.stringify({
    title: doc.title,
    h1: all("h1").length,
    width: doc.documentElement.scrollWidth,
    height: doc.documentElement.scrollHeight,
    charts: all("svg").length,
    untitled: all("svg").filter((svg) => !svg.querySelector("title") || !svg.querySelector("desc")).length,
    tables: all("table").length,
    uncaptioned: all("table").filter((table) => !table.caption || !shown(table.caption)).length,
    stuck: all(".scroll").filter((box) => box.scrollWidth > box.clientWidth && box.tabIndex !== 0).length,
    spilling: all("p, h1, h2, h3, h4, li, dd").filter((e) => e.getBoundingClientRect().right > WIDTH + 1).length,
    smallest: Math.min(...all("svg text").map((text) => text.getBoundingClientRect().height)),
  });
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the report of the invented release."""
    need_chromium()
    folder = tmp_path_factory.mktemp("report")
    write_board_report(folder, build_page(invented_frame(), invented_facts()))
    return folder


@pytest.mark.parametrize("width", [320, 1200])
def test_the_page_reflows(folder, tmp_path, width):
    """Nothing is wider than the window but what scrolls in its own, reachable region; charts stay readable."""
    found = measured(folder / "board_report.html", tmp_path, width, MEASURING)

    assert found["width"] <= width
    assert (found["spilling"], found["stuck"]) == (0, 0)
    assert found["smallest"] >= 12


def test_the_page_is_what_was_written(folder, tmp_path):
    """One h1, a title, charts with words, tables with captions that show."""
    found = measured(folder / "board_report.html", tmp_path, 1200, MEASURING)

    assert found["h1"] == 1
    assert "People between our services" in found["title"]
    assert found["charts"] > 4 * len(COHORTS)
    assert found["tables"] > found["charts"]
    assert (found["untitled"], found["uncaptioned"]) == (0, 0)


def test_the_page_loads_in_silence(folder, tmp_path):
    """No message on the console: nothing missing, nothing blocked by the page's own policy."""
    done = chromium(tmp_path, "--dump-dom", (folder / "board_report.html").as_uri())

    assert "CONSOLE" not in done.stderr
    assert "What is not known" in done.stdout


def test_the_page_prints(folder, tmp_path):
    """A PDF with tags, a language and the title comes out of the browser's own printing."""
    pdf = folder / "report.pdf"

    chromium(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", (folder / "board_report.html").as_uri())

    content = pdf.read_bytes()
    assert content.startswith(b"%PDF")
    assert b"/StructTreeRoot" in content


@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing(folder, tmp_path, axe_core, width):
    """WCAG 2.2 A and AA, and good practice, on a narrow screen (which is also a page at 400%) and a wide one."""
    found = listened(folder / "board_report.html", tmp_path, axe_core, width)

    assert found["wrong"] == []
    assert found["passed"] > 20
