"""Every page for information governance leads in a real browser: it fits, it prints, and axe-core finds nothing."""

import pytest

from governance.approval import check_approved
from governance.audit.diff_page import render_diff
from governance.audit.evidence import gather
from governance.audit.pack import write_pack
from governance.audit.page import write_audit
from governance.changes.diff import diff_meanings
from governance.changes.meaning import meaning_of
from governance.keys.ring import KeyRing
from governance.policy import check_bundle
from tests.lib.approving import sign_both
from tests.lib.axe import listened
from tests.lib.browser import chromium, measured, need_chromium
from tests.lib.governance import AT, DAY, PERIOD, edit_config, facts_of, write_project

pytestmark = pytest.mark.browser

PAGES = ("ig_audit.html", "evidence_pack.html", "config_diff.html")

MEASURING = """
  all("details").forEach((one) => { one.open = true; });
  const right = (element) => element.getBoundingClientRect().right;
  out.textContent = JSON.stringify({
    width: doc.documentElement.scrollWidth,
    unreachable: all(".scroll").filter((box) => box.scrollWidth > box.clientWidth && box.tabIndex !== 0).length,
    spilling: all("body *").filter((one) => !one.closest(".scroll, .skip") && right(one) > WIDTH + 1).length,
    drawn_over: all("svg text").filter((one) => {
      const box = one.previousElementSibling && one.closest("svg").querySelectorAll("rect");
      const mine = one.getBoundingClientRect();
      return ![...box].some((rect) => {
        const its = rect.getBoundingClientRect();
        return mine.left >= its.left && mine.right <= its.right && mine.top >= its.top && mine.bottom <= its.bottom;
      });
    }).length,
  });
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with all three pages: a signed project, changed since."""
    need_chromium()
    bundle = write_project(tmp_path_factory.mktemp("project"))
    ring = KeyRing(bundle.root / "keys")
    sign_both(bundle, ring)
    before = meaning_of(bundle)
    changed = edit_config(bundle, "project.yaml", lambda data: data.update(retention_months=60))
    findings, approval = check_bundle(changed, facts_of(changed)), check_approved(changed, ring, DAY)
    page = write_audit(changed.root, PERIOD, changed, findings, ring.infos(), approval, at=AT)
    write_pack(changed.root, gather(changed.root, PERIOD, changed, findings, ring.infos(), approval, at=AT))
    diff = render_diff(diff_meanings(before, meaning_of(changed)), old="the approval", new="the files", project="Ours")
    page.with_name("config_diff.html").write_text(diff, encoding="utf-8")
    return page.parent


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_the_page_fits_every_width(folder, tmp_path, name, width):
    """Nothing spills, every part that scrolls can be reached, and no word of a drawing leaves its box."""
    found = measured(folder / name, tmp_path, width, MEASURING)

    assert found["width"] <= width
    assert (found["spilling"], found["unreachable"], found["drawn_over"]) == (0, 0, 0)


@pytest.mark.parametrize("name", PAGES)
def test_the_page_prints(folder, tmp_path, name):
    """A tagged PDF comes out of the browser's own printing, on A4."""
    pdf = tmp_path / "page.pdf"

    chromium(tmp_path / "profile", "--no-pdf-header-footer", f"--print-to-pdf={pdf}", (folder / name).as_uri())

    content = pdf.read_bytes()
    assert content.startswith(b"%PDF")
    assert b"/StructTreeRoot" in content


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(folder, tmp_path, axe_core, name):
    """WCAG 2.2 A and AA, and good practice."""
    found = listened(folder / name, tmp_path, axe_core)

    assert found["wrong"] == []
    assert found["passed"] > 20
