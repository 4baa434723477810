"""Spec: the definitions that ship: they load, they say what they mean, and the demo's are the same."""

import json
import re
import shutil
from pathlib import Path

import jsonschema
import pytest

from cohorts.catalogue import catalogue_of, kinds_used
from cohorts.compile import compile_query
from cohorts.definition import cohort_schema, load_definitions, read_definition
from cohorts.english import definition_english
from cohorts.manifest import describe_definitions
from cohorts.query import Definition
from governance.errors import ConfigError
from governance.settings import Source, YamlFile, load_bundle, read_yaml, validate_yaml
from tests.lib.cohorts import AS_OF

ROOT = Path(__file__).parents[2]
LIBRARY = sorted((ROOT / "config/library").glob("*.yaml"))
GOLDEN = ROOT / "tests/golden/cohort_english"
files = pytest.mark.parametrize("path", LIBRARY, ids=[path.stem for path in LIBRARY])


DEMO = sorted((ROOT / "config/demo/cohorts").glob("*.yaml"))


def _sources() -> list[Source]:
    """Every source of the whole synthetic system."""
    faults = []
    paths = [*(ROOT / "config/demo/sources").glob("*.yaml"), *(ROOT / "config/whole/sources").glob("*.yaml")]
    found = [validate_yaml(read_yaml(path, name=path.name), Source, faults) for path in sorted(paths)]
    assert faults == []
    return [source for source in found if source]


CATALOGUE = catalogue_of(_sources())
"""What a project must map to run the whole library."""


def definition(path: Path) -> Definition:
    """A library file as a definition; faults fail the test."""
    faults = []
    found = read_definition(_file(path), "population_health_planning", CATALOGUE, faults)
    assert [str(fault) for fault in faults] == []
    assert found
    return found


def _file(path: Path) -> YamlFile:
    return read_yaml(path, name=f"cohorts/{path.name}")


def test_the_library_ships_whole():
    """C01 to C15 of the design, C16 as a demonstration, and the mission's own test as C00."""
    assert [path.stem[:3] for path in LIBRARY] == [f"c{number:02}" for number in range(17)]


@pytest.mark.parametrize("path", DEMO, ids=[path.stem for path in DEMO])
def test_the_demo_runs_the_library_as_it_is(path):
    """Byte for byte: what is tested here is what the demo shows; it shows a few, so that a board can read them."""
    assert 4 <= len(DEMO) <= 6
    assert (ROOT / "config/library" / path.name).read_bytes() == path.read_bytes()


def test_the_demo_maps_all_that_the_library_asks_for():
    """Every kind and need, from the demo's own source files; each definition names the sources it rests on."""
    bundle = load_bundle(ROOT / "config/demo")

    told = describe_definitions(load_definitions(bundle), bundle.sources)

    assert [one["id"] for one in told] == [path.stem for path in DEMO]
    assert "police" in told[-1]["data_sources"]
    assert all(one["english"] and one["steps"] and one["ladder"] and one["sha256"] for one in told)
    assert [step["step"] for step in told[0]["steps"]] == [f"{n:02}" for n in range(1, 8)]
    [emergency] = [line for line in told[0]["caveats"] if line.startswith("Emergency")]  # a line a source
    [advice] = [line for line in told[0]["caveats"] if line.startswith("Advice")]
    # It is said for which events each share holds, else the two contradict each other.
    assert "and about 60% of the people served (for ambulance call-outs)." in emergency
    assert "the extract holds about 60% of the people served. Known gaps: Other" in advice


def test_faults_of_all_cohort_files_come_in_one_error(tmp_path):
    """Two files, one fault each, nothing run."""
    shutil.copytree(ROOT / "config/demo", tmp_path, dirs_exist_ok=True)
    for path in sorted((tmp_path / "cohorts").glob("*.yaml"))[:2]:
        path.write_text(path.read_text(encoding="utf-8").replace("asc.service", "asc.servise"), encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        load_definitions(load_bundle(tmp_path))

    assert [(fault.file, fault.fix.startswith("Did you mean asc.service")) for fault in raised.value.faults] == [
        ("cohorts/c01_severe_multiple_disadvantage.yaml", True),
        ("cohorts/c03_high_intensity_urgent_care.yaml", True),
    ]


@files
def test_a_library_file_fits_the_schema_that_editors_use(path):
    """And its first line names that schema."""
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schemas/cohort.schema.json"
    jsonschema.validate(_file(path).data, cohort_schema())


def test_the_schema_speaks_to_editors():
    """Parameters are allowed where values are, settings are described, and patterns are not Python's own."""
    schema = cohort_schema()
    count = schema["$defs"]["EvidenceSettings"]["properties"]["count"]

    assert {"type": "string", "pattern": r"^\$[a-z][a-z0-9_]{1,39}$"} in count["anyOf"]
    assert schema["properties"]["purpose"]["description"] == "Must be the project's purpose."
    assert "(?P<" not in json.dumps(schema)


@files
def test_english_of_a_library_definition(path):
    """Generated from the nodes; the golden text is what a board agreed to read."""
    english = "\n".join(definition_english(definition(path))) + "\n"

    assert english == (GOLDEN / f"{path.stem}.txt").read_text(encoding="utf-8")


@files
def test_a_library_definition_says_honestly_that_nobody_has_reviewed_it(path):
    """Until someone signs, with a name and a day."""
    found = definition(path)

    assert (found.review.status, found.lived_experience.status) == ("not yet reviewed", "not yet reviewed")
    assert found.evidence
    assert found.sources


@files
def test_thresholds_are_parameters(path):
    """What the literature disputes a board can set, inside a range and with a reason."""
    found = definition(path)

    assert {parameter.name for parameter in found.parameters} >= {"lookback", "min_share"}
    assert len(found.parameters) >= 3
    assert all(parameter.why for parameter in found.parameters)


@files
def test_compiling_a_library_definition_is_pure(path):
    """The same nodes and date give the same text and the same values."""
    found = definition(path)

    assert compile_query(found.query, AS_OF) == compile_query(found.query, AS_OF)


@files
def test_values_of_a_definition_bind(path):
    """No kind of event, need or number of a definition stands in the SQL text."""
    found = definition(path)
    statement = compile_query(found.query, AS_OF)

    literals = set(re.findall(r"'[^']*'", statement.sql))
    bound = {name for value in statement.params.values() if isinstance(value, list) for name in value}
    assert literals == {"'ASC'", "'NULLS LAST'"}
    assert bound >= set(kinds_used(found.query))
