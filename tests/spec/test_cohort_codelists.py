"""Spec: the digest that stands with every result covers a definition's meaning and the codes it rests on."""

import pytest

from cohorts.codelists import content_sha256
from cohorts.manifest import describe_definitions
from governance.settings import ExtractFile
from tests.lib.cohorts import counted, definition, need, query, seen, source

MEANING = definition(query(need("drink", seen("substance_use")), need("visits", counted("ed.attendance", 2))))


def hospital(**changed: object):
    """A source that maps two needs and two kinds."""
    needs = {"need": {"column": "code", "values": {"1": "substance_use", "2": "frailty"}}, "from": "day"}
    events = [{"kind": "ed.attendance", "start": "day"}, {"kind": "apc.admission", "start": "day", "end": "until"}]
    needs = {**needs, "strength": "indicated"} | dict(changed.get("needs", {}))
    file = {
        "id": "visits",
        "path": "visits.csv",
        "grain": "both",
        "columns": {name: {"class": "event_field"} for name in ("day", "until", "code", "ward")},
        "events": changed.get("events", events),
        "needs": [needs],
    }
    return source("hospital", ExtractFile.model_validate(file, strict=False))


BASE = content_sha256(MEANING, [hospital()])


@pytest.mark.parametrize(
    "changed",
    [
        {"needs": {"need": {"column": "code", "values": {"1": "substance_use", "3": "substance_use"}}}},
        {"needs": {"strength": "diagnosed"}},
        {"needs": {"where": {"ward": ["A"]}}},
        {"events": [{"kind": "ed.attendance", "start": "until"}]},
    ],
    ids=["one more code", "stronger", "fewer rows", "another day"],
)
def test_what_a_result_rests_on_changes_its_digest(changed):
    """A code, a strength, a condition or a date that the definition looks at."""
    assert content_sha256(MEANING, [hospital(**changed)]) != BASE


@pytest.mark.parametrize(
    "changed",
    [
        {"needs": {"need": {"column": "code", "values": {"1": "substance_use", "2": "care_need"}}}},
        {"events": [{"kind": "ed.attendance", "start": "day"}]},
    ],
    ids=["another need's code", "another kind"],
)
def test_what_it_does_not_look_at_does_not(changed):
    """So a result stays recognisable while a source file grows."""
    assert content_sha256(MEANING, [hospital(**changed)]) == BASE


def test_it_stands_with_every_result():
    """In the manifest that counts are published with, beside the digest of the meaning alone."""
    [told] = describe_definitions([MEANING], [hospital()])

    assert (told["content_sha256"], told["sha256"]) == (BASE, MEANING.sha256)
