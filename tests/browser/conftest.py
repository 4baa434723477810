"""What all browser tests share."""

import pytest

from tests.lib.axe import fetched
from tests.lib.browser import need_chromium


@pytest.fixture(scope="session")
def axe_core(tmp_path_factory):
    """The script of axe-core, fetched once."""
    need_chromium()
    return fetched(tmp_path_factory.mktemp("axe"))
