"""Spec: a slip in a config file is told with its place, what is wrong and what was probably meant."""

from pathlib import Path

import pytest

from governance.errors import ConfigError
from governance.settings import Project, Source, load_bundle, validate_yaml
from governance.settings.standard import misspelt
from governance.settings.yaml_file import parse_yaml, read_yaml
from tests.lib.odd_settings import incomplete, oddities
from tests.lib.toy import make_toy

HOUSING = "sources/housing.yaml"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project without faults."""
    return make_toy(tmp_path_factory.mktemp("config") / "toy", keys=False)


def faults_of(project: Path, name: str, old: str, new: str) -> list[str]:
    """What is said when one file is changed in one place; the change is taken back."""
    path = project / name
    good = path.read_bytes()
    changed = good.replace(old.encode(), new.encode(), 1)
    assert changed != good
    path.write_bytes(changed)
    try:
        with pytest.raises(ConfigError) as caught:
            load_bundle(project)
    finally:
        path.write_bytes(good)
    assert [(str(fault), lacking) for fault in caught.value.faults if (lacking := incomplete(fault))] == []
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (HOUSING, "role: forename", "role: fornename", ("columns.first.role: is not one of", "Did you mean forename?")),
        (HOUSING, "class: event_field", "class: event_feild", ("seen.class: is not one", "Did you mean event_field?")),
        (HOUSING, "sector: council", "sector: concil", (":4:1: sector: is not one of nhs,", "Did you mean council?")),
        (HOUSING, "id: housing", "id: Housing", (":1:1: id: is not an id. Use 2 to 40 lower case letters",)),
        (HOUSING, "kind: housing.application", "kind: application", ("kind: is not an event kind.", "ed.attendance")),
        (HOUSING, "responds_to:", "respond_to:", ("respond_to: is not a setting here. Check the spelling",)),
        *(
            (HOUSING, "start: 2025-01-01", f"start: {wrong}", ("agreement.start: is not a day. Write it like",))
            for wrong in ("2025", "1735689600", "'0'", "1 January", "[2025]", "true")
        ),
        (HOUSING, "F: female", "F: femal", ("sex has no standard value `femal` (did you mean female?)",)),
        (
            HOUSING,
            "start: seen",
            "start: seen\n        outcome: {column: seen, values: {OK: complete}}",
            ("completed?",),
        ),
        (HOUSING, "grain: both", "grain: both\n    encoding: cp12552", ("not a known encoding; use utf-8",)),
        (HOUSING, "seen: {class: event_field", "seen: {class: event_field, format: '%d/%q/%Y'", ("not a date format",)),
        (HOUSING, "seen: {class: event_field", "seen: {class: event_field, format: DD/MM/YYYY", ("not a date format",)),
        ("project.yaml", "title: Toy", 'title: "Toy', ("not valid YAML", "unclosed quotes there and above")),
    ],
)
def test_a_slip_is_told_with_its_remedy(project, name, old, new, told):
    """Each message names file and line, and says what to write instead."""
    [fault] = faults_of(project, name, old, new)

    assert fault.startswith(f"{name}:")
    assert [words for words in told if words not in fault] == []


@pytest.mark.parametrize(
    "slip",
    ["a: [1, 2\n", "a: 'x\n", "a: {b: 1\n", "\ta: 1\n", "a: \0\n"],
    ids=["bracket", "quote", "brace", "tab", "control character"],
)
def test_a_file_that_is_no_yaml_is_a_fault_of_the_file(slip):
    """What is never closed has its place behind the last line; a control character has none."""
    with pytest.raises(ConfigError, match=r"sources/a\.yaml:[0-9]+:") as refused:
        parse_yaml(slip.encode(), name="sources/a.yaml")

    assert refused.value.code == "E-CONFIG-YAML"
    assert ("tab" in str(refused.value)) == slip.startswith("\t")


@pytest.mark.parametrize("value", ["gypsy_roma_traveller", "asian_other", "black_caribbean", "chinese", "white"])
def test_other_categories_are_allowed(value):
    """A local breakdown is somebody's decision; only what is nearly a standard value is a slip."""
    assert misspelt("ethnic_group", [value]) == ""


@pytest.mark.parametrize("value", ["White", "wite", "others", "asain", "Mixed "])
def test_what_is_nearly_a_standard_value_is_a_slip(value):
    """It would part one group in two without anyone seeing it."""
    assert "did you mean" in misspelt("ethnic_group", [value])


def test_a_byte_that_is_no_text_is_told_with_its_line(project):
    """Files saved by an old editor: the line is where the first such byte stands."""
    path = project / "project.yaml"
    good = path.read_bytes()
    path.write_bytes(good.replace(b"area: Toyshire", b"area: Toyshir\xe9"))
    try:
        with pytest.raises(ConfigError) as caught:
            load_bundle(project)
    finally:
        path.write_bytes(good)

    [fault] = caught.value.faults
    assert str(fault).startswith("project.yaml:13:16: is not UTF-8 text. Save it as UTF-8")


def test_a_folder_that_is_no_project_is_called_that(tmp_path):
    """The usual cause is a mistyped path, not a project with faults."""
    (tmp_path / "empty").mkdir()
    for name, held in (("empty", "holds no project.yaml"), ("nowhere", "is not a folder")):
        with pytest.raises(ConfigError) as caught:
            load_bundle(tmp_path / name)
        assert (caught.value.code, caught.value.what) == ("E-PROJECT", f"There is no project here: {name} {held}.")


NORTH = "boards: [{id: north, board: A, area: North, districts: [Aldermoor]}"


@pytest.mark.parametrize(
    ("boards", "told"),
    [
        (
            f"{NORTH}, {{id: south, board: B, area: South, districts: [Aldermoor]}}]",
            "`Aldermoor` is listed twice, under `north` and `south`",
        ),
        (f"{NORTH}, {{id: north, board: B, area: South, districts: [Carrow]}}]", "two boards have the same id"),
        (f"{NORTH.replace('id: north', 'id: no_board')}]", "`no_board` cannot be the id of a board"),
        (f"{NORTH.replace('[Aldermoor]', '[]')}]", "districts"),
    ],
    ids=["overlap", "same id", "taken id", "no district"],
)
def test_boards_that_cannot_be_told_apart_are_refused(project, boards, told):
    """A person in two areas would be the difference of two reports."""
    [fault] = faults_of(project, "project.yaml", "report:\n", f"report:\n  {boards}\n")

    assert told in fault


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("id: housing\n", "id: houses\n", "sources/housing.yaml:1:1: the id is `houses`, the file is called"),
        ("each_month: required", "each_month: optional", ": the spine is optional, and without it nobody is known"),
    ],
)
def test_files_that_contradict_each_other(project, old, new, told):
    """With line and column, as every other fault."""
    name = HOUSING if "housing" in old else f"sources/{load_bundle(project).project.spine}.yaml"
    text = (project / name).read_text("utf-8")
    if old not in text:
        old, new = "sector:", f"{new}\nsector:"
    found = faults_of(project, name, old, new)

    assert any(told in fault for fault in found)


def test_a_spine_that_is_no_source(project):
    """The line is that of `spine`."""
    spine = load_bundle(project).project.spine
    [fault] = faults_of(project, "project.yaml", f"spine: {spine}", "spine: elsewhere")

    assert "spine `elsewhere` is not a source. Use one of:" in fault


def test_a_key_that_stands_twice(project):
    """Which of the two would count, nobody could tell."""
    [fault] = faults_of(project, HOUSING, "sector: council", "sector: council\nsector: nhs")

    assert fault.startswith("sources/housing.yaml:5:1: `sector` is given twice. Keep one of the two.")


@pytest.mark.parametrize(("name", "model"), [("project.yaml", Project), (HOUSING, Source)])
def test_whatever_is_odd_is_told_whole(project, name, model):
    """Every entry made odd in fifteen ways, one at a time: each fault has line, column, what, why and fix."""
    told = 0
    for odd in oddities(read_yaml(project / name, name=name)):
        faults = []
        validate_yaml(odd, model, faults)
        assert [(str(fault), lacking) for fault in faults if (lacking := incomplete(fault))] == []
        told += bool(faults)

    assert told > 300


def test_every_validator_says_why_and_how_to_mend_it():
    """Nothing in a settings module is refused with a bare ValueError, which has neither."""
    root = Path(__file__).parents[2]
    files = [
        *root.glob("governance/settings/*.py"),
        *root.glob("cohorts/settings*.py"),
        *root.glob("cohorts/board/*.py"),
    ]

    assert len(files) > 12
    assert [file.name for file in files if "raise ValueError" in file.read_text("utf-8")] == []
