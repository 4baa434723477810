"""`joinedup find` needs a linked month, says in words what it found, and hands safe sizes to the report."""

import csv
from collections import Counter
from hashlib import sha256
from html import escape, unescape
from types import SimpleNamespace

import pyarrow as pa
import pytest

from cohorts.analysis import build_analysis
from cohorts.finder.answers import members_of
from cohorts.finder.find import Search, find, steadiness
from cohorts.finder.redrawn import Doubt, redraw, stays
from cohorts.finder.signs import mark_people, stage_people
from cohorts.finder.vocabulary import responders_of
from cohorts.uncertainty.intervals import LinkageDraws
from cohorts.uncertainty.world import Setting
from flows.approving import approve_demo
from flows.cohorts import analysis_tables
from flows.demo.generate import make_ics
from flows.demo.paperwork import date_paperwork
from flows.engine import run_steps
from flows.find import find_proposals, months_before
from flows.key_desk import make_keys
from flows.releasing.worth_asking import proposals_to_ask
from flows.run import now, open_run, timestamp
from governance.contracts import LINKAGE_DRAW
from governance.errors import PolicyRefusal
from governance.ledger import Event, Ledger
from governance.settings import load_bundle
from governance.store import current, publish, read_manifest, write_manifest
from governance.warehouse import connect, load_sql, materialise
from tests.lib.canary import MARKS, planted_and_linked
from tests.lib.command import here
from tests.lib.toy import make_toy

MONTH = "2026-09"
SHOWING = """
    SELECT count(*) FROM person_shown WHERE stage = ? AND len(list_intersect(signs, ?::SMALLINT[])) >= ?
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with a marked person, linked."""
    return planted_and_linked(tmp_path_factory.mktemp("find") / "toy")


def test_too_few_people_give_no_proposals_and_the_ledger_says_so(capsys, project):
    """Nothing of a record is printed, and what was written is recorded."""
    done = here(capsys, "find", project, "--json")

    assert done.code == 0
    assert done.json["result"]["proposals"] == []
    assert not any(mark in done.out for mark in MARKS.values())
    [written] = [one for one in Ledger(project / "ledger").entries() if one.event is Event.PROPOSALS_WRITTEN]
    assert written.facts["proposals"] == 0


def test_before_linkage_it_says_what_to_run(capsys, tmp_path):
    """The finder needs the month's records."""
    done = here(capsys, "find", make_toy(tmp_path / "toy"))

    assert done.code == 3
    assert "joinedup" in done.err


def test_a_project_for_direct_care_is_refused(capsys, monkeypatch, project):
    """There people are looked after one by one, not looked for: nothing is read and nothing written."""
    for_care = SimpleNamespace(bundle=SimpleNamespace(project=SimpleNamespace(direct_care=True)))
    monkeypatch.setattr("flows.find.open_run", lambda *_, **__: for_care)
    monkeypatch.setattr("flows.find.analysis_tables", lambda _: pytest.fail("the analysis zone was opened"))

    done = here(capsys, "find", project)

    assert done.code == 2
    assert "E-FIND-PURPOSE" in done.err


# --- proposals of a small synthetic system, from records to the report ------------------------------------


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A system whose project wants proposals in its report: what `find` answered, and the run that reported."""
    made = make_ics(tmp_path_factory.mktemp("asked"), people=1500, seed=3, periods=[MONTH])
    for path in sorted((made.project / "cohorts").glob("*.yaml"))[1:]:
        path.unlink()
    (made.project / "board.yaml").unlink()  # its decisions are about groups that are gone
    config = made.project / "project.yaml"
    config.write_text(config.read_text("utf-8").replace("\nreport:\n", "\nreport:\n  questions: 25\n"), "utf-8")
    date_paperwork(made.project, now().date())
    make_keys(made.project, demo=True)
    approve_demo(made.project)
    sources = [source.id for source in load_bundle(made.project).sources]
    steps = [*(("pseudonymise", source) for source in sources), ("link", ""), ("cohorts", "")]
    run_steps(open_run(made.project), steps, plain=True)
    answer = find_proposals(made.project, MONTH, least_people=6)
    run_steps(open_run(made.project), [("report", "")], plain=True)
    return answer, open_run(made.project)


def _released(run):
    """Sizes that were released of each proposal, as text, by id and measure."""
    with (current(run.zone("public", MONTH)) / "safe_counts.csv").open(encoding="utf-8") as file:
        return {
            (row["cohort"], row["measure"]): row["people"]
            for row in csv.DictReader(file)
            if row["cohort"].startswith("found_")
        }


def test_every_proposal_is_a_file_that_a_project_can_take_as_it_is(asked):
    """Its name, its words and its digest stand in the manifest; no word of it holds a number of people."""
    answer, run = asked
    folder = current(run.zone("analysis", MONTH, "finder"))
    manifest = read_manifest(folder)

    assert len(answer["proposals"]) >= 10
    for one in answer["proposals"]:
        content = (folder / f"{one['id']}.yaml").read_bytes()
        assert sha256(content).hexdigest() == manifest["files"][f"{one['id']}.yaml"]
        assert str(folder / f"{one['id']}.yaml") == one["file"]
        assert not any(letter.isdigit() for letter in one["reason"])
    assert [one["id"] for one in manifest["proposals"]] == [one["id"] for one in answer["proposals"]]


def test_proposals_reach_the_board_as_questions_with_safe_sizes(asked):
    """Each size on the page was released, and stands in the safe counts; the words are those of the finder."""
    answer, run = asked
    page = unescape((current(run.zone("public", MONTH)) / "board_report" / "worth-asking.html").read_text("utf-8"))
    sizes = _released(run)
    shown = [one for one in answer["proposals"] if (one["id"], "met") in sizes]

    assert shown
    assert "Questions worth asking" in page
    for one in shown:
        assert int(sizes[one["id"], "met"]) > 0
        part = page[page.index(f">{one['title']}</h2>") :]
        assert f"We found about {sizes[one['id'], 'met']} people in this group." in part[:400]
        assert all(question in part for question in one["questions"])


def test_a_proposal_whose_size_is_hidden_is_in_no_file_that_is_published(asked):
    """Neither its number nor its words: that there are such people, and few, is told to nobody."""
    answer, run = asked
    sizes = _released(run)
    left_out = [one for one in answer["proposals"] if (one["id"], "met") not in sizes]
    public = current(run.zone("public", MONTH))
    published = b"".join(path.read_bytes() for path in public.rglob("*") if path.suffix != ".pdf" and path.is_file())

    assert left_out
    for one in left_out:
        assert one["id"].encode() not in published
        assert escape(one["title"]).encode() not in published


def test_what_the_finder_counted_is_what_the_board_would_get_from_the_definition(asked):
    """Met, not met and cannot tell add up to the people looked at, exactly, inside the zone."""
    _, run = asked
    found = proposals_to_ask(run, []).counts.to_pylist()
    people = {(row["cohort"], row["measure"]): row["people"] for row in found}

    for cohort in {row["cohort"] for row in found}:
        parts = [people[cohort, measure] for measure in ("met", "not_met", "cannot_tell")]
        assert sum(parts) == people[cohort, "population"]


def test_a_proposal_that_became_a_definition_is_no_question_any_more(asked):
    """It is counted once, under its own heading."""
    answer, run = asked
    first = answer["proposals"][0]["id"]

    found = proposals_to_ask(run, [{"id": first}])

    assert first not in {one["id"] for one in found.questions} | set(found.counts["cohort"].to_pylist())
    assert len(found.questions) == len(answer["proposals"]) - 1


def test_proposals_of_other_records_are_refused(asked):
    """Linked again since: their sizes would be those of other people."""
    _, run = asked
    linked_again = SimpleNamespace(
        **{name: getattr(run, name) for name in ("zone", "period", "bundle", "ring", "today")},
        published=lambda *_, **__: "0" * 64,
    )

    with pytest.raises(PolicyRefusal, match="of other records") as refused:
        proposals_to_ask(linked_again, [])

    assert refused.value.code == "E-FIND-OLD"
    assert "joinedup find" in refused.value.fix


# --- linkage draws ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def doubted(asked):
    """What the finder found, and three draws: some people are two, more people are two, nobody is."""
    _, run = asked
    zone = analysis_tables(run)
    bundle, con = run.bundle, zone.con
    finds = find(con, bundle.sources, bundle.project, run.as_of, Search(period=MONTH, least_people=6))
    gaps, responders = [one.gap for one in finds.found], responders_of(bundle.sources)
    member = sorted({int(number) for gap in gaps for number in gap.members})[::2]
    ids = con.execute("SELECT person_id FROM person_stratum WHERE list_contains($who, person_no)", {"who": member})
    halved = [set(), set(), set()]
    halved[0] = {person for (person,) in ids.fetchall()[:40]}
    others = con.execute("SELECT person_id FROM person_index GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 60")
    halved[1] = halved[0] | {person for (person,) in others.fetchall()}
    setting = Setting(
        sources=bundle.sources, payloads=zone.payloads, project=bundle.project, definitions=(), as_of=run.as_of
    )
    return con, gaps, finds.signs, responders, setting, zone.tables["person_index"], halved


def _halved(index, people):
    """The index with each of these people made two: records of two sources of three go to the other."""
    place = {source: number for number, source in enumerate(sorted(set(index["source"].to_pylist())))}
    names = [
        f"{person}{'a' if place[source] % 3 else 'b'}" if person in people else person
        for person, source in zip(index["person_id"].to_pylist(), index["source"].to_pylist(), strict=True)
    ]
    return index.set_column(index.schema.get_field_index("person_id"), "person_id", pa.array(names))


def test_draws_count_what_the_whole_made_anew_counts(doubted, monkeypatch):
    """Signs and members in each draw, from the few who differ, are those of tables made of the draw's own index."""
    monkeypatch.setattr("cohorts.finder.redrawn.SOME_PATTERNS", 50)
    con, gaps, signs, responders, setting, index, halved = doubted
    every = halved[1]
    split = _halved(index, every)
    drawn = split.filter(pa.array([one[:-1] in every for one in split["person_id"].to_pylist()]))
    there = sorted(set(drawn["person_id"].to_pylist()))
    rows = [
        {"draw": draw, "person_id": person, "is_there": person not in people}
        for draw, people in enumerate(halved)
        for person in sorted(people) + [one for one in there if one[:-1] in people]
    ]
    draws = pa.Table.from_pylist(rows, schema=LINKAGE_DRAW.schema)
    doubt = Doubt(draws=LinkageDraws(drawn, draws, len(halved)), setting=setting)

    redrawn = redraw(con, gaps, signs, responders, doubt)

    changed = 0
    for draw, people in enumerate(halved[:2]):
        with connect() as anew:
            made_of = (setting.sources, _halved(index, people), setting.payloads, setting.as_of, setting.project)
            build_analysis(anew, *made_of)
            stage_people(anew, setting.as_of)
            mark_people(anew, signs, setting.as_of)
            for table in ("person_shown", "pattern"):
                materialise(anew, table, load_sql("cohorts.finder", table))
            members = Counter(members_of(anew, gaps, responders, setting.as_of)["place"].to_pylist())
            for place, gap in enumerate(gaps):
                one = gap.candidate
                question = (one.signs, one.at_least)
                shown = redrawn.populations[one.stage].showing({question})[question][:, draw].sum()
                asked = [one.stage, list(one.signs), one.at_least]
                assert [(int(shown),)] == anew.execute(SHOWING, asked).fetchall()
                assert redrawn.members[place, draw] == members[place]
                changed += members[place] != len(gap.members)
    assert changed > 10
    assert all(0 <= share < 1 for share in stays(redrawn, gaps, least_people=1000))
    assert max(stays(redrawn, gaps, least_people=6)) == 1.0


def test_what_is_in_doubt_or_new_counts_for_less():
    """By hand: half the draws halve it, never found in three searches halves it again, nothing known leaves it."""
    assert steadiness(1.0, None, 0, 0) == 1.0
    assert steadiness(1.0, 0.5, 0, 0) == 0.5
    assert steadiness(0.8, 0.5, 0, 3) == pytest.approx(0.2)
    assert steadiness(1.0, 1.0, 3, 3) == 1.0


def test_earlier_months_count_if_the_ledger_knows_them(asked):
    """A folder that somebody put there is no search; a later month is not earlier."""
    _, run = asked
    for period, proposals in (("2026-06", ["a"]), ("2026-07", ["a", "b"]), ("2026-08", ["b"]), ("2026-10", ["b"])):
        with publish(run.zone("analysis", period, "finder")) as scratch:
            digest = write_manifest(scratch, {"proposals": [{"id": one} for one in proposals]})
        if period != "2026-07":
            known = {"period": period, "manifest_sha256": digest, "proposals": len(proposals)}
            run.ledger.append(Event.PROPOSALS_WRITTEN, at=timestamp(), **known)

    assert months_before(open_run(run.root, MONTH)) == ({"a": 1, "b": 1}, 2)
