"""Every page for information governance leads in a real browser: it fits, it prints, and axe-core finds nothing.

axe-core (Deque, MPL-2.0) is fetched with npm when the test runs and is no part of the repository; without npm or a
network that one test is skipped.
"""

import shutil
import subprocess
import tarfile

import pytest

from governance.approval import check_approved
from governance.audit.diff_page import render_diff
from governance.audit.evidence import gather
from governance.audit.pack import write_pack
from governance.audit.page import write_audit
from governance.changes.diff import diff_meanings
from governance.changes.meaning import meaning_of
from governance.keys import KeyRing
from governance.policy import check_bundle
from tests.lib.approving import sign_both
from tests.lib.browser import chromium, measured, need_chromium
from tests.lib.governance import AT, DAY, PERIOD, edit_config, facts_of, write_project

pytestmark = pytest.mark.browser

AXE = "axe-core@4.14.1"
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
LISTENING = """
  all("details").forEach((one) => { one.open = true; });
  const script = doc.createElement("script");
  script.src = "axe.min.js";
  script.onload = async () => {
    const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const found = await page.contentWindow.axe.run(doc.documentElement, { runOnly: rules });
    out.textContent = JSON.stringify({
      passed: found.passes.length,
      wrong: found.violations.map((one) => one.id + ": " + one.nodes.slice(0, 3).map((node) => node.target)),
    });
  };
  doc.head.append(script);
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


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """The script of axe-core, from npm."""
    place = tmp_path_factory.mktemp("axe")
    if shutil.which("npm") is None:
        pytest.skip("no npm on this machine: axe-core is fetched with it")
    done = subprocess.run(
        ["npm", "pack", AXE, "--silent"], cwd=place, capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        pytest.skip("npm cannot reach a registry, so axe-core is not here")
    with tarfile.open(next(place.glob("*.tgz"))) as packed:
        return packed.extractfile("package/axe.min.js").read()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(folder, tmp_path, axe, name):
    """WCAG 2.2 A and AA, and good practice; on a copy without the policy that forbids scripts."""
    copy = folder / f"scripted_{name}"
    html = (folder / name).read_text("utf-8")
    policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    assert policy in html
    copy.write_text(html.replace(policy, ""), encoding="utf-8")
    (folder / "axe.min.js").write_bytes(axe)

    found = measured(copy, tmp_path, 1280, LISTENING)

    assert found["wrong"] == []
    assert found["passed"] > 20
