"""A page in headless Chromium: measured in a frame of a given width, printed, or listened to.

The pages have no script, so a page of our own holds one in a frame and measures it.
"""

import json
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


def need_chromium():
    """Skip the test where there is no browser."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install the package `chromium` to look at the page")


def chromium(profile, *arguments):
    """Run the browser once in a new profile; gives what it printed."""
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


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
