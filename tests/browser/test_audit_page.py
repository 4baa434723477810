"""The audit page in a real browser: it reflows at 320 px, and its tables scroll where the keyboard can reach them."""

import pytest

from governance.approval import check_approved
from governance.audit.page import write_audit
from governance.keys.ring import KeyRing
from governance.policy import check_bundle
from tests.lib.browser import measured, need_chromium
from tests.lib.governance import AT, DAY, PERIOD, facts_of, write_project

pytestmark = pytest.mark.browser

MEASURING = """
  all("details").forEach((one) => { one.open = true; });
  const right = (element) => element.getBoundingClientRect().right;
  out.textContent = JSON.stringify({
    width: doc.documentElement.scrollWidth,
    scrolling: all(".scroll").filter((box) => box.scrollWidth > box.clientWidth).length,
    unreachable: all(".scroll").filter((box) => box.scrollWidth > box.clientWidth && box.tabIndex !== 0).length,
    spilling: all("body *").filter((one) => !one.closest(".scroll, .skip") && right(one) > WIDTH + 1).length,
    side_by_side: new Set(all(".flow > li").map((one) => Math.round(one.getBoundingClientRect().left))).size,
  });
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the page of the made-up project."""
    need_chromium()
    bundle = write_project(tmp_path_factory.mktemp("project"))
    ring = KeyRing(bundle.root / "keys")
    findings, approval = check_bundle(bundle, facts_of(bundle)), check_approved(bundle, ring, DAY)
    return write_audit(bundle.root, PERIOD, bundle, findings, ring.infos(), approval, at=AT).parent


@pytest.mark.parametrize(("width", "columns"), [(320, 1), (1200, 4)], ids=["phone", "desk"])
def test_the_page_fits_every_width(folder, tmp_path, width, columns):
    """Nothing spills, every part that scrolls can be reached, and the zones stand under or beside each other."""
    found = measured(folder / "ig_audit.html", tmp_path, width, MEASURING)

    assert found["width"] <= width
    assert (found["spilling"], found["unreachable"]) == (0, 0)
    assert found["side_by_side"] == columns
    assert (found["scrolling"] > 10) == (width == 320)
