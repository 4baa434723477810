"""One small synthetic ICS on disk and one in memory, made once for all demo tests."""

import pytest

from flows.demo.draws import Streams
from flows.demo.generate import PERIODS, make_ics
from flows.demo.timeline import make_timeline
from flows.demo.world import make_world


@pytest.fixture(scope="session")
def ics(tmp_path_factory):
    """A project of 2,500 people with its truth."""
    return make_ics(tmp_path_factory.mktemp("ics"), people=2500, seed=7)


@pytest.fixture(scope="session")
def world():
    """Twenty thousand people, not written down."""
    return make_world(Streams(11), make_timeline(PERIODS), people=20_000)
