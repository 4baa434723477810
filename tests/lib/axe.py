"""axe-core (Deque, MPL-2.0) in headless Chromium: WCAG 2.2 A and AA, and good practice.

It is fetched with npm when a test first asks for it and is no part of the repository; without npm or a network such
tests are skipped.
"""

import re
import shutil
import subprocess
import tarfile

import pytest

from tests.lib.browser import measured

AXE = "axe-core@4.14.1"
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="[^"]*">')
"""Forbids scripts on our pages: taken out of the copy that axe looks at."""

_LISTENING = """
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


def fetched(place):
    """The script of axe-core, from npm."""
    if shutil.which("npm") is None:
        pytest.skip("no npm on this machine: axe-core is fetched with it")
    done = subprocess.run(
        ["npm", "pack", AXE, "--silent"], cwd=place, capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        pytest.skip("npm cannot reach a registry, so axe-core is not here")
    with tarfile.open(next(place.glob("*.tgz"))) as packed:
        return packed.extractfile("package/axe.min.js").read()


def listened(page, profile, script, width=1280):
    """What axe finds on a page: rules that passed, and what is wrong by rule and place.

    Args:
        page: The file; a copy without :data:`POLICY` is written beside it.
        profile: Folder for the browser.
        script: From :func:`fetched`.
        width: Of the page, pixels.
    """
    copy = page.with_name(f"scripted_{page.name}")
    copy.write_text(POLICY.sub("", page.read_text("utf-8")), encoding="utf-8")
    page.with_name("axe.min.js").write_bytes(script)
    return measured(copy, profile, width, _LISTENING)
