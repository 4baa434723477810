"""A page in headless Chromium: measured in a frame of a given width, printed, or listened to.

The pages have no script, so a page of our own holds one in a frame and measures it.
"""

import json
import os
import re
import shutil
import subprocess
from html import unescape

import pytest

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
    "--enable-logging=stderr",
    "--allow-file-access-from-files",
)

_RULER = """<!DOCTYPE html><title>measuring</title><pre id="out"></pre>
<iframe id="page" src="PAGE" style="width:WIDTHpx;height:900px;border:0"></iframe>
<script>
page.onload = () => {
  const doc = page.contentDocument, all = (what) => [...doc.querySelectorAll(what)];
  MEASURING
};
</script>"""


REQUIRED = "JOINEDUP_REQUIRE_BROWSER"
"""Set by ``.ci/run``: where a browser or axe-core is missing, tests fail rather than skip."""


def not_here(what):
    """End a test for want of something: it is skipped, or fails where :data:`REQUIRED` is set."""
    if os.environ.get(REQUIRED):
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def need_chromium():
    """End the test where there is no browser."""
    if CHROMIUM is None:
        not_here("no Chromium on this machine: install the package `chromium` to look at the page")


_LONGEST_SECONDS = 400
"""A busy machine takes long over all pages of a report; a browser that hangs ends the test all the same."""


def chromium(profile, *arguments):
    """Run the browser once in a new profile; gives what it printed."""
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_SECONDS, check=True)


def measured(page, profile, width, measuring):
    """What a script finds in a page inside a frame so many pixels wide.

    Args:
        page: The file; the ruler is written beside it.
        profile: Folder for the browser.
        width: Of the frame, pixels.
        measuring: JavaScript that sets ``out.textContent`` to JSON; has ``doc``, ``all(selector)`` and ``WIDTH``.
    """
    ruler = page.with_name(f"ruler_{width}.html")
    text = _RULER.replace("PAGE", page.name).replace("MEASURING", measuring).replace("WIDTH", str(width))
    ruler.write_text(text, encoding="utf-8")
    arguments = ("--window-size=1400,1000", "--virtual-time-budget=5000", "--dump-dom")
    done = chromium(profile, *arguments, ruler.as_uri())
    return json.loads(unescape(re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)[1]))


_RULERS = """<!DOCTYPE html><title>measuring</title><pre id="out"></pre>
<iframe id="page" style="height:900px;border:0"></iframe>
<script>
const measure = async (doc, all, WIDTH) => { MEASURING };
const loaded = (name) => new Promise((done) => { page.onload = done; page.src = name; });
(async () => {
  const found = [];
  for (const name of NAMES) {
    page.style.width = "1280px";
    await loaded(name);
    for (const width of WIDTHS) {
      page.style.width = width + "px";
      const doc = page.contentDocument, all = (what) => [...doc.querySelectorAll(what)];
      try { found.push([name, width, await measure(doc, all, width)]); }
      catch (error) { found.push([name, width, { failed: String(error) }]); }
    }
  }
  out.textContent = JSON.stringify(found);
})();
</script>"""


def measured_all(folder, names, profile, widths, measuring):
    """What a script finds in several pages at several widths, in one run of the browser.

    Args:
        folder: Where the pages are; the ruler is written there.
        names: Their paths below it.
        profile: Folder for the browser.
        widths: Of the frame, pixels.
        measuring: JavaScript that returns a value; has ``doc``, ``all(selector)`` and ``WIDTH``.

    Returns:
        What it found, by name and width.
    """
    ruler = folder / "ruler.html"
    text = _RULERS.replace("MEASURING", measuring).replace("NAMES", json.dumps(names))
    ruler.write_text(text.replace("WIDTHS", json.dumps(widths)), encoding="utf-8")
    arguments = ("--window-size=1400,1000", "--virtual-time-budget=120000", "--dump-dom")
    done = chromium(profile, *arguments, ruler.as_uri())
    said = json.loads(unescape(re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)[1]))
    return {(name, width): found for name, width, found in said}
