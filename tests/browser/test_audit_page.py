"""The audit page in a real browser: it reflows at 320 px, and its tables scroll where the keyboard can reach them."""

import json
import re
import shutil
import subprocess
from html import unescape

import pytest

from governance.approval import check_approved
from governance.audit import write_audit
from governance.keys import KeyRing
from governance.policy import check_bundle
from tests.lib.governance import AT, DAY, PERIOD, facts_of, write_project

pytestmark = pytest.mark.browser

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--allow-file-access-from-files",
    "--virtual-time-budget=5000",
)

# The page has no script, so a page of our own holds it in a frame of a given width and measures it.
RULER = """<!DOCTYPE html><title>measuring</title><pre id="out"></pre>
<iframe id="page" src="ig_audit.html" style="width:WIDTHpx;height:900px;border:0"></iframe>
<script>
page.onload = () => {
  const doc = page.contentDocument, all = (what) => [...doc.querySelectorAll(what)];
  all("details").forEach((one) => { one.open = true; });
  const right = (element) => element.getBoundingClientRect().right;
  out.textContent = JSON.stringify({
    width: doc.documentElement.scrollWidth,
    scrolling: all(".scroll").filter((box) => box.scrollWidth > box.clientWidth).length,
    unreachable: all(".scroll").filter((box) => box.scrollWidth > box.clientWidth && box.tabIndex !== 0).length,
    spilling: all("body *").filter((one) => !one.closest(".scroll, .skip") && right(one) > WIDTH + 1).length,
    side_by_side: new Set(all(".flow > li").map((one) => Math.round(one.getBoundingClientRect().left))).size,
  });
};
</script>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the page of the made-up project."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install the package `chromium` to look at the page")
    bundle = write_project(tmp_path_factory.mktemp("project"))
    ring = KeyRing(bundle.root / "keys")
    findings, approval = check_bundle(bundle, facts_of(bundle)), check_approved(bundle, ring, DAY)
    return write_audit(bundle.root, PERIOD, bundle, findings, ring.infos(), approval, at=AT).parent


def measured(folder, width):
    """What a browser sees of the page in a frame of that width."""
    ruler = folder / f"ruler_{width}.html"
    ruler.write_text(RULER.replace("WIDTH", str(width)))
    profile = f"--user-data-dir={folder / f'profile_{width}'}"
    command = [CHROMIUM, *FLAGS, profile, "--window-size=1400,1000", "--dump-dom", ruler.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return json.loads(unescape(re.search(r'<pre id="out">(.*?)</pre>', done.stdout)[1]))


@pytest.mark.parametrize(("width", "columns"), [(320, 1), (1200, 4)], ids=["phone", "desk"])
def test_the_page_fits_every_width(folder, width, columns):
    """Nothing spills, every part that scrolls can be reached, and the zones stand under or beside each other."""
    found = measured(folder, width)

    assert found["width"] <= width
    assert (found["spilling"], found["unreachable"]) == (0, 0)
    assert found["side_by_side"] == columns
    assert (found["scrolling"] > 10) == (width == 320)
