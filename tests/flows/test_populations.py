"""A project that lists an estimate of its population gets rates out of it beside those out of its register."""

from hashlib import sha256
from pathlib import Path

import pytest

from tests.lib.command import here

ESTIMATE = "dimension,group,people\nall,all,900\n"


def list_estimate(root: Path, digest: str) -> None:
    """Put the estimate into the project; each digest on a line of its own, as configs have it."""
    (root / "lookups" / "ons.csv").write_text(ESTIMATE, encoding="utf-8")
    settings = ("- id: ons", "  title: ONS mid-2025 estimate", "  path: lookups/ons.csv", f"  sha256: {digest}")
    listed = "\n".join(("populations:", *settings, ""))
    path = root / "project.yaml"
    path.write_text(path.read_text("utf-8") + listed, encoding="utf-8")


@pytest.mark.parametrize(
    ("digest", "code"), [(sha256(ESTIMATE.encode()).hexdigest(), ""), ("0" * 64, "E-POPULATION-DIGEST")]
)
def test_a_listed_estimate_is_the_signed_one_and_is_named_on_the_page(capsys, toy, digest, code):
    """With its people as the denominator; another file is refused, because approval covers the digest."""
    list_estimate(toy, digest)
    for step in ("pseudonymise", "link", "cohorts"):
        done = here(capsys, step, toy, "--plain", "--json")

    if code:
        assert (done.code, done.json["error"]["code"]) == (2, code)
        return
    page = Path(done.json["result"]["pages"]["measures"]).read_text("utf-8")
    assert "people of ONS mid-2025 estimate" in page
    assert "900" in page
