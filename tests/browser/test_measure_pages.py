"""Pages for analysts and sources in a real browser: they reflow at 320 px, tables are in reach, paper loses nothing."""

import shutil

import pytest

from cohorts.measures.page import write_measures_page
from cohorts.quality.page import write_scorecard
from governance.settings import load_bundle
from tests.lib.axe import listened
from tests.lib.browser import measured, need_chromium
from tests.lib.toy import make_toy
from tests.unit.test_measures_page import counts, table
from tests.unit.test_scorecard import card

pytestmark = pytest.mark.browser

PAGES = ("housing.html", "measures.html", "who_is_missed.html", "linkage_report.html")
A4 = 688
"""Pixels between its margins of 14 mm, at 96 in an inch."""

MEASURING = """
  all("details").forEach((one) => { one.open = true; });
  const right = (element) => element.getBoundingClientRect().right;
  out.textContent = JSON.stringify({
    width: doc.documentElement.scrollWidth,
    unreachable: all(".scroll").filter((box) => box.scrollWidth > box.clientWidth && box.tabIndex !== 0).length,
    spilling: all("body *").filter((one) => !one.closest(".scroll, .skip") && right(one) > WIDTH + 1).length,
    tables: all("table").length,
  });
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, toy_month):
    """A folder with every such page."""
    need_chromium()
    root = tmp_path_factory.mktemp("pages")
    bundle = load_bundle(make_toy(root / "toy", keys=False))
    write_scorecard(root, bundle.project, card())
    write_measures_page(root, bundle, "2026-10", table(), counts(), {"c01": "Some cohort"})
    for page in ("who_is_missed.html", "linkage_report.html"):
        [found] = toy_month.glob(f"zones/*/*/*/*/{page}")
        shutil.copy(found, root)
    return root


@pytest.mark.parametrize("width", [320, 1200], ids=["phone", "desk"])
@pytest.mark.parametrize("page", PAGES)
def test_the_pages_fit_every_width(folder, tmp_path, page, width):
    """Nothing spills out of the page, and whatever scrolls can be reached with the keyboard."""
    found = measured(folder / page, tmp_path, width, MEASURING)

    assert found["width"] <= width
    assert (found["spilling"], found["unreachable"]) == (0, 0)
    assert found["tables"] >= 5


@pytest.mark.parametrize("page", PAGES)
def test_paper_loses_no_column(folder, tmp_path, page):
    """What is too wide for a sheet cannot be scrolled to: the rules for paper, at its width, let nothing run off it."""
    as_on_paper = tmp_path / page
    written = (folder / page).read_text("utf-8")
    as_on_paper.write_text(written.replace("@media print", "@media all"), "utf-8")
    assert as_on_paper.read_text("utf-8") != written
    found = measured(as_on_paper, tmp_path / "profile", A4, MEASURING.replace(".scroll, .skip", ".skip"))

    assert found["width"] <= A4
    assert found["spilling"] == 0


@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing(folder, tmp_path, axe_core, page):
    """WCAG 2.2 A and AA, and good practice."""
    found = listened(folder / page, tmp_path, axe_core)

    assert found["wrong"] == []
    assert found["passed"] > 15
