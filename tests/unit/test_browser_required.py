"""Where a browser is required, its absence fails a test; elsewhere it skips it."""

import pytest

from tests.lib import axe, browser


def test_without_a_browser_tests_are_skipped_unless_it_is_required(monkeypatch):
    """A gate that skips what it was to check passes anything."""
    monkeypatch.setattr(browser, "CHROMIUM", None)
    monkeypatch.delenv(browser.REQUIRED, raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        browser.need_chromium()
    monkeypatch.setenv(browser.REQUIRED, "1")
    with pytest.raises(pytest.fail.Exception, match="no Chromium"):
        browser.need_chromium()


def test_without_axe_a_required_look_fails(monkeypatch, tmp_path):
    """The same where the wheel cannot be had."""
    monkeypatch.setattr(axe, "WHEEL", "axe-core-of-nowhere @ file:///nowhere/axe.whl")
    monkeypatch.setenv(browser.REQUIRED, "1")

    with pytest.raises(pytest.fail.Exception, match="carries axe-core"):
        axe.fetched(tmp_path)
