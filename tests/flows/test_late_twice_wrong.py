"""What really arrives each month: one of eight missing, late, twice, again, older, half, with other columns.

Each is one test, in the order of that sentence. What else can be wrong with a file is in ``tests/faults``.
"""

import json
import shutil
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from flows.engine import run_steps
from flows.period import plan, run_period
from flows.run import open_run, timestamp
from governance.audit.evidence import gather
from governance.audit.row_sections import reconciliation_section
from governance.errors import Awaiting, ConfigError, ExtractError, PolicyRefusal
from governance.ledger import Event, Ledger
from governance.package import package_digest
from governance.policy.released import RECORD
from governance.settings import load_bundle
from governance.store import current, read_manifest
from tests.lib.command import here
from tests.lib.toy import PERIOD as FIRST
from tests.lib.toy import make_toy, next_extracts

SECOND, THIRD = "2026-11", "2026-12"
NONE_CAME = "Toy housing: no extract came for November 2026."
HOUSING = [("pseudonymise", "housing")]


@pytest.fixture
def second_month(toy_month, tmp_path):
    """After a whole month, released, the next month's extracts are there, and nothing has run on them."""
    root = Path(shutil.copytree(toy_month, tmp_path / "toy"))
    next_extracts(root, SECOND)
    return root


@pytest.fixture(scope="module")
def _two_months(toy_month, tmp_path_factory):
    root = Path(shutil.copytree(toy_month, tmp_path_factory.mktemp("twice") / "toy"))
    next_extracts(root, SECOND)
    run_period(root, SECOND)
    return root


@pytest.fixture
def two_months(_two_months, tmp_path):
    """Both months were run."""
    return Path(shutil.copytree(_two_months, tmp_path / "toy"))


def extract(root, period=SECOND, source="housing"):
    """Where a source's extract lies."""
    return root / "extracts" / period / f"{source}.csv"


def rewritten(path, act):
    """Let ``act`` make other lines of a file's lines."""
    path.write_text("\n".join(act(path.read_text("utf-8").splitlines())) + "\n", encoding="utf-8")


def each_month(root, words, source="housing"):
    """Write into a source's file what a month does without it."""
    with (root / "sources" / f"{source}.yaml").open("a", encoding="utf-8") as file:
        file.write(words + "\n")


def refused(kind, root, steps, period=SECOND):
    """The error that stops the steps."""
    with pytest.raises(kind) as caught:
        run_steps(open_run(root, period), steps, plain=True)
    return caught.value


def standing(capsys, root):
    """State and reason by source, and what to do next."""
    told = here(capsys, "status", root, "--json").json["result"]
    return {one["source"]: (one["state"], one["why"]) for one in told["steps"] if one["source"]}, told["next"]


def digests(root, period):
    """What is current of every publication of a period."""
    folders = sorted(path.parent for path in (root / "zones").rglob("current") if period in path.parts)
    return {folder.relative_to(root).as_posix(): package_digest(folder) for folder in folders}


def test_one_of_eight_missing(tmp_path, capsys):
    """Seven are done, the month waits for the eighth, and that is no failure."""
    root = make_toy(tmp_path / "toy", more=6)
    extract(root, FIRST, "service_4").unlink()
    waits = here(capsys, "run", root, "--plain", "--json")

    assert (waits.code, waits.json["error"]["code"]) == (1, "E-EXTRACT-AWAITING")
    assert f"extracts/{FIRST}/service_4.csv" in waits.json["error"]["what"]
    states, next_ones = standing(capsys, root)
    assert len(states) == 8
    assert [source for source, (state, _) in states.items() if state != "done"] == ["service_4"]
    assert states["service_4"] == ("waits", "1 of 1 files are not there")
    assert next_ones[0] == f"Put the files of service_4 into extracts/{FIRST}/, as sources/service_4.yaml names them"
    assert not (root / "zones/linkage" / FIRST / "out").exists()
    ended = [entry.event for entry in Ledger(root / "ledger").entries() if entry.facts.get("code")]
    assert set(ended) == {Event.RUN_AWAITS}


def test_there_under_another_name(second_month, capsys):
    """Another ending or capital, or a month in words: told by how many they are, for others gave the names."""
    extract(second_month).rename(extract(second_month).with_name("Housing MARKED.CSV"))

    [first, _] = standing(capsys, second_month)[1]
    assert first.endswith("names them; files there that no source names: 1")
    for folder in (second_month / "extracts").iterdir():
        folder.rename(folder.with_name(f"MARKED {folder.name}"))
    for zone in ("linkage", "analysis"):
        shutil.rmtree(second_month / "zones" / zone)
    told = here(capsys, "status", second_month).out
    assert "no folder named after a month, but 2 that are called otherwise." in told
    assert "MARKED" not in first + told


def test_late(second_month, capsys):
    """The month waits for a required source; when it comes, the same command goes on."""
    late = extract(second_month).read_bytes()
    extract(second_month).unlink()
    waits = here(capsys, "pseudonymise", second_month, "--source", "housing", "--plain", "--json")
    assert (waits.code, waits.json["error"]["code"]) == (1, "E-EXTRACT-AWAITING")

    extract(second_month).write_bytes(late)
    assert standing(capsys, second_month)[0]["housing"] == ("to do", "its files are there")
    assert here(capsys, "pseudonymise", second_month, "--plain").code == 0
    states, next_ones = standing(capsys, second_month)
    assert {state for state, _ in states.values()} == {"done"}
    assert next_ones == [f"joinedup run DIR --period {SECOND}"]


def carried_month(root):
    """The second month, with housing's extract of the first; its own is given back."""
    each_month(root, "each_month: carry_forward\ncarry_forward_months: 1")
    late = extract(root).read_bytes()
    extract(root).unlink()
    return late


def test_missing_and_carried_forward(second_month, capsys):
    """Last month's extract is read again, page, spreadsheet and record say so, and what came after it is unknown."""
    late = carried_month(second_month)
    before = f"no files: that of {FIRST} will be carried forward"
    assert standing(capsys, second_month)[0]["housing"] == ("to do", before)

    told = here(capsys, "run", second_month, "--plain")
    assert told.code == 0
    assert f"housing: no extract came, and that of {FIRST} was carried forward." in told.out
    assert standing(capsys, second_month)[0]["housing"] == ("done", f"that of {FIRST} is carried forward")
    sentence = f"{NONE_CAME} That of October 2026 was used; what came after it is not known."
    _says(second_month, sentence, "October 2026, carried forward")
    assert "from 1 January 2024 to 31 October 2026" in _report(second_month)
    [housing] = [one for one in _record(second_month)["sources"] if one["id"] == "housing"]
    assert (housing["arrived"], housing["extract"]) == ("carried_forward", FIRST)
    [gp] = [one for one in _record(second_month)["sources"] if one["id"] == "gp_register"]
    assert (gp["arrived"], gp["extract"]) == ("delivered", SECOND)

    extract(second_month).write_bytes(late)
    assert standing(capsys, second_month)[0]["housing"] == ("to do", "its files are newer than what was sent on")


def test_missing_and_older_than_may_be_carried(second_month, capsys):
    """One month is allowed and the newest extract is two months old: the month waits."""
    each_month(second_month, "each_month: carry_forward\ncarry_forward_months: 1")
    shutil.rmtree(second_month / "extracts" / SECOND)
    next_extracts(second_month, THIRD)
    extract(second_month, THIRD).unlink()

    error = refused(Awaiting, second_month, HOUSING, THIRD)
    assert (error.code, error.exit_code) == ("E-EXTRACT-AWAITING", 1)
    assert standing(capsys, second_month)[0]["housing"][0] == "waits"


def test_a_copy_of_last_months_extract(second_month, capsys):
    """Under this month's name it is refused, for nothing in it is of this month; nothing is written."""
    shutil.copy(extract(second_month, FIRST), extract(second_month))

    error = refused(PolicyRefusal, second_month, HOUSING)

    assert (error.code, error.exit_code) == ("E-EXTRACT-REPEATED", 2)
    assert f"byte for byte the extract of {FIRST}" in str(error)
    assert not (second_month / "zones/linkage" / SECOND).exists()


def test_last_months_extract_saved_anew(second_month):
    """Other order and ends of lines are other bytes and the same rows: refused like a copy."""
    lines = extract(second_month, FIRST).read_text("utf-8").splitlines()
    extract(second_month).write_bytes("\r\n".join([lines[0], *reversed(lines[1:])]).encode())

    error = refused(PolicyRefusal, second_month, HOUSING)

    assert error.code == "E-EXTRACT-REPEATED"
    assert f"whatever its form and order, what was in the extract of {FIRST}" in str(error)


_VISITS = """\
  - id: visits
    path: extracts/{period}/visits.csv
    grain: events
    columns:
      id: {class: direct_identifier, role: record_id}
      seen: {class: event_field}
    events:
      - kind: housing.application
        start: seen
"""


def test_one_file_of_several_is_last_months(second_month, capsys):
    """Events that came again beside new people are read, and the run, the receipt and the IG audit say so."""
    each_month(second_month, _VISITS)
    for period in (FIRST, SECOND):
        lines = ["id,seen", "h0,2026-03-01", "h2,2026-04-01"]
        visits = "\n".join(lines if period == FIRST else [lines[0], *reversed(lines[1:])])
        extract(second_month, period, "visits").write_text(visits, encoding="utf-8")
    run_steps(open_run(second_month, FIRST), HOUSING, plain=True)

    told = here(capsys, "pseudonymise", second_month, "--source", "housing", "--plain")

    assert told.code == 1
    assert f"housing: visits (as in {FIRST}) came again" in told.out
    assert read_manifest(current(second_month / "zones/source/housing" / SECOND))["repeated"] == {"visits": FIRST}
    assert standing(capsys, second_month)[0]["housing"] == ("done", f"visits came again, as in {FIRST}")
    run = open_run(second_month, SECOND)
    evidence = gather(run.root, SECOND, run.bundle, (), run.ring.infos(), run.approval, at=timestamp())
    section = reconciliation_section(evidence)
    assert any(f"Toy housing: visits says what it said in {FIRST}" in str(block) for block in section.blocks)


def test_a_copy_of_last_months_extract_that_may_be_carried_forward(second_month, capsys):
    """It is taken for what it is: no need to take the file away, and everything says which month it is of."""
    each_month(second_month, "each_month: carry_forward\ncarry_forward_months: 1")
    shutil.copy(extract(second_month, FIRST), extract(second_month))
    run_steps(open_run(second_month, SECOND), HOUSING, plain=True)

    facts = read_manifest(current(second_month / "zones/analysis" / SECOND / "in/housing"))
    assert (facts["arrived"], facts["extract_period"]) == ("carried_forward", FIRST)

    shutil.copytree(second_month / "extracts" / SECOND, second_month / "extracts" / THIRD)
    assert refused(PolicyRefusal, second_month, HOUSING, THIRD).code == "E-EXTRACT-REPEATED"


def test_missing_and_optional(second_month, capsys):
    """The month goes on, says so, and the silence of the source means nothing: nobody can tell."""
    each_month(second_month, "each_month: optional")
    extract(second_month).unlink()
    assert standing(capsys, second_month)[0]["housing"] == ("to do", "no files: the month goes on without it")

    told = here(capsys, "run", second_month, "--plain")
    assert told.code == 0
    assert "housing: no extract came, and the month went on without it." in told.out
    assert standing(capsys, second_month)[0]["housing"] == ("done", "no files: the month goes on without it")
    sentence = f"{NONE_CAME} What it would have shown is not known."
    _says(second_month, sentence, "none came")
    facts = read_manifest(current(second_month / "zones/analysis" / SECOND / "cohorts"))
    assert facts["extracts"]["housing"] == {"how": "absent", "period": ""}
    assert sentence in facts["definitions"][0]["caveats"]
    [housing] = [one for one in _record(second_month)["sources"] if one["id"] == "housing"]
    assert (housing["arrived"], housing["extract"], housing["received_at"]) == ("absent", "", "")
    assert [row["people"] for row in _counts(second_month, "met")] == [0]
    assert sum(row["people"] for row in _counts(second_month, "cannot_tell")) > 0


def test_the_spine_is_never_optional(second_month):
    """Without it nobody is known to live in the area."""
    each_month(second_month, "each_month: optional", "gp_register")
    with pytest.raises(ConfigError, match="spine is optional"):
        load_bundle(second_month)


def test_twice(two_months):
    """The same extracts again are a no-op: every digest stays, and the report needs no new look."""
    before = digests(two_months, SECOND)
    run_steps(
        open_run(two_months, SECOND), [step for step in plan(load_bundle(two_months)) if step[0] != "audit"], plain=True
    )

    assert digests(two_months, SECOND) == before


def test_the_same_rows_twice_in_one_delivery(second_month):
    """Sent again under another name, beside the first: counted as duplicates, and nobody is two people."""
    path = second_month / "sources" / "housing.yaml"
    path.write_text(path.read_text("utf-8").replace("housing.csv", "housing*.csv"), encoding="utf-8")
    shutil.copy(extract(second_month), extract(second_month).with_name("housing (1).csv"))
    run_steps(open_run(second_month, SECOND), HOUSING, plain=True)

    counts = read_manifest(current(second_month / "zones/source/housing" / SECOND))["files"]["cases"]
    assert (counts["rows_in"], counts["rows_out"], counts["duplicate"]) == (40, 20, 20)


def test_resubmitted(two_months, capsys):
    """A new revision takes the place of the old one everywhere, and the ledger has both."""
    before = digests(two_months, SECOND)
    rewritten(extract(two_months), lambda lines: lines[:-1])
    run_steps(open_run(two_months, SECOND), HOUSING, plain=True)

    assert digests(two_months, SECOND)[f"zones/linkage/{SECOND}/in/housing"] not in before.values()
    read = [one for one in Ledger(two_months / "ledger").entries() if one.event is Event.EXTRACT_READ]
    mine = [one.facts["sha256"] for one in read if one.facts["source"] == "housing" and one.facts["period"] == SECOND]
    assert len(set(mine)) == 2
    assert standing(capsys, two_months)[1] == [f"joinedup run DIR --period {SECOND}"]


def test_older_than_current(two_months):
    """The first revision put back by mistake is refused, by the file's digest; nothing changes."""
    older = extract(two_months).read_bytes()
    rewritten(extract(two_months), lambda lines: lines[:-1])
    run_steps(open_run(two_months, SECOND), HOUSING, plain=True)
    before = digests(two_months, SECOND)

    extract(two_months).write_bytes(older)
    assert refused(PolicyRefusal, two_months, HOUSING).code == "E-EXTRACT-OLDER"
    assert digests(two_months, SECOND) == before


def test_older_than_current_saved_anew(two_months):
    """The first revision saved again with other ends of lines is no newer for that."""
    older = extract(two_months).read_bytes()
    rewritten(extract(two_months), lambda lines: lines[:-1])
    run_steps(open_run(two_months, SECOND), HOUSING, plain=True)

    extract(two_months).write_bytes(older.replace(b"\n", b"\r\n"))
    assert refused(PolicyRefusal, two_months, HOUSING).code == "E-EXTRACT-OLDER"


def test_half_its_usual_size(second_month):
    """Stopped with counts and no value; taken once somebody has said that it is right."""
    rows = extract(second_month, source="gp_register")
    rewritten(rows, lambda lines: lines[: 1 + len(lines) // 2])
    step = [("pseudonymise", "gp_register")]
    error = refused(ExtractError, second_month, step)

    assert error.code == "E-EXTRACT-SIZE"
    assert "20 rows; usual are about 40." in str(error)
    each_month(second_month, "min_usual_size: 0.4", "gp_register")
    run_steps(open_run(second_month, SECOND), step, plain=True)


def _one_column_more(lines):
    return [lines[0] + ",ward", *(f"{line},MARKED" for line in lines[1:])]


def _one_column_less(lines):
    return [line.rsplit(",", 1)[0] for line in lines]


def _renamed(lines):
    return [lines[0].replace("born", "dob"), *lines[1:]]


def _another_format(lines):
    def turned(line):
        cells = line.split(",")
        year, month, day = cells[4].split("-")
        return ",".join([*cells[:4], f"{day}/{month}/{year}", *cells[5:]])

    return [lines[0], *map(turned, lines[1:])]


@pytest.mark.parametrize(
    ("drift", "code", "says"),
    [
        (_one_column_more, "E-EXTRACT", "`ward`"),
        (_one_column_less, "E-EXTRACT", "`seen`"),
        (_renamed, "E-EXTRACT", "`born`"),
        (_another_format, "E-EXTRACT-DATES", "born"),
    ],
    ids=["additive", "narrowing", "breaking: a new name", "breaking: another format"],
)
def test_drifted(second_month, drift, code, says):
    """Whatever a header or format became, somebody decides what it means: stopped, the column named, no value told."""
    rewritten(extract(second_month), drift)
    before = digests(second_month, SECOND)
    error = refused(ExtractError, second_month, HOUSING)

    assert error.code == code
    assert says in str(error)
    assert "MARKED" not in str(error)
    assert digests(second_month, SECOND) == before


def _public(root):
    return current(root / "zones/public" / SECOND)


def _report(root):
    return "\n".join(path.read_text("utf-8") for path in sorted(_public(root).rglob("*.html")))


def _record(root):
    return json.loads((_public(root) / RECORD).read_bytes())


def _says(root, sentence, extract_words):
    """Page, spreadsheet and definitions tell of an extract that is not the month's own."""
    assert sentence in _report(root)
    assert extract_words in _report(root)
    book = openpyxl.load_workbook(BytesIO((_public(root) / "board_tables.xlsx").read_bytes()), read_only=True)
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell}
    assert f"Not up to date. {sentence}" in cells
    assert extract_words in cells


def _counts(root, measure):
    """Exact counts of whole cohorts, from the analysis zone."""
    from flows.cohort_package import open_cohorts

    rows = open_cohorts(open_run(root, SECOND), ("cohort_count",))[0]["cohort_count"].to_pylist()
    wanted = {"cohort": "t01_seen_by_both", "measure": measure, "dimension": "all"}
    return [row for row in rows if wanted.items() <= row.items()]
