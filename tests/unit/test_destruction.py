"""Destruction: what is due, what is not, certificates that say what is true, and a call that was cut off."""

import json
from datetime import date
from hashlib import sha256

import pytest

from governance import destruction, dsse
from governance.clocks import clocks
from governance.destruction import Order, certificates, destroy, pending
from governance.errors import BadInput, PolicyRefusal
from governance.keys.ring import KeyRing
from governance.ledger import Event, Ledger, verify_ledger
from governance.policy.disk import read_held
from tests.lib.command import here
from tests.lib.governance import AT, DAY, demo_keys, edit_config, write_config

MONTHS = {
    "extracts": 3,
    "opt_out_lists": 3,
    "source_zone": 24,
    "linkage_zone": 24,
    "analysis_zone": 24,
    "released": 120,
}
ORDER = Order(by="R. Manager", backups="nightly tapes, overwritten after 90 days", at=AT)


def keep_for(data, months=None):
    """Retention by dataset, in a project file's data."""
    data.setdefault("governance", {})["retention"] = {
        "datasets": months or MONTHS,
        "keys": {"root": 12, "person": 12, "zone": 12, "signing": 24},
        "proof_kept_by": "Records manager",
    }


@pytest.fixture
def project(tmp_path):
    """Extracts and zones of three months; those of 2025-06 are due on 14 October 2025, the newer ones are not."""
    bundle = edit_config(write_config(tmp_path), "project.yaml", keep_for)
    demo_keys(bundle)
    for period in ("2025-06", "2025-07", "2025-09"):
        for folder in ("extracts", "zones/linkage", "zones/source/housing"):
            path = tmp_path / folder / period / "part"
            path.mkdir(parents=True)
            (path / "a.csv").write_text(f"{folder} {period}")
    return bundle


def here_of(bundle, day=DAY):
    """Every clock."""
    return clocks(bundle, read_held(bundle.root), day)


def destroy_now(bundle, chosen, order=ORDER):
    """Destroy, with the project's own keys."""
    signer = KeyRing(bundle.root / "keys").signing("signer", DAY)
    return destroy(bundle.root, chosen, order, signer, Ledger(bundle.root / "ledger", signer))


def test_clocks_run_from_the_end_of_a_period(project):
    """Three months after June ended is the first of October; the most urgent stands first."""
    first, second, third, *_ = here_of(project)

    assert (first.name, first.destroy_by, first.due) == ("extracts of 2025-06", date(2025, 10, 1), True)
    assert (second.name, second.destroy_by, second.due) == ("extracts of 2025-07", date(2025, 11, 1), False)
    assert (third.name, third.destroy_by) == ("extracts of 2025-09", date(2026, 1, 1))


@pytest.mark.parametrize(("day", "due"), [(date(2025, 9, 30), 0), (date(2025, 10, 1), 1)])
def test_something_is_due_from_the_day_it_has_to_be_gone(project, day, due):
    """Not the day before."""
    assert sum(clock.due for clock in here_of(project, day)) == due


def test_without_retention_by_dataset_the_projects_months_hold(tmp_path):
    """Nothing has no clock."""
    bundle = edit_config(write_config(tmp_path), "project.yaml", lambda data: data.pop("governance", None))
    (tmp_path / "extracts" / "2023-08").mkdir(parents=True)

    [clock] = here_of(bundle)

    assert (clock.months, clock.destroy_by, clock.due) == (24, date(2025, 9, 1), True)


def test_a_certificate_says_what_was_destroyed(project):
    """File by file with its digest, why, by whom, and what becomes of backups; signed, and in the ledger."""
    due = [clock for clock in here_of(project) if clock.due]

    [filed] = destroy_now(project, due)
    envelope = filed.path.read_bytes()
    public = KeyRing(project.root / "keys").signing("signer", DAY).public_key()
    from governance.verify import key_fingerprint

    statement, _ = dsse.opened(envelope, {key_fingerprint(public): public})
    entry = [one for one in Ledger(project.root / "ledger").entries() if one.event is Event.DATA_DESTROYED][-1]

    assert not (project.root / "extracts" / "2025-06").exists()
    assert (project.root / "extracts" / "2025-07").exists()
    assert statement["subject"] == [
        {
            "name": "extracts/2025-06/part/a.csv",
            "digest": {"sha256": sha256(b"extracts 2025-06").hexdigest()},
            "bytes": 16,
        }
    ]
    assert statement["predicate"]["by"] == "R. Manager"
    assert statement["predicate"]["reason"] == "its retention ended"
    assert statement["predicate"]["backups"] == "nightly tapes, overwritten after 90 days"
    assert entry.facts == {
        "period": "2025-06",
        "dataset": "extracts",
        "files": 1,
        "due": True,
        "certificate_sha256": sha256(envelope).hexdigest(),
    }
    assert verify_ledger(project.root / "ledger", public) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"by": " "}, "E-RETAIN-BY"), ({"backups": ""}, "E-RETAIN-BACKUPS")],
    ids=["nobody", "no word of backups"],
)
def test_who_and_backups_have_to_be_said(project, changes, code):
    """There is no default for either; nothing goes before."""
    order = Order(**{"by": "R. Manager", "backups": "none", "at": AT} | changes)

    with pytest.raises(PolicyRefusal) as refusal:
        destroy_now(project, [clock for clock in here_of(project) if clock.due], order)

    assert refusal.value.code == code
    assert (project.root / "extracts" / "2025-06").exists()
    assert pending(project.root) == []


def test_what_is_not_due_needs_a_reason(project):
    """Which stands on the certificate."""
    early = [clock for clock in here_of(project) if clock.held.period == "2025-09" and clock.held.dataset == "extracts"]

    with pytest.raises(PolicyRefusal, match="not due") as refusal:
        destroy_now(project, early)
    assert (project.root / "extracts" / "2025-09").exists()
    destroy_now(project, early, Order(by="R.", backups="none", at=AT, reason="the source withdrew it"))

    assert refusal.value.code == "E-RETAIN-EARLY"
    assert [one["reason"] for one in certificates(project.root)] == ["the source withdrew it"]
    assert not (project.root / "extracts" / "2025-09").exists()


@pytest.mark.parametrize("step", ["rmtree", "write_file", "append"])
def test_a_call_that_was_cut_off_is_finished_by_the_next(project, monkeypatch, step):
    """Whatever the step: no certificate is filed for what is still there, and nothing is recorded twice."""
    due = [clock for clock in here_of(project) if clock.due]
    with monkeypatch.context() as broken:
        _break(broken, step)
        with pytest.raises(OSError, match="cut off"):
            destroy_now(project, due)
        if step == "rmtree":
            assert list(certificates(project.root)) == []
    assert step == "write_file" or len(pending(project.root)) == 1

    destroy_now(project, [clock for clock in here_of(project) if clock.due])
    events = [one for one in Ledger(project.root / "ledger").entries() if one.event is Event.DATA_DESTROYED]

    assert not (project.root / "extracts" / "2025-06").exists()
    assert len(list(certificates(project.root))) == len(events) == 1
    assert pending(project.root) == []


def _break(monkeypatch, step):
    def cut_off(*_, **__):
        raise OSError("cut off")

    if step == "append":
        monkeypatch.setattr(Ledger, "append", cut_off)
    elif step == "rmtree":
        monkeypatch.setattr(destruction.write_points, "remove_tree", cut_off)
    else:
        monkeypatch.setattr(destruction, "write_file", cut_off)


def test_nothing_is_recorded_twice(project, monkeypatch):
    """Cut off between the ledger and the end, the next call records no second event."""
    due = [clock for clock in here_of(project) if clock.due]
    destroy_now(project, due)
    [filed] = (project.root / "certificates").glob("*.json")
    (project.root / "certificates" / ".pending" / filed.name).write_bytes(filed.read_bytes())

    destroy_now(project, [])

    assert len([one for one in Ledger(project.root / "ledger").entries() if one.event is Event.DATA_DESTROYED]) == 1


@pytest.mark.parametrize("where", ["extracts", "extracts/2025-06"])
def test_a_link_is_not_followed(project, tmp_path_factory, where):
    """What it leads to may be somebody else's."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (project.root / where).rename(elsewhere / "moved")
    (project.root / where).symlink_to(elsewhere / "moved")

    with pytest.raises(BadInput) as error:
        destroy_now(project, [clock for clock in here_of(project) if clock.due])

    assert error.value.code == "E-RETAIN-LINK"
    assert list((elsewhere / "moved").rglob("*.csv"))


# --- the command ------------------------------------------------------------------------------------------


@pytest.fixture
def old(toy):
    """The toy project with extracts from long ago, past their ten years, and a word about retention."""
    (toy / "extracts" / "2010-01").mkdir(parents=True)
    (toy / "extracts" / "2010-01" / "housing.csv").write_text("id\n1\n")
    return toy


def test_the_command_destroys_nothing_by_default(capsys, old):
    """It lists, says how, and ends with exit code 1."""
    done = here(capsys, "retain", old)

    assert done.code == 1
    assert "1 to destroy; nothing has been destroyed yet:" in done.out
    assert (old / "extracts" / "2010-01").exists()


def test_the_command_destroys_what_is_due(capsys, old):
    """With who and what becomes of backups; afterwards nothing is due."""
    done = here(capsys, "retain", old, "--destroy", "--by", "R. Manager", "--backups", "none", "--json")

    assert done.code == 0
    assert [one["name"] for one in done.json["result"]["destroyed"]] == ["extracts/2010-01"]
    assert not (old / "extracts" / "2010-01").exists()
    assert here(capsys, "retain", old).code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--destroy", "--backups", "none"], "E-RETAIN-BY"),
        (["--destroy", "--by", "R."], "E-RETAIN-BACKUPS"),
        (["--destroy", "--by", "R.", "--backups", "none", "--period", "2026-10"], "E-RETAIN-EARLY"),
        (["--period", "1999-01"], "E-RETAIN-NOTHING"),
    ],
)
def test_the_command_refuses(capsys, old, words, code):
    """Each with its code, and nothing goes."""
    done = here(capsys, "retain", old, *words, "--json")

    assert (done.code, done.json["error"]["code"]) == (3 if code == "E-RETAIN-NOTHING" else 2, code)
    assert (old / "extracts" / "2010-01").exists()


def test_a_certificate_names_files_and_digests_only(capsys, old):
    """No line of any file is in it, nor in the ledger."""
    (old / "extracts" / "2010-01" / "housing.csv").write_text("id,first\n1,MARKED\n")
    here(capsys, "retain", old, "--destroy", "--by", "R. Manager", "--backups", "none")

    for path in [*old.rglob("certificates/*.json"), old / "ledger" / "ledger.jsonl"]:
        content = path.read_bytes()
        assert b"MARKED" not in content
        if path.suffix == ".json":
            assert b"MARKED" not in dsse.payload_of(content)
            assert json.loads(dsse.payload_of(content))["predicate"]["files"] == 1
