"""Issued subkeys: a source encodes with what it was issued, for one epoch and a time, and nobody opens the root."""

import pickle
from dataclasses import replace
from datetime import date, timedelta

import pytest

from flows.engine import run_steps
from flows.run import open_run
from governance.errors import PolicyRefusal
from governance.keys.demo import TEST_ROOT
from governance.keys.files import KeyFiles, KeyInfo, Secret
from governance.keys.issue import ENCODING_FIELDS, IssuedKeys, contexts, record_context
from governance.keys.making import issue, session
from governance.keys.ring import KeyRing, Uses, is_demo, kid_of, new_keys
from governance.keys.shares import CUSTODIANS
from governance.settings import Linkage
from linkage.encode import EncodingKeys
from tests.lib.toy import PERIOD

DAY = date(2025, 10, 14)
USES = Uses(project="northmoor", purpose="planning", epoch="e1")


@pytest.fixture
def folder(tmp_path):
    """Real keys of one project, with subkeys issued to two sources."""
    new_keys(tmp_path, project="northmoor", sources=["housing", "gp"], today=DAY, uses=USES)
    return tmp_path


class Asked:
    """Remembers what it was asked for."""

    def __init__(self):
        self.contexts = set()

    def subkey(self, *context):
        """Any key will do."""
        self.contexts.add(context)
        return Secret(bytes(32))


@pytest.mark.parametrize("swapped", [True, False])
def test_the_encoding_asks_for_nothing_that_is_not_issued(swapped):
    """What linkage derives and what custodians issue are one list."""
    asked = Asked()

    EncodingKeys.derive(asked, project="northmoor", purpose="planning", linkage=Linkage(swapped_names=swapped))

    assert asked.contexts <= set(contexts(USES, "housing"))
    assert swapped or {context[3] for context in asked.contexts} == set(ENCODING_FIELDS)


def test_issued_keys_are_subkeys_of_the_root(folder):
    """A source with issued keys encodes as the root itself would."""
    ring = KeyRing(folder)
    root, issued = ring.root(DAY), ring.encoding("housing", USES, DAY)

    for context in contexts(USES, "housing"):
        assert issued.subkey(*context).reveal() == root.subkey(*context).reveal()
    assert issued.kid == kid_of(ring.root_info().fingerprint)


def test_a_source_has_no_other_sources_record_key(folder):
    """Record pseudonyms of another source cannot be made, nor keys of another epoch or purpose."""
    issued = KeyRing(folder).encoding("housing", USES, DAY)

    for uses, source in (
        (USES, "gp"),
        (replace(USES, epoch="e2"), "housing"),
        (replace(USES, purpose="research"), "housing"),
    ):
        with pytest.raises(PolicyRefusal, match="No encoding keys were issued to source `housing`") as refusal:
            issued.subkey(*record_context(uses, source))
        assert refusal.value.code == "E-KEY-ISSUED"


def test_a_new_epoch_needs_the_custodians(folder):
    """Nothing was issued for it."""
    with pytest.raises(PolicyRefusal, match="keys issue"):
        KeyRing(folder).encoding("housing", replace(USES, epoch="e2"), DAY)


def test_issued_keys_are_sealed_to_the_source(folder):
    """Another source that gets hold of the file opens nothing with its own key."""
    (folder / "source_housing" / "zone_source_housing.json").unlink()

    with pytest.raises(PolicyRefusal, match="`zone_source_housing` is not held here"):
        KeyRing(folder).encoding("housing", USES, DAY)


def test_issued_keys_end_when_the_custodians_said(folder):
    """On the day after, a scheduled run is refused until they are issued again."""
    store, ring = KeyFiles(folder), KeyRing(folder)
    until = DAY + timedelta(days=30)
    issue(store, session("northmoor", DAY), ring.root(DAY), USES, ["housing"], until)

    assert ring.encoding("housing", USES, until).info.not_after == "2025-11-13"
    with pytest.raises(PolicyRefusal, match="valid from 2025-10-14 to 2025-11-13"):
        ring.encoding("housing", USES, until + timedelta(days=1))


def test_issued_keys_never_outlive_the_root(folder):
    """Whatever day is asked for."""
    store, ring = KeyFiles(folder), KeyRing(folder)
    issue(store, session("northmoor", DAY), ring.root(DAY), USES, ["housing"], date(2099, 1, 1))

    assert ring.info("issued_housing_e1").not_after == ring.root_info().not_after


def test_issued_keys_do_not_print_or_pickle(folder):
    """As every secret."""
    issued = KeyRing(folder).encoding("housing", USES, DAY)

    assert repr(issued) == "IssuedKeys(…)"
    with pytest.raises(TypeError):
        pickle.dumps(issued)


def test_a_period_runs_without_any_custodian(toy):
    """Scheduled runs open issued keys: shares and custodians' keys are nowhere near."""
    for who in CUSTODIANS.values():
        for path in (toy / "keys" / who).iterdir():
            path.unlink()

    done = run_steps(open_run(toy, PERIOD), [("pseudonymise", "gp_register"), ("pseudonymise", "housing")], plain=True)

    assert [one["source"] for one in done] == ["gp_register", "housing"]


def test_the_key_of_the_known_answers_is_refused_like_a_demo_key(folder):
    """It is published in the repository, so production must not take it, marked or not."""
    store, ring = KeyFiles(folder), KeyRing(folder)
    [info] = issue(store, session("northmoor", DAY), Secret(TEST_ROOT), USES, ["housing"])

    assert is_demo(info)
    assert not [one.id for one in ring.infos() if one.id != info.id and is_demo(one)]


def test_issued_keys_of_a_demo_root_are_known(tmp_path):
    """Without their mark."""
    infos = new_keys(tmp_path, project="northmoor", sources=["gp"], today=DAY, demo=True, uses=USES)
    [issued] = [info for info in infos if info.kind == "issued"]

    assert is_demo(replace(issued, demo=False))
    assert isinstance(issued, KeyInfo)
    assert isinstance(KeyRing(tmp_path).encoding("gp", USES, DAY), IssuedKeys)
