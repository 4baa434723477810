"""What ships for servers is shut as far as joinedup lets it be, and lets it do what it does."""

import re
import shutil
import subprocess

import pytest

from tests.lib.command import REPOSITORY

UNIT = REPOSITORY / "deploy" / "joinedup.service"
SHUT = {
    "ProtectSystem": "strict", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "IPAddressDeny": "any",
    "IPAddressAllow": "localhost", "UMask": "0077", "LimitCORE": "0", "KillSignal": "SIGINT",
}  # fmt: skip
"""Read-only but for the project, no privileges, this machine alone, and stopped as Ctrl-C stops it."""


def test_the_unit_is_shut():
    """Each line that the guide promises."""
    said = dict(re.findall(r"^([A-Za-z]+)=(.*)$", UNIT.read_text("utf-8"), re.MULTILINE))

    assert {name: said.get(name) for name in SHUT} == SHUT
    assert said["ReadWritePaths"] in said["ExecStart"]


def test_the_unit_lets_us_limit_ourselves():
    """Core dumps and the memory of parsers are limited with calls that a filter of `@resources` would end us for."""
    assert "~@privileged @resources" not in UNIT.read_text("utf-8")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd's own reader")
def test_systemd_finds_little_to_shut():
    """Its own measure, from 0 (shut) to 10; every line is one that it knows."""
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15", str(UNIT)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert "Unknown" not in done.stderr
    assert done.returncode == 0, done.stdout.splitlines()[-1:]


def test_the_container_fetches_nothing_and_is_nobody():
    """It is built from the bundle, by digest, and does not run as root."""
    text = (REPOSITORY / "deploy" / "Containerfile").read_text("utf-8")
    installs = re.findall(r"pip install [^\n]*", text)

    assert len(installs) == 2
    assert all("--no-index" in line for line in installs)
    assert "--require-hashes" in installs[0]
    assert re.search(r"^USER joinedup$", text, re.MULTILINE)
