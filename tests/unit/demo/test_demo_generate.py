"""The synthetic project as a whole: the same every time, described in full, apart from its truth."""

import csv
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.demo.draws import Streams
from flows.demo.generate import CONFIG, LOOKUP, PERIODS, make_ics
from flows.demo.places import DISTRICTS, make_places
from governance.areas import load_area_lookup
from governance.centroids import load_centroids
from governance.errors import BadInput
from governance.intake.extracts import read_extracts
from governance.keys.ring import Secret
from governance.settings import load_bundle

DEMO = CONFIG / "demo"
SOURCES = sorted(path.stem for path in (DEMO / "sources").glob("*.yaml"))


def digests(folder):
    """SHA-256 of every file below a folder, by name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def intakes(ics):
    """What the pipeline's own intake makes of each source's last extract."""
    return {
        source.id: read_extracts(ics.project, source, PERIODS[-1], record_key=Secret(bytes(32)), synthetic=True)
        for source in load_bundle(ics.project).sources
    }


def header(root, file, period):
    """Column names of an extract, as delivered."""
    path = root / file.path.replace("{period}", period)
    if file.format == "parquet":
        return pq.read_schema(path).names
    with path.open(encoding=file.encoding, newline="") as text:
        return next(csv.reader(text, delimiter=file.delimiter))


def local_ids(root, source, period):
    """Record ids in a source's people file, and how many rows it has."""
    [file] = [file for file in source.files if file.grain != "events"]
    [name] = file.columns_with_role("record_id")
    path = root / file.path.replace("{period}", period)
    if file.format == "parquet":
        return set(pq.read_table(path)[name].to_pylist())
    with path.open(encoding=file.encoding, newline="") as text:
        return {row[name] for row in csv.DictReader(text, delimiter=file.delimiter)} - {""}


def test_same_seed_gives_the_same_bytes(tmp_path):
    """Made again in the same folder nothing changes; another seed makes other people; progress names each source."""
    said = []
    one, other = tmp_path / "one", tmp_path / "other"
    make_ics(one, people=400, seed=1, periods=["2026-03", "2026-06"], progress=said.append)
    make_ics(other, people=400, seed=2, periods=["2026-03"])
    before = digests(one)
    (one / "project" / "keys").mkdir()
    (one / "project" / "keys" / "kept.txt").write_text("kept")

    make_ics(one, people=400, seed=1, periods=["2026-03", "2026-06"])

    assert len(before) > 40
    assert {name: digest for name, digest in digests(one).items() if "keys/" not in name} == before
    assert (one / "project" / "keys" / "kept.txt").read_text() == "kept"  # what it did not make it leaves alone
    patients = "project/extracts/2026-03/gp_register/patients.csv"
    assert before[patients] != digests(other)[patients]
    assert len(said) == 4 + len(SOURCES)
    assert [line for line in said if "gp_register" in line]


@pytest.mark.parametrize("root", [DEMO, None], ids=["as shipped", "as made"])
def test_the_look_up_is_the_one_the_project_file_names(ics, root):
    """The digest in the project file is that of the look-up beside it, shipped or made."""
    root = root or ics.project
    lookup = load_bundle(root).project.lookup

    assert lookup.path == LOOKUP
    assert sha256((root / LOOKUP).read_bytes()).hexdigest() == lookup.sha256


@pytest.mark.parametrize("root", [DEMO, None], ids=["as shipped", "as made"])
def test_every_small_area_has_a_centre(ics, root):
    """In the signed file beside the look-up; and every provider's small area is one of them."""
    root = root or ics.project
    bundle = load_bundle(root)
    centres = set(load_centroids(root, bundle.project.centroids)["small_area"].to_pylist())
    areas = set(load_area_lookup(root, bundle.project.lookup)["small_area"].to_pylist())
    sites = {one.small_area for source in bundle.sources for one in source.providers if one.small_area}

    assert areas <= centres
    assert sites
    assert sites <= centres


@pytest.mark.parametrize("people", [100, 500, 600, 1500])
def test_both_boards_of_the_demo_have_people_however_few_there_are(people):
    """A run refuses a board of a district where nobody lives."""
    places = make_places(Streams(1).rng("places"), people=people)

    assert {"Northmoor Central", "Eskvale"} <= {DISTRICTS[n] for n in places.area_district}


def test_nine_sources_in_five_sectors(ics):
    """The bundle loads, as shipped and as made, and covers the five sectors."""
    shipped, made = load_bundle(DEMO), load_bundle(ics.project)

    assert [source.id for source in shipped.sources] == [source.id for source in made.sources] == SOURCES
    assert {source.sector.value for source in made.sources} == {"nhs", "council", "police", "vcse", "justice"}
    assert made.project.synthetic


@pytest.mark.parametrize("source_id", SOURCES)
def test_every_column_of_every_extract_is_classed_and_agreed(ics, source_id):
    """Extracts have exactly the listed columns in that order, and the agreement lists them all."""
    source = load_bundle(ics.project).source(source_id)

    for file in source.files:
        for period in PERIODS:
            assert header(ics.project, file, period) == list(file.columns), f"{file.id} {period}"
    listed = {name for file in source.files for name in file.columns}
    assert set(source.agreement.data_items) == listed


@pytest.mark.parametrize("source_id", SOURCES)
def test_the_pipeline_reads_every_source(intakes, source_id):
    """Intake accepts each extract; what it sets aside is little and is what was planted."""
    intake = intakes[source_id]

    for counts in intake.counts.values():
        assert counts.rows_out > 0
        assert counts.rejected <= 0.05 * counts.rows_in
    planted = {
        "no_record_id", "conflicting_record", "not_among_people", "no_readable_date", "ragged_row", "date_unreadable",
        "birth_date_future", "nhs_number_check_digit", "postcode_shape", "unknown_code",
    }  # fmt: skip
    assert set(intake.rejects["code"].to_pylist()) <= planted


def test_somewhere_there_is_every_kind_of_mess(intakes):
    """Repeated rows, rows without ids, broken dates, numbers and postcodes all occur in the project."""
    seen, repeated = set(), 0
    for intake in intakes.values():
        seen |= set(intake.rejects["code"].to_pylist())
        repeated += sum(counts.duplicate for counts in intake.counts.values())

    assert {"no_record_id", "date_unreadable", "nhs_number_check_digit", "postcode_shape", "no_readable_date"} <= seen
    assert repeated > 10


@pytest.mark.parametrize("source_id", SOURCES)
def test_the_truth_knows_every_record(ics, source_id):
    """Per period and source, the truth lists exactly the record ids that were delivered, each once."""
    source = load_bundle(ics.project).source(source_id)
    with (ics.truth / "record_person.csv").open(newline="") as text:
        rows = [row for row in csv.DictReader(text) if row["source"] == source_id]

    for period in PERIODS:
        listed = [row["record_id"] for row in rows if row["period"] == period]
        assert len(listed) == len(set(listed))
        delivered = local_ids(ics.project, source, period)
        assert delivered <= set(listed)
        # Only a row whose id was lost on the way can be missing from the extract.
        assert len(set(listed) - delivered) <= 0.01 * len(listed) + 1


def test_people_of_the_truth_are_all_there(ics):
    """person.csv has one row a person; the other files name nobody else."""
    with (ics.truth / "person.csv").open(newline="") as text:
        people = [row["person"] for row in csv.DictReader(text)]
    named = set()
    for name in ("record_person.csv", "person_cohort.csv"):
        with (ics.truth / name).open(newline="") as text:
            named |= {row["person"] for row in csv.DictReader(text)}

    assert len(people) == len(set(people)) == ics.people
    assert named <= set(people)


def test_no_truth_in_the_project_folder(ics):
    """The truth's person ids and cohort names stand in no file of the project."""
    marks = [b"T1000001", b"T1000777", b"severe_multiple_disadvantage_3_of_5", b"person_cohort"]
    files = [path for path in ics.project.rglob("*") if path.is_file() and "cohorts" not in path.parts]

    assert files
    assert not [path.name for path in files for mark in marks if mark in path.read_bytes()]


def test_no_dates_after_the_period(ics):
    """A snapshot knows nothing of what comes after it."""
    with (ics.project / "extracts" / "2026-03" / "gp_register" / "journal.csv").open(newline="") as text:
        days = [row["EntryDate"] for row in csv.DictReader(text)]

    assert max(days) < "2026-04-01"
    assert max(days) > "2026-03-01"


def test_snapshots_grow(ics):
    """Each period holds the events of the one before."""
    rows = [ics.rows[f"{period}/emergency_care/ecds.csv"] for period in PERIODS]

    assert rows == sorted(rows)
    assert rows[0] < rows[-1]


def test_every_config_names_its_schema():
    """An editor finds the JSON Schema by the first line, from where the file lies in a project.

    The demo's made-up cards are no config: only the demo reads them, and no project has the file.
    """
    for path in sorted(set(DEMO.rglob("*.yaml")) - {DEMO / "voices.yaml"}):
        first = path.read_text("utf-8").splitlines()[0]
        folder = "" if path.parent == DEMO else "../"
        assert first.startswith(f"# yaml-language-server: $schema={folder}schemas/"), path.name


@pytest.mark.parametrize(
    ("people", "periods"),
    [(50, PERIODS), (5_000_000, PERIODS), (400, ["2026-06", "2026-03"]), (400, ["June"]), (400, [])],
    ids=["too few", "too many", "out of order", "no month", "none"],
)
def test_refuses_what_it_cannot_make(tmp_path, people, periods):
    """A plain error before anything is written."""
    with pytest.raises(BadInput):
        make_ics(tmp_path, people=people, seed=1, periods=periods)
    assert not list(tmp_path.iterdir())


def test_never_writes_over_a_project_of_real_people(tmp_path):
    """A project that is not marked synthetic is left as it is."""
    config = tmp_path / "project" / "project.yaml"
    config.parent.mkdir()
    config.write_text("id: real\nsynthetic: false\n")

    with pytest.raises(BadInput, match="not of a synthetic project"):
        make_ics(tmp_path, people=400, seed=1)
    assert digests(tmp_path) == {"project/project.yaml": sha256(config.read_bytes()).hexdigest()}


def test_config_folder_is_found_from_the_code():
    """Demo configs lie at the root of the repository."""
    assert (Path(CONFIG) / "demo" / "project.yaml").is_file()
