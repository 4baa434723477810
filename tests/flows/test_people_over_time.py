"""A second month: ids last, models are kept and reused, whoever left is in no table, and it can be run again."""

import json
import shutil
from pathlib import Path

import pytest

from flows.engine import run_steps
from flows.run import open_run
from governance.errors import BadInput, ConfigError, PolicyRefusal
from governance.ledger import Event
from governance.store import current, read_manifest, read_table
from tests.lib.command import here
from tests.lib.toy import PERIOD as FIRST
from tests.lib.toy import next_extracts

SECOND = "2026-11"
STEPS = [("pseudonymise", "gp_register"), ("pseudonymise", "housing"), ("link", ""), ("cohorts", "")]


@pytest.fixture(scope="module")
def done_months(tmp_path_factory, toy_linked):
    """The toy project after two months; in the second, six people have left housing and one was added."""
    root = Path(shutil.copytree(toy_linked, tmp_path_factory.mktemp("months") / "toy"))
    run_steps(open_run(root, FIRST), STEPS[3:], plain=True)
    next_extracts(root, SECOND)
    path = root / "extracts" / SECOND / "housing.csv"
    lines = path.read_text("utf-8").splitlines()
    kept = [line for line in lines if line.split(",")[0] not in {"h0", "h8", "h10", "h20", "h30", "h38"}]
    added = next(line for line in lines if line.startswith("h2,")).replace("h2,", "h999,", 1)
    path.write_text("\n".join([*kept, added.replace("carys", "farid")]) + "\n", encoding="utf-8")
    set_model(root, "reuse")
    return root, ids(root, FIRST), _second_month(root)


def _second_month(root):
    run_steps(open_run(root, SECOND), STEPS, plain=True)
    return manifest(root)


@pytest.fixture
def two_months(done_months, tmp_path):
    """Those two months, for this test alone."""
    root, *_ = done_months
    return Path(shutil.copytree(root, tmp_path / "toy"))


def set_model(root, word, **more):
    """Write linkage.model into the project file."""
    path = root / "project.yaml"
    own = [line for line in path.read_text("utf-8").splitlines() if not line.startswith(("linkage:", "  model"))]
    added = ["linkage:", f"  model: {word}", *(f"  {name}: {value!r}" for name, value in more.items())]
    path.write_text("\n".join([*own, *added]) + "\n", encoding="utf-8")


def table(root, zone, *parts):
    """A sealed table of a zone's current publication."""
    *folder, name = parts
    run = open_run(root, SECOND)
    return read_table(current(run.zone(zone, *folder)), name, run.ring.zone_private(zone, run.today))


def ids(root, period):
    """Person id by (source, record id)."""
    rows = table(root, "linkage", period, "out", "person_index").to_pylist()
    return {(row["source"], row["record_id"]): row["person_id"] for row in rows}


def manifest(root, period=SECOND):
    """What the linkage zone says of a period."""
    return read_manifest(current(root / "zones" / "linkage" / period / "out"))


def sealed(root):
    """Names of all sealed tables of a period, by zone and period."""
    zones = root / "zones"
    found = [path.relative_to(zones).parts for path in zones.rglob("*.parquet.sealed")]
    return {(zone, period, name.split(".")[0]) for zone, period, *_, name in found if zone in ("linkage", "analysis")}


def test_people_keep_their_ids(done_months):
    """Everyone whose records did not change is who they were; the newcomer is somebody."""
    root, before, _ = done_months
    after = ids(root, SECOND)
    still = before.keys() & after.keys()

    assert len(before) - len(still) == 6
    assert len(after) - len(still) == 1
    assert {key: after[key] for key in still} == {key: before[key] for key in still}


def test_leavers_leave_one_reason(done_months):
    """Six ids lost a record; why is one and the same."""
    root, *_ = done_months
    rows = table(root, "linkage", SECOND, "out", "person_change").to_pylist()

    assert {row["reason"] for row in rows} == {"no longer supplied"}
    assert [row["records"] for row in rows] == [1] * 6
    assert {row["person_id_after"] for row in rows} == {None}
    assert manifest(root)["changes"] == {"merged": 0, "split": 0, "no longer supplied": 6}
    assert manifest(root)["held"] == {"records": 0, "people": 0}


def test_only_what_changed_was_compared(done_months):
    """The second month is weighed with the first month's model, and compares the newcomer and one whose crowd changed.

    Six people left and one came: of a block that is a crowd no more, or has become one, views come or go.
    """
    root, _, facts = done_months

    assert facts["incremental"] is True
    assert facts["compared"]["records"] == 2
    assert facts["compared"]["pairs_carried"] > facts["compared"]["pairs"]
    assert (facts["model_version"], facts["model_trained_in"], facts["model_reused"]) == (1, FIRST, True)
    assert facts["model_sha256"] == manifest(root, FIRST)["model_sha256"]
    files = [current(root / f"zones/linkage/{period}/out") / "model.json" for period in (FIRST, SECOND)]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_whoever_left_is_in_no_table(done_months):
    """Of the first month only tables without people remain, and nobody who left is in any table of the second."""
    root, before, _ = done_months
    gone = {record for _, record in before.keys() - ids(root, SECOND).keys()}
    left = {(zone, name) for zone, period, name in sealed(root) if period == FIRST}

    counts = (
        "area_count",
        "cohort_attrition",
        "cohort_change",
        "cohort_count",
        "area_interval",
        "cohort_interval",
        "cohort_measure",
        "measure_count",
        "service_set_count",
    )
    assert left == {
        ("linkage", "agreement_pattern"),
        ("linkage", "u_statistic"),
        *(("analysis", one) for one in counts),
    }
    assert len(gone) == 6
    run = open_run(root, SECOND)
    for zone in ("linkage", "analysis"):
        for path in sorted(run.zone(zone).rglob("*.parquet.sealed")):
            held = read_table(path.parent, path.name.split(".")[0], run.ring.zone_private(zone, run.today))
            for name in {"record_id", "record_id_l", "record_id_r"} & set(held.column_names):
                assert not gone & set(held[name].to_pylist()), f"{path.name} has whoever left"


def test_the_ledger_counts_tables_not_people(done_months):
    """One entry a zone, with numbers of tables."""
    root, *_ = done_months
    entries = open_run(root, SECOND).ledger.entries()
    found = [entry.facts for entry in entries if entry.event is Event.OLDER_RECORDS_DESTROYED]

    assert [facts["zone"] for facts in found] == ["linkage", "analysis"]
    assert all(set(facts) == {"period", "zone", "tables", "periods"} and facts["tables"] > 5 for facts in found)


def test_the_second_month_can_be_run_again(two_months):
    """With the first month's records destroyed, the same extracts still give the same people and changes."""
    names = ("person_index", "person_change", "previous_index", "scored_pair")
    before = [table(two_months, "linkage", SECOND, "out", name) for name in names]

    run_steps(open_run(two_months, SECOND), STEPS, plain=True)

    assert [table(two_months, "linkage", SECOND, "out", name) for name in names] == before
    assert manifest(two_months)["compared"]["records"] == 0
    superseded = [path for path in two_months.rglob("*.sealed") if path.parent.name != current(path.parents[1]).name]
    names = {path.name.split(".")[0] for path in superseded if "source" not in path.parts}
    assert names == {
        "agreement_pattern",
        "area_count",
        "cohort_attrition",
        "cohort_change",
        "cohort_count",
        "area_interval",
        "cohort_interval",
        "cohort_measure",
        "measure_count",
        "service_set_count",
        "u_statistic",
    }


def cohort_changes(root):
    """What the cohort step says of what changed, and what its manifest says of that."""
    facts = read_manifest(current(root / "zones/analysis" / SECOND / "cohorts"))["since"]
    return table(root, "analysis", SECOND, "cohorts", "cohort_change").to_pylist(), facts


def test_an_older_month_can_be_run_again_from_its_extracts(two_months, done_months):
    """The later month destroyed what it had kept of earlier ids: people get those that they would be born with."""
    _, before, _ = done_months
    assert ("linkage", FIRST, "previous_index") not in sealed(two_months), "the control: it is gone"

    run_steps(open_run(two_months, FIRST), STEPS, plain=True)

    assert ids(two_months, FIRST) == before


def test_what_changed_since_last_time_is_split(done_months):
    """Against the month before, while its records were there; the first month has nothing before it."""
    root, *_ = done_months
    rows, facts = cohort_changes(root)

    assert (facts["against"], facts["why_not_split"]) == (FIRST, "")
    assert {row["cause"] for row in rows} == {"definition", "linkage", "late_data", "people"}
    assert {row["after_people"] for row in rows if row["measure"] == "population"} == {40}
    assert read_manifest(current(root / "zones/analysis" / FIRST / "cohorts"))["since"]["against"] == ""


def test_what_changed_is_told_in_words(done_months, capsys):
    """A command for people and for programs; of a toy too small for any word but one, and of no number."""
    root, *_ = done_months

    told = here(capsys, "since", root, "--json").json["result"]
    (cohort,) = told["cohorts"]
    assert (told["period"], told["against"], told["why_not_split"]) == (SECOND, FIRST, "")
    assert [one["cause"] for one in cohort["causes"]] == ["definition", "linkage", "late_data", "people"]
    assert {(one["weight"], one["way"]) for one in cohort["causes"]} == {("little", "none")}
    assert "none, or too few to tell" in here(capsys, "since", root).out
    assert here(capsys, "since", root, "--cohort", "nobody").code == 3


def test_the_second_report_tells_then_and_now(toy_month, tmp_path):
    """The first month's report is public: the second has a section on what changed, and is made of the first."""
    toy = Path(shutil.copytree(toy_month, tmp_path / "toy"))
    next_extracts(toy, SECOND)
    run_steps(open_run(toy, SECOND), [*STEPS, ("report", "")], plain=True)

    first, second = (current(toy / "zones/public" / period) for period in (FIRST, SECOND))
    assert 'id="since"' in (second / "board_report.html").read_text("utf-8")
    assert 'id="since"' not in (first / "board_report.html").read_text("utf-8")
    assert "last_report" in read_manifest(second)["made_of"]


def test_a_split_is_taken_over_while_nothing_changed_and_given_up_after(two_months):
    """Last month's records are destroyed: the same run says the same; another one says that it cannot tell."""
    before = cohort_changes(two_months)
    run_steps(open_run(two_months, SECOND), [("cohorts", "")], plain=True)
    assert cohort_changes(two_months) == before

    path = two_months / "cohorts/t01_seen_by_both.yaml"
    path.write_text(path.read_text("utf-8").replace("lookback: 24m", "lookback: 12m"), encoding="utf-8")
    run_steps(open_run(two_months, SECOND), STEPS, plain=True)

    rows, facts = cohort_changes(two_months)
    assert {row["cause"] for row in rows} == {"not_split"}
    assert facts["why_not_split"] == "records of that period were destroyed"


def test_training_again_compares_everything_and_counts_versions(two_months):
    """With `model: train` all pairs are compared, people keep their ids, and the model has the next number."""
    before = ids(two_months, SECOND)
    set_model(two_months, "train")

    run_steps(open_run(two_months, SECOND), STEPS[:3], plain=True)

    facts = manifest(two_months)
    assert (facts["incremental"], facts["model_reused"], facts["model_version"]) == (False, False, 2)
    assert "trained" in facts["why_full"]
    assert facts["drift_against"] == FIRST
    assert ids(two_months, SECOND) == before


def test_other_rules_refuse_the_old_model(two_months):
    """Weights of other evidence are not used; the message says what to do."""
    path = two_months / "project.yaml"
    path.write_text(path.read_text("utf-8") + "  swapped_names: false\n", encoding="utf-8")
    run_steps(open_run(two_months, SECOND), STEPS[:2], plain=True)

    with pytest.raises(ConfigError) as caught:
        run_steps(open_run(two_months, SECOND), [("link", "")], plain=True)
    assert caught.value.code == "E-MODEL-REUSE"


def test_a_first_month_has_no_model_to_reuse(toy):
    """And says so, before anything is linked."""
    set_model(toy, "reuse")
    with pytest.raises(BadInput) as caught:
        run_steps(open_run(toy, FIRST), STEPS, plain=True)
    assert caught.value.code == "E-MODEL-MISSING"


def test_a_named_model_must_be_there(two_months):
    """A month that was never linked has none."""
    set_model(two_months, "reuse", model_from="2025-01")
    run_steps(open_run(two_months, SECOND), STEPS[:2], plain=True)
    with pytest.raises(BadInput, match="2025-01"):
        run_steps(open_run(two_months, SECOND), [("link", "")], plain=True)


def test_a_model_that_was_edited_is_refused(two_months):
    """Whoever sets the weights decides who is joined: the ledger knows the model that was used."""
    path = current(two_months / f"zones/linkage/{FIRST}/out") / "model.json"
    content = json.loads(path.read_bytes())
    content["priors"] = {pair: bits | {"bits": 40.0} for pair, bits in content["priors"].items()}
    path.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(PolicyRefusal) as caught:
        run_steps(open_run(two_months, SECOND), [("link", "")], plain=True)
    assert caught.value.code == "E-MODEL-ALTERED"


def test_a_field_that_goes_wrong_ends_with_a_warning(two_months, capsys):
    """Housing sends other surnames than before: the command says so, ends with 1, and the report names the field."""
    path = two_months / "extracts" / SECOND / "housing.csv"
    head, *rows = [line.split(",") for line in path.read_text("utf-8").splitlines()]
    place = head.index("last")
    other = [[*row[:place], f"other{number}", *row[place + 1 :]] for number, row in enumerate(rows)]
    path.write_text("\n".join(",".join(row) for row in [head, *other]) + "\n", encoding="utf-8")
    run_steps(open_run(two_months, SECOND), STEPS[:2], plain=True)

    told = here(capsys, "link", two_months, "--plain")

    assert told.code == 1
    assert "drifted from the model" in told.out
    assert "surname" in {one["comparison"] for one in manifest(two_months)["drift"] if one["warns"]}
    page = current(two_months / f"zones/linkage/{SECOND}/out") / "linkage_report.html"
    assert "Drift by comparison" in page.read_text("utf-8")
