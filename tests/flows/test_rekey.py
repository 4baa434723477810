"""A new epoch: every record gets a new pseudonym, everybody keeps their id, and counts prove that nothing was lost."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import ceremony, cli
from flows.engine import run_steps
from flows.run import open_run
from governance.errors import InternalError
from governance.keys import files as key_files
from governance.keys.rekey import carried_over, translation
from governance.keys.ring import KeyRing, fingerprint_of
from governance.ledger import Event, Ledger
from governance.store import current, read_manifest, read_table
from tests.lib.command import here
from tests.lib.toy import PERIOD

NEXT = "2026-11"


def with_second_month(toy_month, root):
    """The toy project with a second month of the same people but one, whose record is gone; the first one has run."""
    shutil.copytree(toy_month, root)
    (root / "extracts" / NEXT).mkdir()
    for path in (root / "extracts" / PERIOD).iterdir():
        lines = path.read_text("utf-8").splitlines(keepends=True)
        (root / "extracts" / NEXT / path.name).write_text("".join(lines[:-1]), "utf-8")
    return root


@pytest.fixture
def two_months(toy_month, tmp_path):
    """Those two months, the second one not yet run, for this test alone."""
    return with_second_month(toy_month, tmp_path / "toy")


@pytest.fixture(scope="module")
def _rekeyed(toy_month, tmp_path_factory):
    root = with_second_month(toy_month, tmp_path_factory.mktemp("rekeyed") / "toy")
    before = index(root, PERIOD)
    new_epoch(root)
    assert cli.run(["keys", "rekey", str(root)]) == 0
    run_month(root, NEXT)
    return root, before


@pytest.fixture
def rekeyed(_rekeyed, tmp_path):
    """The same after a new epoch began with the second month; and the index of the first, as it was before."""
    root, before = _rekeyed
    return Path(shutil.copytree(root, tmp_path / "toy")), before


def new_epoch(root):
    """Change the epoch, as a signed change of config would."""
    path = root / "project.yaml"
    path.write_text(path.read_text("utf-8") + "linkage:\n  epoch: e2\n", "utf-8")


def index(root, period):
    """(source, record id) -> person id, as the analysis zone has it."""
    run = open_run(root, period)
    table = read_table(
        current(run.zone("analysis", period, "index")), "person_index", run.ring.zone_private("analysis", run.today)
    )
    return {(row["source"], row["record_id"]): row["person_id"] for row in table.to_pylist()}


def run_month(root, period):
    """One whole month."""
    run_steps(open_run(root, period), [("period", "")], plain=True)


def test_everybody_keeps_their_id_under_new_record_ids(rekeyed):
    """As in a month without a new epoch; and no record id is what it was."""
    root, before = rekeyed
    after = index(root, NEXT)
    manifest = read_manifest(current(root / f"zones/linkage/{NEXT}/out"))

    assert not set(before) & set(after)
    assert len(after) == len(before) - 2  # one record of each source is gone
    assert set(after.values()) <= set(before.values())
    assert len(set(after.values())) >= len(set(before.values())) - 2
    assert manifest["rekeyed"] == {
        "from_epoch": "e1",
        "sources": ["gp_register", "housing"],
        "rows": len(after),
        "distinct_before": len(after),
        "distinct_after": len(after),
    }


def test_nothing_that_joins_the_epochs_is_left(rekeyed):
    """Translations go once the index is carried over, and the ledger says so; the month can be run again."""
    root, _ = rekeyed
    once = index(root, NEXT)

    assert not list((root / "zones").rglob("record_translation*"))
    [entry] = [one for one in Ledger(root / "ledger").entries() if one.event is Event.INDEX_REKEYED]
    assert entry.facts == {"period": NEXT, "sources": 2, "epoch": "e2", "from_epoch": "e1"}
    run_month(root, NEXT)
    assert index(root, NEXT) == once


def test_a_source_that_destroyed_its_earlier_keys_translates_nothing(two_months, capsys):
    """Its records begin anew; those of the others are carried over."""
    before = index(two_months, PERIOD)
    new_epoch(two_months)
    here(capsys, "keys", "rekey", two_months)
    for path in two_months.glob("keys/*/issued_housing_e1.json"):
        path.unlink()
    run_month(two_months, NEXT)
    manifest = read_manifest(current(two_months / f"zones/linkage/{NEXT}/out"))

    assert manifest["rekeyed"]["sources"] == ["gp_register"]
    assert set(index(two_months, NEXT).values()) <= set(before.values())  # the register alone carries them


@pytest.mark.parametrize("held", [True, False], ids=["held", "destroyed"])
def test_a_copy_saved_anew_is_told_while_the_earlier_keys_are_there(two_months, capsys, held):
    """What the ledger has of the epoch before is keyed with its keys; without them only bytes tell a copy."""
    lines = (two_months / "extracts" / PERIOD / "housing.csv").read_text("utf-8").splitlines()
    (two_months / "extracts" / NEXT / "housing.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]), "utf-8")
    new_epoch(two_months)
    here(capsys, "keys", "rekey", two_months)
    if not held:
        for path in two_months.glob("keys/*/issued_housing_e1.json"):
            path.unlink()

    done = here(capsys, "pseudonymise", two_months, "--source", "housing", "--plain", "--json")

    told = done.json["error"]["code"] if "error" in done.json else ""
    assert told == ("E-EXTRACT-REPEATED" if held else "")


def test_rekey_needs_an_epoch_that_was_never_used(two_months, capsys):
    """Two roots under one epoch could not be told apart."""
    done = here(capsys, "keys", "rekey", two_months, "--json")

    assert (done.code, done.json["error"]["code"]) == (3, "E-KEY-EPOCH")


def test_rekey_draws_a_new_root_and_keeps_the_old_to_be_destroyed(two_months, capsys):
    """Codes of the two roots share nothing; the old shares are kept, retiring, under their fingerprint."""
    old = open_run(two_months, PERIOD).ring.root_info()
    new_epoch(two_months)
    done = here(capsys, "keys", "rekey", two_months, "--json").json["result"]
    ring = open_run(two_months, PERIOD).ring

    assert ring.root_info().fingerprint != old.fingerprint
    states = {info.id: info.state for info in ring.infos() if info.kind == "root"}
    assert sorted(states.values()) == ["active"] * 3 + ["retiring"] * 3
    assert done["under_the_old_key"] == 2  # two packages of views
    assert {info["id"] for info in done["issued"]} == {"issued_gp_register_e2", "issued_housing_e2"}


@pytest.mark.parametrize("writes", range(20))
def test_a_session_that_was_cut_off_is_finished_by_the_next(toy, capsys, monkeypatch, writes):
    """Killed before any of its writes to keys: the old root still opens, or the same command finishes."""
    old = KeyRing(toy / "keys").root(ceremony.now().date()).reveal()
    new_epoch(toy)
    done = []

    def write_file(path, content):
        if len(done) == writes:
            raise KeyboardInterrupt
        done.append(path)
        kept(path, content)

    kept = key_files.write_file
    monkeypatch.setattr(key_files, "write_file", write_file)
    with pytest.raises(KeyboardInterrupt):
        ceremony.rekey_root(toy)
    monkeypatch.undo()
    again = here(capsys, "keys", "rekey", toy, "--json")
    if again.json.get("error", {}).get("code") == "E-KEY-EPOCH":  # all was done but issuing
        again = here(capsys, "keys", "issue", toy, "--json")

    assert again.code == 0, again.out
    ring = KeyRing(toy / "keys")
    assert fingerprint_of(ring.root(ceremony.now().date()).reveal()) == ring.root_info().fingerprint
    assert ring.root(ceremony.now().date()).reveal() != old
    assert not list(toy.glob("keys/*/*_next.json"))
    states = sorted(info.state for info in ring.infos() if info.kind == "root")
    assert states == ["active"] * 3 + ["retiring"] * 3
    assert len([info for info in ring.infos() if info.kind == "issued" and info.epoch == "e2"]) == 2


# --- the counting itself ----------------------------------------------------------------------------------

IDS = st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20, unique=True)


def local(ids):
    """A source's own ids beside pseudonyms."""
    return pa.table({"local_id": [f"r{n}" for n in range(len(ids))], "record_id": pa.array(ids, pa.int64())})


@given(IDS, IDS)
def test_a_translation_is_one_to_one(earlier, later):
    """Whatever the pseudonyms are."""
    size = min(len(earlier), len(later))
    before, after = local(earlier[:size]), local(later[:size])
    table, proof = translation(before, after, after["record_id"])

    assert dict(zip(table["earlier_id"].to_pylist(), table["record_id"].to_pylist(), strict=True)) == dict(
        zip(earlier, later, strict=False)
    )
    assert (proof.rows, proof.distinct_before, proof.distinct_after) == (size, size, size)


@given(IDS, st.data())
def test_an_index_is_carried_over_whole(ids, data):
    """Every translated record keeps its person; no record of a source that did not translate is left."""
    translated = data.draw(st.integers(0, len(ids)))
    people = [f"p{n % 3}" for n in range(len(ids))]
    index = pa.table({"source": ["a"] * len(ids), "record_id": pa.array(ids, pa.int64()), "person_id": people})
    table = pa.table(
        {"earlier_id": pa.array(ids[:translated], pa.int64()), "record_id": pa.array(range(translated), pa.int64())}
    )
    carried, proof = carried_over(index, {"a": table})

    assert dict(zip(carried["record_id"].to_pylist(), carried["person_id"].to_pylist(), strict=True)) == {
        number: people[number] for number in range(translated)
    }
    assert proof.one_to_one
    assert proof.rows == translated


@pytest.mark.parametrize(
    ("earlier", "later", "sent"),
    [([1, 2], [5, 5], [5]), ([1, 1], [5, 6], [5, 6]), ([1, 2], [5, 6], [5, 6, 7])],
    ids=["two become one", "one becomes two", "one is lost"],
)
def test_what_is_not_one_to_one_is_refused(earlier, later, sent):
    """Before anything is written."""
    with pytest.raises(InternalError, match="one to one"):
        translation(local(earlier), local(later), pa.chunked_array([sent], pa.int64()))


def test_two_records_that_would_become_one_are_refused():
    """By the linkage zone too, which believes no source's counts."""
    index = pa.table({"source": ["a", "a"], "record_id": [1, 2], "person_id": ["p", "q"]})
    table = pa.table({"earlier_id": [1, 2], "record_id": [7, 7]})

    with pytest.raises(InternalError, match="one to one"):
        carried_over(index, {"a": table})


def test_nobody_who_opted_out_is_translated():
    """Nothing is said of a record that does not leave its source."""
    before, after = local([1, 2, 3]), local([4, 5, 6])
    table, _ = translation(before, after, pa.chunked_array([[4, 6]], pa.int64()))

    assert table["earlier_id"].to_pylist() == [1, 3]
