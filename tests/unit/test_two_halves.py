"""The two halves of a source are made at once, and neither can touch what the other has."""

import re
from threading import Event, Lock

import pytest

from flows import two_halves
from flows.run import open_run
from flows.two_halves import both, make_halves
from governance.errors import BadInput, PolicyRefusal
from governance.intake.extracts import read_extracts
from tests.lib.toy import make_toy


def test_two_pieces_of_work_are_done_at_once():
    """Each waits for the other to have begun: one after the other would never end."""
    begun = Event(), Event()

    def meet(own, other):
        own.set()
        return other.wait(30)

    assert both(lambda: meet(*begun), lambda: meet(*reversed(begun))) == (True, True)


def test_an_error_is_told_when_both_have_ended():
    """Nothing goes on behind an error; of two errors the first one's is told, whichever came first."""
    ended = []

    def refuse(name, error):
        ended.append(name)
        raise error

    first = PolicyRefusal("first", why="", fix="", code="E-ONE")
    second = BadInput("second", why="", fix="", code="E-TWO")
    with pytest.raises(PolicyRefusal):
        both(lambda: refuse("first", first), lambda: refuse("second", second))
    assert sorted(ended) == ["first", "second"]
    with pytest.raises(BadInput):
        both(lambda: ended.append("third"), lambda: refuse("second", second))
    assert ended[2:] in (["third", "second"], ["second", "third"])


@pytest.fixture
def intake_of(tmp_path):
    """A source of the toy project, read: the run, the source, its intake and its keys."""
    run = open_run(make_toy(tmp_path), "latest")

    def read(source_id):
        source = run.bundle.source(source_id)
        key = run.record_key(source_id)
        intake = read_extracts(run.root, source, run.period, record_key=key, synthetic=True)
        return run, source, intake, run.encoding(source_id)

    return read


_MADE = re.compile(r"CREATE OR REPLACE (?:TABLE|VIEW|MACRO) (\w+)")


class _Noting:
    """A connection that notes what is made in the tables that both halves see."""

    def __init__(self, con, made):
        self._con, self._made = con, made

    def execute(self, query, *params):
        """As the connection does."""
        self._made.update(_MADE.findall(query))
        return self._con.execute(query, *params)

    def __getattr__(self, name):
        return getattr(self._con, name)


@pytest.mark.parametrize("source_id", ["gp_register", "housing"])
def test_each_half_has_tables_of_its_own(intake_of, source_id):
    """Two halves that made one table under one name would read each other's rows."""
    run, source, intake, issued = intake_of(source_id)
    payload, views = set(), set()

    two_halves._payload(run, source, _Noting(intake.con.cursor(), payload), issued, Lock())
    two_halves._views(run, source, _Noting(intake.con.cursor(), views), issued, Lock())

    assert {"person_row", "mapped_event"} <= payload
    assert {"identity", "soundex_code", "sampled"} <= views
    assert payload & views == set()


@pytest.mark.parametrize("half", ["record_tables", "encode"])
def test_a_half_that_is_refused_leaves_nothing(intake_of, monkeypatch, half):
    """Both halves are sealed in memory first: a refusal of one writes nothing of the other."""
    run, source, intake, issued = intake_of("housing")

    def refuse(*_, **__):
        raise PolicyRefusal("no", why="", fix="", code="E-PAYLOAD-IDENTIFIER")

    monkeypatch.setattr(two_halves, half, refuse)
    with pytest.raises(PolicyRefusal):
        make_halves(run, source, intake.con, issued)
    assert not (run.root / "zones").exists()
