"""Killed, full or broken at every point at which something is written: what was there stays whole, a rerun mends it.

Here the parts from which everything is built, at each of their points, and a month at a few. `make bench-faults` tries
every point of every step.
"""

import os
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flows.intact import files_of_project
from flows.key_life import KeyOrder, destroy_key, rotate_key
from flows.lock import only_run
from flows.run import now
from governance.errors import PolicyRefusal
from governance.keys.ring import KeyRing
from governance.ledger import Event, Ledger, verify_ledger
from governance.package import package_digest
from governance.policy import check_bundle, read_facts
from governance.settings import load_bundle
from governance.store import current, publish, write_file, write_manifest
from governance.write_points import Act, watched
from tests.lib.disk_faults import FAULTS, FULL, KILL, Frozen, killed, points_of, with_fault
from tests.lib.toy import BOARD, PERIOD
from tests.lib.whole import SAME, judged, left_over, run, versions

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are forked")

AT = "2025-10-14T09:00:00+00:00"
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


# --- the store --------------------------------------------------------------------------------------------


def put(folder, text):
    """Publish one small content."""
    with publish(folder) as scratch:
        write_file(scratch / "a.txt", text.encode())
        write_manifest(scratch, {"text": text})


def published(folder):
    """What a reader finds, which must be whole."""
    [text] = {(current(folder) / "a.txt").read_text(), _promised(folder)}
    return text


def _promised(folder):
    manifest = (current(folder) / "manifest.json").read_text()
    return manifest.split('"text": "')[1].split('"')[0]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_publication_is_the_old_one_or_the_new_one(tmp_path, fault):
    """Cut off anywhere, readers find one whole content; published again it is the new one, with nothing left over."""
    first = tmp_path / "first" / "zones" / "linkage"
    for text in ("one", "two", "three"):
        put(first, text)
    trial = Path(shutil.copytree(tmp_path / "first", tmp_path / "trial"))
    passed = points_of(lambda: put(trial / "zones" / "linkage", "four"))
    assert len(passed) > 20, "the control: there are points to fail at"

    for number in range(len(passed)):
        shutil.rmtree(trial)
        folder = Path(shutil.copytree(tmp_path / "first", trial)) / "zones" / "linkage"
        is_done = with_fault(lambda: put(folder, "four"), at=number, fault=fault)  # noqa: B023 - called at once
        assert not is_done or published(folder) == "four", passed[number]
        assert published(folder) in ("three", "four"), passed[number]
        with only_run(trial):
            put(folder, "four")
        assert published(folder) == "four", passed[number]
        assert left_over(trial) == []
        assert len([path for path in folder.iterdir() if path.is_dir()]) <= 3, passed[number]


# --- the ledger -------------------------------------------------------------------------------------------


def add(folder):
    """One line and a checkpoint over it."""
    ledger = Ledger(folder, SIGNER)
    ledger.append(Event.LINKED, at=AT)
    ledger.checkpoint(at=AT)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("lines", [0, 2], ids=["the first line", "a later line"])
def test_a_ledger_that_was_cut_off_goes_on(tmp_path, fault, lines):
    """Nothing that was acknowledged is gone, and after the next line everything holds."""
    for number in range(100):
        folder = tmp_path / str(number)
        for _ in range(lines):
            add(folder)
        if with_fault(lambda: add(folder), at=number, fault=fault):  # noqa: B023 - called at once
            break
        found = Ledger(folder).entries() if folder.exists() else []
        assert len(found) in (lines, lines + 1), number
        add(folder)
        events = [entry.event for entry in Ledger(folder).entries() if entry.event is Event.LINKED]
        assert len(events) == len(found) + 1
        assert verify_ledger(folder, SIGNER.public_key()) == []
    else:
        raise AssertionError("it was never done")
    assert number > 15, "the control: there were points to fail at"


# --- keys -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [KILL, FULL])
def test_a_key_that_is_being_destroyed_is_destroyed_in_the_end(toy, tmp_path, fault):
    """Cut off anywhere, no secret is left in a half-written file, and a rerun ends with one event in the ledger."""
    order = KeyOrder(by="R.", backups="none", reason="the project ended")
    passed = points_of(lambda: destroy_key(shutil.copytree(toy, tmp_path / "a"), "zone_analysis", order))

    for number in range(0, len(passed), 5 if fault == KILL else 9):
        root = Path(shutil.copytree(toy, tmp_path / f"trial{number}"))
        with_fault(lambda: destroy_key(root, "zone_analysis", order), at=number, fault=fault)  # noqa: B023 - called at once
        if not recorded(root):
            destroy_key(root, "zone_analysis", order)
        assert len(recorded(root)) == 1, passed[number]
        assert not KeyRing(root / "keys").holds("zone_analysis")
        with only_run(root):
            assert left_over(root) == []


def recorded(root):
    """Destructions of keys that the ledger tells of."""
    return [one for one in Ledger(root / "ledger").entries() if one.event is Event.KEY_DESTROYED]


@pytest.mark.parametrize("key", ["zone_linkage", "zone_source_housing", "signing_signer"])
def test_a_rotation_is_finished_by_the_next_call_wherever_it_was_cut_off(toy, tmp_path, key):
    """One new key in the old one's place, one line in the ledger that names both, and nothing that waits."""
    old = KeyRing(toy / "keys").info(key).fingerprint
    passed = points_of(lambda: rotate_key(shutil.copytree(toy, tmp_path / "a"), key))
    assert len(passed) > 40, "the control: there are points to be killed at"

    for number in range(len(passed)):
        root = Path(shutil.copytree(toy, tmp_path / f"trial{number}"))
        assert not with_fault(lambda: rotate_key(root, key), at=number, fault=KILL)  # noqa: B023 - called at once
        if not rotated(root) or list(root.glob("keys/*/*_next.json")):
            rotate_key(root, key)
        [line], ring = rotated(root), KeyRing(root / "keys")
        assert (line["fingerprint"], line["key"]) == (old, ring.info(key).fingerprint), passed[number]
        stands = {one.state: one.fingerprint for one in ring.infos() if one.id.startswith(key)}
        assert stands == {"active": line["key"], "retiring": old}, passed[number]
        assert ring.holds(key)
        with only_run(root):
            assert left_over(root) == []


@pytest.mark.parametrize("waits", ["another key", "the key itself"])
def test_no_key_is_destroyed_while_a_rotation_of_it_has_not_ended(toy, tmp_path, waits):
    """The copy that waits may be the key itself: a certificate would be false while that opens what it did."""
    order, key = KeyOrder(by="R.", backups="none", reason="the project ended"), "zone_linkage"
    passed = points_of(lambda: rotate_key(shutil.copytree(toy, tmp_path / "a"), key))
    root = Path(shutil.copytree(toy, tmp_path / "b"))
    with_fault(lambda: rotate_key(root, key), at=len(passed) - 1 if waits == "the key itself" else 20, fault=KILL)
    assert KeyRing(root / "keys").holds(f"{key}_next"), "the control: a copy waits"

    with pytest.raises(PolicyRefusal, match="has not ended"):
        destroy_key(root, key, order)
    assert KeyRing(root / "keys").holds(key)

    rotate_key(root, key)
    destroy_key(root, key, order)
    assert not KeyRing(root / "keys").holds(key)
    assert not list(root.glob("keys/*/*_next.json"))


def rotated(root):
    """What the ledger tells of keys in whose place another is."""
    return [one.facts for one in Ledger(root / "ledger").entries() if one.event is Event.KEY_ROTATED]


# --- a month ----------------------------------------------------------------------------------------------


@pytest.fixture
def finished(toy_month):
    """A month that was run undisturbed; for nobody to change."""
    return toy_month


@pytest.mark.parametrize(
    ("step", "source", "numbers"),
    [("pseudonymise", "housing", (60,)), ("link", "", (25,)), ("report", "", (30,))],
    ids=["pseudonymise", "link", "report"],
)
def test_a_step_that_was_killed_is_done_by_the_next_run(finished, tmp_path, step, source, numbers):
    """The same contents as if nothing had happened, nothing left over, and a ledger that holds."""
    wanted = versions(finished)
    for number in numbers:
        root = Path(shutil.copytree(finished, tmp_path / str(number)))
        assert killed(run, root, step, source, at=number)
        run(root, step, source)
        assert judged(root, wanted) == SAME


def test_a_first_step_that_was_killed_before_its_checkpoint_is_done_by_the_next_run(toy, tmp_path):
    """All is published and its last line written: what is missing is the signature, and no rule blocks the rerun."""
    whole = Path(shutil.copytree(toy, tmp_path / "whole"))
    passed = points_of(lambda: run(whole, "pseudonymise", "housing"))
    last_line = max(number for number, (_, path) in enumerate(passed) if path.name == "ledger.jsonl")

    with_fault(lambda: run(toy, "pseudonymise", "housing"), at=last_line + 2, fault=KILL)

    assert Ledger(toy / "ledger").entries()[-1].event is Event.RUN_FINISHED, "the control: it was at its end"
    run(toy, "pseudonymise", "housing")
    assert judged(toy, versions(whole)) == SAME


def test_a_month_killed_in_its_middle_ends_as_if_nothing_had_happened(finished, toy):
    """From an empty project: killed while linking, then run again."""
    assert killed(run, toy, at=500)
    assert not (toy / f"zones/public/{PERIOD}/current").exists(), "the control: it was in the middle"

    run(toy)

    assert versions(toy) == versions(finished)
    assert left_over(toy) == []


class BeforeItsLine:
    """Nothing reaches the disk any more from the ledger's line on that would tell of what a folder was given."""

    def __init__(self, *place):
        self.place, self.is_published, self.is_over = set(place), False, False

    def __call__(self, act, path):
        """Wait until readers are led to the new content, then for the ledger."""
        self.is_published |= act is Act.RENAME and self.place <= set(path.parts) and "current" in path.name
        self.is_over |= self.is_published and path.name == "ledger.jsonl"
        if self.is_over:
            raise Frozen


def released(root):
    """Reports that the ledger says were released, oldest first."""
    entries = Ledger(root / "ledger").entries()
    return [one.facts["manifest_sha256"] for one in entries if one.event is Event.REPORT_RELEASED]


def rule(root):
    """What OUT-07 says of the month, from the project as it lies there."""
    facts = read_facts(bundle := load_bundle(root), PERIOD, as_of=now().date(), afterwards=True)
    return {one.result for one in check_bundle(bundle, facts) if one.rule == "OUT-07"}


def test_a_month_published_twice_with_a_cut_between_pages_and_ledger_is_whole_in_the_end(finished, tmp_path):
    """Made, staged, published and killed by the product itself: told while it is half done, ended by the next run."""
    root = Path(shutil.copytree(finished, tmp_path / "toy"))
    [first] = released(root)
    assert (rule(root), files_of_project(root).faults) == ({"not_yet"}, ()), "the control: two people have not looked"
    (root / "board.yaml").write_text(BOARD, "utf-8")  # the report says what a board wrote, so it is another one
    with pytest.raises(Frozen), watched(BeforeItsLine("public")):
        run(root, "report")

    public = root / "zones" / "public" / PERIOD
    assert (released(root), package_digest(public) == first) == ([first], False), "the control: public, and not told"
    assert rule(root) == {"not_yet"}, "a cut is no breach"
    told = {fault.file for fault in files_of_project(root).faults}
    assert told == {f"zones/public/{PERIOD}/{current(public).name}/digests.json"}

    run(root, "report")
    assert released(root) == [first, package_digest(public)]
    assert (rule(root), files_of_project(root).faults) == ({"not_yet"}, ())
    assert len([one for one in public.iterdir() if one.is_dir()]) == 2, "what was public first is still known"
    run(root, "report")
    assert len(released(root)) == 2, "done again, it changes nothing"


CUT_OFF = {
    "pseudonymise": (lambda root: run(root, "pseudonymise", "housing"), "linkage/2026-10/in/housing"),
    "link": (lambda root: run(root, "link"), "linkage/2026-10/out"),
    "cohorts": (lambda root: run(root, "cohorts"), "analysis/2026-10/cohorts"),
}
"""By command: how it is run, and a folder that it publishes into."""


@pytest.mark.parametrize("command", CUT_OFF)
def test_what_is_in_no_line_is_refused_until_the_command_that_it_names_ran_again(finished, tmp_path, command):
    """A cut looks like a planted content, so it is loud; the words say both, and what ends it if it was a cut."""
    act, place = CUT_OFF[command]
    root = Path(shutil.copytree(finished, tmp_path / "toy"))
    with pytest.raises(Frozen), watched(BeforeItsLine(*place.split("/"))):
        act(root)

    told = {fault.file: fault for fault in files_of_project(root).faults}
    fault = told.get(f"zones/{place}/{current(root / 'zones' / place).name}/digests.json")
    assert fault, told
    assert "it was changed, or a command was cut off before it was recorded" in fault.what
    assert f"(`{command}` of this month began and did not end)" in fault.what
    assert f"`joinedup {command} DIR --period {PERIOD}`" in fault.fix

    act(root)
    assert files_of_project(root).faults == ()


def test_a_run_goes_on_after_a_line_was_cut_off(finished, tmp_path):
    """No policy rule stands in the way of setting it aside; a second piece of damage does stop the run."""
    root = Path(shutil.copytree(finished, tmp_path / "toy"))
    path = root / "ledger" / "ledger.jsonl"
    path.write_bytes(path.read_bytes() + b'{"at":"2026-1')

    run(root, "report")

    events = [entry.event for entry in Ledger(root / "ledger").entries()]
    assert events.count(Event.CUT_OFF_LINE_SET_ASIDE) == 1
    path.write_bytes(path.read_bytes().replace(b"housing", b"hoosing", 1) + b'{"at":"2026-1')
    with pytest.raises(PolicyRefusal):
        run(root, "report")
