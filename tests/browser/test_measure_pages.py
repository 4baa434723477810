"""A scorecard and the page of measures in a real browser: they reflow at 320 px and their tables can be reached."""

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

PAGES = ("housing.html", "measures.html")

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
def folder(tmp_path_factory):
    """A folder with both pages."""
    need_chromium()
    root = tmp_path_factory.mktemp("pages")
    bundle = load_bundle(make_toy(root / "toy", keys=False))
    write_scorecard(root, bundle.project, card())
    write_measures_page(root, bundle, "2026-10", table(), counts(), {"c01": "Some cohort"})
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
def test_axe_finds_nothing(folder, tmp_path, axe_core, page):
    """WCAG 2.2 A and AA, and good practice."""
    found = listened(folder / page, tmp_path, axe_core)

    assert found["wrong"] == []
    assert found["passed"] > 15
