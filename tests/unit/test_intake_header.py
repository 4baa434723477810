"""Is the header as described? Names may be shown, values may not."""

import pytest

from governance.intake.header import header_faults
from governance.intake.read import Dialect, read_csv
from tests.lib.intake import PEOPLE_HEADER, make_source, people_file


def faults(header: str, *, rows: str = "x\n", **changes: object) -> list[str]:
    """Faults of a file with this header."""
    [file] = make_source(people_file(**changes)).files
    return [str(fault) for fault in header_faults(read_csv(f"{header}\n{rows}".encode(), Dialect()), file, "housing")]


def test_a_header_as_described_has_no_fault():
    """Column order does not matter."""
    assert faults(",".join(reversed(PEOPLE_HEADER.split(",")))) == []


def test_free_text_may_be_left_out():
    """It is never loaded, so nothing is lost."""
    assert faults(PEOPLE_HEADER.removesuffix(",notes")) == []


@pytest.mark.parametrize("name", ["SURNAME", "sur_name", "Sur Name", "surnames"])
def test_a_close_name_is_taken_for_a_new_name(name):
    """The likeliest pair is named, once, and not as missing and extra beside it."""
    assert faults(PEOPLE_HEADER.replace("surname", name)) == [
        f"column `surname` is missing; `{name}`, which is not listed, may be its new name."
        " Ask the source; if so, rename it in sources/housing.yaml."
    ]


def test_what_stands_in_the_place_of_a_missing_column_may_be_it():
    """Under a name that is not like its own; told to drop it, somebody would lose every date of birth."""
    assert faults(PEOPLE_HEADER.replace("born", "DOB")) == [
        "column `born` is missing; `DOB`, which is not listed, may be its new name."
        " Ask the source; if so, rename it in sources/housing.yaml."
    ]
    assert len(faults(PEOPLE_HEADER.replace("born,", "") + ",DOB")) == 2


def test_spaces_around_a_name_do_not_matter():
    """They are a way of writing CSV."""
    assert faults(PEOPLE_HEADER.replace("surname", " surname ")) == []


def test_all_faults_of_a_header_are_found_at_once():
    """One run tells everything that must be mended."""
    header = "person_ref,nhs_number,sur-name,postcode,sex,sex,shoe_size,"

    assert faults(header) == [
        "column `surname` is missing; `sur-name`, which is not listed, may be its new name."
        " Ask the source; if so, rename it in sources/housing.yaml.",
        "column `born` is missing. Ask the source to deliver it again with this column.",
        "column 7 (`shoe_size`) is not listed."
        " Ask the source to leave it out, or list it in sources/housing.yaml with the class drop.",
        "column 8, which has no name, is not listed."
        " Ask the source to leave it out, or list it in sources/housing.yaml with the class drop.",
        "more than one column is called `sex`. Ask the source for one column a name.",
    ]


def test_a_file_without_a_header_shows_no_value():
    """Its first row is a person."""
    [fault] = faults("p1,9990000018,Quizzaciously,1980-01-01,NM1 2AB,1,")

    assert fault == (
        "has a first row that is not a header: none of the 7 listed columns is in it."
        " Ask the source for a header row, or set `header_row` if titles stand above it."
    )


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolon"), ("\t", "tab"), ("|", "bar"), ("~", "tilde")])
def test_another_delimiter_is_recognised(mark, name):
    """The header is all in one cell."""
    [fault] = faults(PEOPLE_HEADER.replace(",", mark))

    assert fault.endswith(f"Its cells are parted by a {name}: set `delimiter`.")


def test_a_header_alone_is_a_fault():
    """An extract without rows is more likely broken than true."""
    [fault] = faults(PEOPLE_HEADER, rows="")
    assert fault.startswith("has a header and no rows, as one that was cut on its way has.")
    assert "have `may_be_empty: true` put beside this file's `grain` in sources/housing.yaml and approved" in fault


def test_a_header_alone_is_believed_where_that_was_signed_for():
    """Nobody this month; what is wrong with the header is still told."""
    assert faults(PEOPLE_HEADER, rows="", may_be_empty=True) == []
    [fault] = faults(PEOPLE_HEADER.replace("surname", "Sur Name"), rows="", may_be_empty=True)
    assert "may be its new name" in fault


def test_names_that_clash_in_the_database_are_faults():
    """Our own column record_id, and names that differ by case only."""
    columns = people_file()["columns"] | {"Record_ID": {"class": "attribute"}, "Sex": {"class": "attribute"}}

    assert faults(",".join(columns), columns=columns) == [
        "column `Record_ID` has the same name as `record_id`, but for case."
        " Give it the class drop in sources/housing.yaml, or ask for another name.",
        "column `Sex` has the same name as `sex`, but for case."
        " Give it the class drop in sources/housing.yaml, or ask for another name.",
    ]


def test_the_sources_own_id_may_be_called_record_id():
    """It becomes the pseudonym and is not itself a column."""
    columns = {("record_id" if name == "person_ref" else name): c for name, c in people_file()["columns"].items()}

    assert faults(",".join(columns), columns=columns) == []
