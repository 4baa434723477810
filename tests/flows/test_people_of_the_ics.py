"""Two periods of the synthetic ICS, three months apart: people whose records did not change are who they were."""

from collections import defaultdict

import pytest

from flows.demo.generate import make_ics
from flows.engine import run_steps
from flows.evaluate import _read_truth, _with_pseudonyms
from flows.key_desk import make_keys
from flows.run import open_run
from governance.store import current, read_manifest, read_table

PERIODS = ("2026-06", "2026-09")


@pytest.fixture(scope="module")
def ics(tmp_path_factory):
    """What is known of every true person's records in both periods, and the second one's manifest."""
    made = make_ics(tmp_path_factory.mktemp("ics"), people=1500, seed=4, periods=PERIODS)
    make_keys(made.project, demo=True)
    path = made.project / "project.yaml"
    # Fewer random pairs than the demo has: a quick test needs no exact chances.
    path.write_text(path.read_text("utf-8").replace("max_u_pairs: 300000", "max_u_pairs: 20000"), encoding="utf-8")
    found = [_linked(made, period) for period in PERIODS]
    return *found, read_manifest(current(made.project / "zones" / "linkage" / PERIODS[1] / "out"))


def _linked(made, period):
    """By true person: for each of their records, what was sent and the person id it got."""
    run = open_run(made.project, period)
    steps = [*(("pseudonymise", source.id) for source in run.bundle.sources), ("link", "")]
    run_steps(run, steps, plain=True)
    out, key = current(run.zone("linkage", period, "out")), run.ring.zone_private("linkage", run.today)
    tables = [read_table(out, name, key).to_pylist() for name in ("person_index", "record_state")]
    ids, digests = ({(row["source"], row["record_id"]): row for row in rows} for rows in tables)
    people = defaultdict(dict)
    for row in _with_pseudonyms(run, _read_truth(made.truth / "record_person.csv", period)).to_pylist():
        record = (row["source"], row["record_id"])
        if record in ids:  # opted out otherwise
            people[row["person"]][record] = (digests[record]["digest"], ids[record]["person_id"])
    return people


def unchanged(ics):
    """People who had just these records, just so, in both periods: with their ids then and now."""
    before, after, _ = ics
    sent = [{person: {r: d for r, (d, _) in held.items()} for person, held in one.items()} for one in (before, after)]
    same = [person for person in before if sent[0][person] == sent[1].get(person)]
    ids = [{person: {r: i for r, (_, i) in one[person].items()} for person in same} for one in (before, after)]
    return [(ids[0][person], ids[1][person]) for person in same]


def test_nearly_everyone_unchanged_keeps_their_id(ics):
    """At least 999 in 1,000, though the model is trained anew and others came, left, moved and married."""
    people = unchanged(ics)
    kept = [then == now for then, now in people]

    assert len(people) > 1000
    assert len(ics[0]) - len(people) > 20
    assert sum(kept) >= 0.999 * len(kept)


def test_changes_are_counted(ics):
    """Whoever is no longer supplied is in the counts, the second model has the next number and does not drift."""
    before, after, facts = ics
    now = {record for held in after.values() for record in held}
    left = {person_id for held in before.values() for r, (_, person_id) in held.items() if r not in now}

    assert facts["changes"]["no longer supplied"] == len(left) > 0
    assert facts["model_version"] == 2
    assert [one for one in facts["drift"] if one["warns"]] == []
