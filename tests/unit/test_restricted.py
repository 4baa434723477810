"""Legally restricted codes: rows that hold one are left out at the source, whatever the config maps."""

from hashlib import sha256

import pytest
from pydantic import ValidationError

from governance.errors import BadInput, PolicyRefusal
from governance.intake.reconcile import FileCounts
from governance.restricted import RestrictedReceipt, leave_out_restricted
from governance.restricted_codes import FAMILIES, prefixes
from governance.settings.project import RestrictedCodes
from tests.lib.governance import write_config
from tests.lib.intake import (
    EVENT_COLUMNS,
    EVENTS_HEADER,
    PEOPLE_COLUMNS,
    PEOPLE_HEADER,
    deliver,
    events_file,
    make_source,
    people_file,
    read,
    table,
)

CODES = ["Z31.2", "z312", "J45.0", "J450|F64.0", "Q13.1", "", "A63", "A640 B99", "TZ312"]


def intake_of(root, system, codes=CODES):
    """An intake whose events file has these codes in ``kind``."""
    columns = {**EVENT_COLUMNS, "kind": {"class": "event_field", "code_system": system}}
    source = make_source(people_file(), events_file(columns=columns))
    rows = [f"p1,2025-01-01,,{code},{number}" for number, code in enumerate(codes)]
    deliver(root, {"people.csv": table(PEOPLE_HEADER, "p1,,Archer,,,,"), "cases.csv": table(EVENTS_HEADER, *rows)})
    return read(root, source)


def own_list(root, content):
    """The project with its own list of restricted codes."""
    (root / "codes.csv").write_text(content)
    named = RestrictedCodes(path="codes.csv", edition="own", sha256=sha256(content.encode()).hexdigest())
    return write_config(root / "project").project.model_copy(update={"restricted_codes": named})


def left(intake):
    """Codes that go on."""
    return [code for (code,) in intake.con.execute("SELECT kind FROM file_cases ORDER BY row_no").fetchall()]


@pytest.mark.parametrize(
    ("system", "staying"),
    [
        ("icd10", ["J45.0", "Q13.1", None, "TZ312"]),
        ("opcs4", ["Z31.2", "z312", "J45.0", "J450|F64.0", None, "A63", "A640 B99", "TZ312"]),
    ],
)
def test_codes_are_known_however_they_are_written(tmp_path, system, staying):
    """With and without dots, in small letters, several in one cell; of another system they mean something else."""
    intake = intake_of(tmp_path, system)

    receipt = leave_out_restricted(intake, tmp_path, write_config(tmp_path / "project").project)

    assert left(intake) == staying
    gone = len(CODES) - len(staying)
    assert intake.counts["cases"] == FileCounts(rows_in=9, rows_out=9 - gone, rejected=0, restricted=gone)
    assert receipt == RestrictedReceipt(columns=1)


def test_snomed_codes_are_whole_codes_of_the_own_list(tmp_path):
    """A longer number that begins alike is another concept."""
    intake = intake_of(tmp_path, "snomed_ct", ["123456", "1234567", "123456|789"])

    receipt = leave_out_restricted(intake, tmp_path, own_list(tmp_path, "code_system,code\nsnomed_ct,123456\n"))

    assert left(intake) == ["1234567"]
    assert receipt.own == "own"


def test_the_own_list_adds_and_never_takes_away(tmp_path):
    """What ships stays restricted."""
    intake = intake_of(tmp_path, "icd10", ["J45.0", "Z312", "K20"])

    leave_out_restricted(intake, tmp_path, own_list(tmp_path, "code_system,code\nicd10,J45\n"))

    assert left(intake) == ["K20"]


def test_snomed_without_a_list_is_refused(tmp_path):
    """Nothing can say which of its codes are restricted."""
    intake = intake_of(tmp_path, "snomed_ct")

    with pytest.raises(PolicyRefusal, match="no list says which") as refused:
        leave_out_restricted(intake, tmp_path, write_config(tmp_path / "project").project)

    assert refused.value.code == "E-RESTRICTED-ABSENT"


@pytest.mark.parametrize("content", ["", "code\n1\n", "code_system,code\nread,X1\n", "code_system,code\nicd10,X\n"])
def test_an_own_list_that_cannot_be_read_is_refused(tmp_path, content):
    """Rather than half of it used; one letter would restrict a chapter."""
    with pytest.raises(BadInput, match="cannot be read"):
        leave_out_restricted(intake_of(tmp_path, "icd10"), tmp_path, own_list(tmp_path, content))


def test_another_list_than_the_signed_one_is_refused(tmp_path):
    """Its digest is in the signed project file."""
    project = own_list(tmp_path, "code_system,code\nicd10,J45\n")
    (tmp_path / "codes.csv").write_text("code_system,code\n")

    with pytest.raises(PolicyRefusal, match="not the file that was signed"):
        leave_out_restricted(intake_of(tmp_path, "icd10"), tmp_path, project)


@pytest.mark.parametrize(
    "column",
    [
        {"class": "event_field", "code_system": "icd10", "values": {"Z312": "clinic"}},
        {"class": "drop", "code_system": "icd10"},
    ],
    ids=["mapped first", "not loaded"],
)
def test_codes_cannot_be_mapped_away_before_they_are_looked_at(column):
    """A map of values would rename a restricted code before the list sees it."""
    with pytest.raises(ValidationError, match="codes as delivered"):
        make_source(people_file(), events_file(columns={**EVENT_COLUMNS, "kind": column}, events=[]))


def test_a_person_is_never_left_out_for_a_code():
    """Only events are."""
    coded = {**PEOPLE_COLUMNS, "diagnosis": {"class": "attribute", "code_system": "icd10"}}

    with pytest.raises(ValidationError, match="belongs to files of events"):
        make_source(people_file(columns=coded))


def test_every_kind_of_restriction_is_there_in_every_system():
    """Each with its law; what is not confirmed from a published list says so."""
    kinds = {(one.family, one.system) for one in FAMILIES}

    assert {family for family, _ in kinds} == {"fertility", "sexual_health", "gender", "termination"}
    assert {family for family, system in kinds if system == "snomed_ct"} == {family for family, _ in kinds}
    assert all(one.law and one.source for one in FAMILIES)
    assert {one.status for one in FAMILIES if one.system != "snomed_ct"} == {"unconfirmed"}
    assert prefixes("snomed_ct") == ()
