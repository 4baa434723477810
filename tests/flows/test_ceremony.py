"""Sessions of custodians, as commands: issue, verify, and the loss of any one custodian."""

import json
import shutil

import pytest

from flows import ceremony
from flows.ceremony import recover_custody
from flows.engine import run_steps
from flows.run import open_run
from governance.errors import PolicyRefusal
from governance.keys import files as key_files
from governance.keys.ring import KeyRing
from governance.keys.shares import CUSTODIANS
from governance.ledger import Event, Ledger
from tests.lib.command import here
from tests.lib.machines import machine
from tests.lib.toy import PERIOD


@pytest.fixture
def real(toy, capsys):
    """The toy project with keys that nobody else can make."""
    shutil.rmtree(toy / "keys")
    assert here(capsys, "keys", "new", toy).code == 0
    return toy


@pytest.fixture
def sticks(real, tmp_path):
    """The custodians' folders, each on a stick."""
    return away(real, tmp_path)


def away(project, tmp_path):
    """Move each custodian's folder to a stick."""
    found = {}
    for holder in CUSTODIANS.values():
        found[holder] = tmp_path / f"stick_{holder}"
        found[holder].mkdir()
        (project / "keys" / holder).rename(found[holder] / holder)
    return found


def root_of(folder, *sticks):
    """The bytes of the root, for comparison."""
    return KeyRing(folder / "keys", *sticks).root(open_day()).reveal()


def open_day():
    """Today, as the commands see it."""
    return ceremony.now().date()


@pytest.mark.parametrize("lost", sorted(CUSTODIANS.values()))
def test_losing_a_custodian_is_recovered_from(real, sticks, capsys, lost):
    """The root stays, the successor's share works with either other, and the lost one with none."""
    others = [stick for holder, stick in sticks.items() if holder != lost]
    before = root_of(real, *others)
    done = here(capsys, "keys", "recover", real, "--lost", lost, "--with", others[0], "--with", others[1], "--json")

    assert done.code == 0, done.err
    for stick in others:
        assert root_of(real, stick) == before  # the successor's folder is below keys/
    shutil.rmtree(real / "keys" / lost)
    for path in (real / "keys" / "public").glob(f"{lost}.json"):
        path.unlink()  # else the lost stick's key would be told from its successor's by its public copy
    with pytest.raises(PolicyRefusal):
        root_of(real, sticks[lost], others[0])
    assert root_of(real, *others) == before


def test_a_successor_may_bring_a_key_of_their_own(real, sticks, capsys, tmp_path):
    """Made on the successor's machine; the session sees the public copy."""
    own = shutil.copytree(real, tmp_path / "own", ignore=shutil.ignore_patterns("keys"))
    assert here(capsys, "keys", "new", own, "--holder", "custodian_b").code == 0
    others = [word for holder in ("custodian_a", "custodian_r") for word in ("--with", sticks[holder])]
    public = own / "keys/public/custodian_b.json"
    done = here(capsys, "keys", "recover", real, "--lost", "custodian_b", "--public", public, *others)

    assert done.code == 0, done.err
    assert not KeyRing(real / "keys").holds("custodian_b")
    two = (sticks["custodian_a"], sticks["custodian_r"])
    assert root_of(real, own / "keys", sticks["custodian_a"]) == root_of(real, *two)


@pytest.mark.parametrize("writes", range(8))
def test_a_recovery_that_is_cut_off_leaves_two_shares_that_fit(real, monkeypatch, writes):
    """Killed before any of its writes: the two others, or the new ones, still open the same root."""
    before = root_of(real)
    done = []

    def write_file(path, content):
        if len(done) == writes:
            raise KeyboardInterrupt
        done.append(path)
        kept(path, content)

    kept = key_files.write_file
    monkeypatch.setattr(key_files, "write_file", write_file)
    try:
        recover_custody(real, lost="custodian_b")
    except KeyboardInterrupt:
        assert len(done) == writes
    monkeypatch.undo()

    assert root_of(real) == before


def test_one_custodian_alone_can_do_nothing(real, sticks, capsys):
    """Neither issue nor recover."""
    alone = ("--with", sticks["custodian_a"])
    issued = here(capsys, "keys", "issue", real, *alone, "--json")
    recovered = here(capsys, "keys", "recover", real, "--lost", "custodian_b", *alone, "--json")

    assert [done.json["error"]["code"] for done in (issued, recovered)] == ["E-KEY-CUSTODIANS"] * 2
    assert (issued.code, recovered.code) == (2, 2)


def test_a_new_epoch_is_issued_and_encoded(toy, tmp_path, capsys):
    """Without the custodians a new epoch cannot be encoded; after a session of two it can."""
    sticks = away(toy, tmp_path)
    path = toy / "project.yaml"
    path.write_text(path.read_text("utf-8") + "linkage:\n  epoch: e2\n", "utf-8")
    with pytest.raises(PolicyRefusal, match="No encoding keys were issued"):
        run_steps(open_run(toy, PERIOD), [("pseudonymise", "housing")], plain=True)
    two = [word for holder in ("custodian_a", "custodian_r") for word in ("--with", sticks[holder])]
    done = here(capsys, "keys", "issue", toy, "--source", "housing", "--until", "2027-01-31", *two, "--json")

    assert [one["id"] for one in done.json["result"]["issued"]] == ["issued_housing_e2"]
    run_steps(open_run(toy, PERIOD), [("pseudonymise", "housing")], plain=True)
    assert open_run(toy, PERIOD).ledger.entries()[-1].facts["step"] == "pseudonymise"


def test_a_session_on_a_machine_that_signs_nothing(toy, tmp_path, capsys):
    """Custodians may meet where no run ever happens: with the config, public copies and their sticks only."""
    sticks = away(toy, tmp_path)
    meeting = machine(toy, tmp_path / "meeting", [])
    a, b = sticks["custodian_a"], sticks["custodian_b"]
    done = here(capsys, "keys", "issue", meeting, "--until", "2027-01-31", "--with", a, "--with", b, "--json")

    assert done.code == 0, done.out
    assert (meeting / "keys/source_housing/issued_housing_e1.json").exists()
    assert [entry.event for entry in Ledger(meeting / "ledger").entries()] == [Event.KEYS_ISSUED]


def test_the_yearly_recovery_test_opens_every_share(real, sticks, capsys):
    """With all three sticks everything is opened; one spoilt share is named."""
    words = [word for stick in sticks.values() for word in ("--with", stick)]
    assert here(capsys, "keys", "verify", real, *words).code == 0
    path = sticks["custodian_r"] / "custodian_r" / "root_r.json"
    content = json.loads(path.read_text())
    content["secret"] = json.loads((sticks["custodian_a"] / "custodian_a/root_a.json").read_text())["secret"]
    path.write_text(json.dumps(content))
    done = here(capsys, "keys", "verify", real, *words)

    assert done.code == 2
    assert "root_r" in done.err


def test_a_custodian_that_does_not_exist(real, capsys):
    """Named, with those there are."""
    done = here(capsys, "keys", "recover", real, "--lost", "custodian_z")

    assert done.code == 3
    assert "custodian_a, custodian_b, custodian_r" in done.err


def test_a_new_root_is_made_by_two_custodians_with_their_sticks(toy, tmp_path, capsys):
    """New shares lie on the sticks beside the old ones; the absent custodian's waits below keys/ to be carried."""
    sticks = away(toy, tmp_path)
    path = toy / "project.yaml"
    path.write_text(path.read_text("utf-8") + "linkage:\n  epoch: e2\n", "utf-8")
    a, b = sticks["custodian_a"], sticks["custodian_b"]
    before = KeyRing(toy / "keys").root_info().fingerprint
    done = here(capsys, "keys", "rekey", toy, "--with", a, "--with", b, "--json")

    assert done.code == 0, done.out
    ring = KeyRing(toy / "keys", a, b)
    assert ring.root_info().fingerprint != before
    assert ring.root(open_day())
    assert sorted(one.name for one in (a / "custodian_a").iterdir()) == [
        "custodian_a.json",
        "root_a.json",
        next(name for name in done.json["result"]["retired"] if name.startswith("root_a")) + ".json",
    ]
    assert (toy / "keys/custodian_r/root_r.json").exists()
    with pytest.raises(PolicyRefusal, match="`root_r` is damaged, or holds another key"):
        KeyRing(toy / "keys", *sticks.values()).root(open_day())  # until the new share has been carried to the stick
    shutil.move(toy / "keys/custodian_r/root_r.json", sticks["custodian_r"] / "custodian_r/root_r.json")
    assert KeyRing(toy / "keys", a, sticks["custodian_r"]).root(open_day()).reveal() == ring.root(open_day()).reveal()
