"""Every page of the board report in a real browser: silence, reflow at 320 px, 400% zoom, print, and axe-core."""

from dataclasses import replace

import pikepdf
import pytest

from cohorts.report import REPORT_FILE, build_page, write_board_report
from cohorts.report.areas import area_facts, each_board, with_boards
from governance.area_folders import folder_of
from tests.lib.axe import listened_to_all
from tests.lib.browser import chromium, measured_all, need_chromium
from tests.lib.report import BOARDS, COHORTS, doubtful_frame, invented_facts, invented_release

pytestmark = pytest.mark.browser

MEASURING = """
  const stops = all("a[href], [tabindex='0']").filter((e) => !e.classList.contains("skip"));
  const tops = stops.map((e) => e.getBoundingClientRect().top);
  const beyond = all(".scroll").filter((box) => box.scrollWidth > box.clientWidth);
  const shown = (element) => element.getBoundingClientRect().width > 0;
  return {
    title: doc.title,
    first: (all("a[href], [tabindex='0']")[0] || {}).className,
    stops: stops.length,
    jumps: tops.filter((top, place) => place && top < tops[place - 1] - 1).length,
    pulled: all("[tabindex]").filter((e) => e.tabIndex > 0).length,
    h1: all("h1").length,
    width: doc.documentElement.scrollWidth,
    charts: all("svg").length,
    untitled: all("svg").filter((svg) => !svg.querySelector("title") || !svg.querySelector("desc")).length,
    tables: all("table").length,
    uncaptioned: all("table").filter((table) => !table.caption || !shown(table.caption)).length,
    stuck: beyond.filter((box) => box.tabIndex !== 0).length,
    unsaid: beyond.filter((box) => box.matches(".picture") && !shown(box.querySelector(".cue"))).length,
    said: all(".picture .cue").filter(shown).length,
    cueless: all(".scroll").filter((box) => !box.querySelector(".cue")).length,
    spilling: all("p, h1, h2, h3, h4, li, dd").filter((e) => e.getBoundingClientRect().right > WIDTH + 1).length,
    smallest: Math.min(99, ...all("svg text").map((text) => text.getBoundingClientRect().height)),
  };
"""
WIDTHS = (320, 768, 1280)
"""320 CSS pixels are also a window of 1,280 at 400% zoom (WCAG 2.2, 1.4.10)."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the report of the invented release, and with the one on the area of a board."""
    need_chromium()
    folder = tmp_path_factory.mktemp("report")
    facts, areas = invented_facts(), invented_release().areas
    # Three groups of four, and one in an area: each further page of a group is made from the same template.
    page = build_page(doubtful_frame(), replace(facts, definitions=facts.definitions[:3]))
    write_board_report(folder, with_boards(page, each_board(doubtful_frame(), areas, facts, BOARDS[:1])))
    in_area = area_facts(replace(facts, definitions=facts.definitions[:1]), BOARDS[0])
    write_board_report(folder / folder_of(BOARDS[0].id), build_page(areas[BOARDS[0].id], in_area))
    return folder


@pytest.fixture(scope="module")
def names(folder):
    """The pages below it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))


@pytest.fixture(scope="module")
def seen(folder, names, tmp_path_factory):
    """What one run of the browser measured, by page and width."""
    return measured_all(folder, names, tmp_path_factory.mktemp("profile"), WIDTHS, MEASURING)


def test_every_page_reflows(seen, names):
    """Nothing is wider than the window but what scrolls in its own, reachable region; charts stay readable."""
    assert set(seen) == {(name, width) for name in names for width in WIDTHS}
    for (name, width), found in seen.items():
        assert found["width"] <= width, (name, width)
        assert (found["spilling"], found["stuck"]) == (0, 0), (name, width)
        assert found["smallest"] >= 12, (name, width)


def test_a_chart_that_scrolls_sideways_says_so(seen, names):
    """On a narrow screen above each chart, on a wide one above none. Of tables, only the next picture tells style."""
    assert all((found["unsaid"], found["cueless"]) == (0, 0) for found in seen.values())
    assert all(seen[name, 320]["said"] == seen[name, 320]["charts"] for name in names)
    assert all(seen[name, 1280]["said"] == 0 for name in names)


def test_the_keyboard_goes_down_the_page(seen, names):
    """The first stop skips to the page; in one column no later stop lies above an earlier one, and none is pulled."""
    for name in names:
        found = seen[name, 320]
        assert found["first"] == "skip", name
        assert found["stops"] > 5, name
        assert (found["jumps"], found["pulled"]) == (0, 0), name


def test_every_page_is_what_was_written(seen, names):
    """One h1, a title, charts with words, tables with captions that show."""
    wide = [seen[name, 1280] for name in names]

    assert all(found["h1"] == 1 and "People between our services" in found["title"] for found in wide)
    assert sum(found["charts"] for found in wide) > 4 * (len(COHORTS) - 1)
    assert sum(found["tables"] for found in wide) > sum(found["charts"] for found in wide)
    assert all((found["untitled"], found["uncaptioned"]) == (0, 0) for found in wide)


def test_the_front_page_loads_in_silence(folder, tmp_path):
    """No message on the console: nothing missing, nothing blocked by the page's own policy."""
    done = chromium(tmp_path, "--dump-dom", (folder / REPORT_FILE).as_uri())

    assert "CONSOLE" not in done.stderr
    assert "What is not known" in done.stdout


def test_pages_print(folder, names, tmp_path):
    """A PDF with tags and a language comes out of the browser: the front page, a group's, the widest tables."""
    kinds = (REPORT_FILE, next(name for name in names if "/cohort-" in name), "board_report/side-by-side.html")
    for name in kinds:
        pdf = tmp_path / "page.pdf"
        chromium(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", (folder / name).as_uri())
        with pikepdf.open(pdf) as opened:
            assert "/StructTreeRoot" in opened.Root
            assert str(opened.Root.Lang).startswith("en")


def test_the_front_page_of_an_area_prints_on_one_sheet(folder, tmp_path):
    """One group there takes the width of the paper, so that what is asked of the board is not on another sheet."""
    pdf, front = tmp_path / "page.pdf", folder / folder_of(BOARDS[0].id) / REPORT_FILE
    chromium(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", front.as_uri())

    with pikepdf.open(pdf) as opened:
        assert len(opened.pages) == 1


@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_on_any_page(folder, names, tmp_path, axe_core, width):
    """WCAG 2.2 A and AA, and good practice, on a narrow screen (which is also a page at 400%) and a wide one."""
    # The words and marks of a page are the same at every width; the front page stands for all on a wide screen.
    heard = [name for name in names if width == WIDTHS[0] or "/" not in name]
    found = listened_to_all(folder, heard, tmp_path, axe_core, (width,))

    assert set(found) == {(name, width) for name in heard}
    for place, said in found.items():
        assert said["wrong"] == [], place
        assert said["passed"] > 15, place
