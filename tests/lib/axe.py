"""axe-core (Deque, MPL-2.0) in headless Chromium: WCAG 2.2 A and AA, and good practice.

It is fetched when a test first asks for it and is no part of the repository: out of a wheel that carries it, by its
hash, so that what installs joinedup installs this, and nothing that drives a browser comes along. Where it cannot be
had such tests are skipped, and fail where a browser is required.
"""

import json
import re
import subprocess
import sys
import zipfile

from tests.lib.browser import measured, measured_all, not_here

WHEEL = "axe-playwright-python==0.1.8 --hash=sha256:fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8"
"""Carries axe-core 4.12.1. Nothing else of it is used, so it is not installed: it would bring a browser driver."""
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


_LISTENING_ALL = """
  if (!page.contentWindow.axe) {
    const script = doc.createElement("script");
    script.textContent = AXE;
    doc.head.append(script);
  }
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await page.contentWindow.axe.run(doc.documentElement, { runOnly: rules });
  return {
    passed: found.passes.length,
    wrong: found.violations.map((one) => one.id + ": " + one.nodes.slice(0, 3).map((node) => node.target)),
  };
"""


def fetched(place):
    """The script of axe-core, from a wheel whose hash is known."""
    (place / "wheel.txt").write_text(f"{WHEEL}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--requirement", "wheel.txt"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        not_here("pip cannot fetch the wheel that carries axe-core")
    with zipfile.ZipFile(next(place.glob("*.whl"))) as packed:
        return packed.read("axe_playwright_python/axe.min.js")


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


def listened_to_all(folder, names, profile, script, widths):
    """The same for several pages at several widths, in one run of the browser; by name and width.

    Args:
        folder: Where the pages are; copies without :data:`POLICY` are written to a folder in it.
        names: Their paths below it.
        profile: Folder for the browser.
        script: From :func:`fetched`.
        widths: Of the pages, pixels.
    """
    for name in names:
        copy = folder / "scripted" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(POLICY.sub("", (folder / name).read_text("utf-8")), encoding="utf-8")
    written = json.dumps(script.decode("utf-8")).replace("</", "<\\/")
    listening = _LISTENING_ALL.replace("AXE", written)
    return measured_all(folder / "scripted", names, profile, widths, listening)
