"""Single values: cleaned, read, or set aside with a reason. The person stays."""

from datetime import date

import pyarrow as pa
import pytest
from pydantic import ValidationError

from governance.errors import BadInput, ConfigError, PolicyRefusal
from governance.intake.clean import clean_text
from governance.settings import Column
from tests.lib.intake import (
    PEOPLE_COLUMNS,
    PEOPLE_HEADER,
    codes,
    deliver,
    make_source,
    read,
    read_people,
    rows_of,
    table,
)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  x  ", "x"),
        ("x\u00a0y", "x y"),
        ("x\ty\nz", "x y z"),
        ("Zoe\u0308", "Zoë"),
        ("a\x00b\u200bc\ufeff", "abc"),
        ("O'Neill-Ôze", "O'Neill-Ôze"),
        ("a  b", "a  b"),
        (" \u3000\t", None),
        ("", None),
        ("NK", None),
        (" NK ", None),
        ("nk", "nk"),
        (None, None),
    ],
)
@pytest.mark.parametrize("beside", ["plain", "ünplain"])
def test_typing_differences_that_mean_nothing_are_removed(text, cleaned, beside):
    """Whatever stands in the column's other cells."""
    column = pa.chunked_array([[text, beside]], pa.string())

    assert clean_text(column, missing=["NK"]).to_pylist() == [cleaned, beside]


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("9990000018", "9990000018", None),
        ("999 000 0018", "9990000018", None),
        ("999-000-0018", "9990000018", None),
        ("9990000019", None, "nhs_number_check_digit"),
        ("999000001", None, "nhs_number_shape"),
        ("99900000180", None, "nhs_number_shape"),
        ("9.99E+09", None, "number_rounded"),
        ("99900000l8", None, "nhs_number_shape"),
        ("٩٩٩٠٠٠٠٠١٨", None, "nhs_number_shape"),
        ("0000000000", None, "nhs_number_repeated"),
        ("1111111111", None, "nhs_number_repeated"),
        ("", None, None),
    ],
)
def test_nhs_numbers_are_ten_digits_that_pass_modulus_11(tmp_path, text, value, code):
    """Others become missing, with the reason."""
    intake = read_people(tmp_path, f"p1,{text},Archer,1980-02-01,NM1 2AB,2,")

    assert rows_of(intake, "people", "nhs_number") == [(value,)]
    assert codes(intake) == ([(1, "nhs_number", code)] if code else [])


def check_digit_by_hand(nine: str) -> str | None:
    """The NHS Data Dictionary's recipe, step by step; None if no digit is right."""
    total = sum(int(nine[i]) * (10 - i) for i in range(9))
    check = 11 - total % 11
    return None if check == 10 else str(check % 11)


def test_modulus_11_agrees_with_the_recipe_in_plain_python(tmp_path):
    """A thousand stems, each with all ten last digits."""
    stems = [f"999{i * 997:06d}" for i in range(200)]
    numbers = [f"{stem}{last}" for stem in stems for last in range(10)]
    intake = read_people(tmp_path, *(f"p{i},{number},A,,,," for i, number in enumerate(numbers)))

    kept = [number for (number,) in rows_of(intake, "people", "nhs_number") if number]

    assert kept == [f"{stem}{check}" for stem in stems if (check := check_digit_by_hand(stem))]


def test_test_numbers_are_nobodys_in_a_real_project(tmp_path):
    """Test patients left in an extract would otherwise be linked to each other."""
    deliver(tmp_path, {"people.csv": table(PEOPLE_HEADER, "p1,9990000018,A,,,,", "p2,9434765919,B,,,,")})

    intake = read(tmp_path, make_source(), synthetic=False)

    assert rows_of(intake, "people", "nhs_number") == [(None,), ("9434765919",)]
    assert codes(intake) == [(1, "nhs_number", "nhs_number_test_range")]


def test_a_synthetic_project_refuses_real_numbers(tmp_path):
    """Otherwise anyone could run real people through, unsigned, under demo keys."""
    deliver(tmp_path, {"people.csv": table(PEOPLE_HEADER, "p1,9434765919,A,,,,", "p2,9990000018,B,,,,")})

    with pytest.raises(PolicyRefusal) as refused:
        read(tmp_path, make_source())

    assert str(refused.value) == (
        "housing: fewer than 8 NHS numbers are not from the test range, in a project marked synthetic.\n"
        "  Why: Synthetic projects run unsigned under keys that anyone can make; real people must never be in one.\n"
        "  Fix: Remove `synthetic: true` from project.yaml and have the project approved, or remove the real data."
    )
    assert refused.value.code == "E-SYNTHETIC"


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("nm1 2ab", "NM1 2AB", None),
        ("NM12AB", "NM1 2AB", None),
        (" nm 1 2.a-b", "NM1 2AB", None),
        ("EC1A 1BB", "EC1A 1BB", None),
        ("GIR 0AA", "GIR 0AA", None),
        ("ZZ99 3VZ", "ZZ99 3VZ", None),
        ("NM1", None, "postcode_shape"),
        ("NM1 2AB1", None, "postcode_shape"),
        ("N/A", None, "postcode_shape"),
        ("NK", None, None),
    ],
)
def test_postcodes_have_the_uk_shape(tmp_path, text, value, code):
    """Capitals, one space; no fixed abode stays visible."""
    intake = read_people(tmp_path, f"p1,,Archer,1980-02-01,{text},2,")

    assert rows_of(intake, "people", "postcode") == [(value,)]
    assert codes(intake) == ([(1, "postcode", code)] if code else [])


def test_postcodes_of_another_kind_have_their_own_pattern(tmp_path):
    """Australian ones are four digits."""
    columns = PEOPLE_COLUMNS | {"postcode": PEOPLE_COLUMNS["postcode"] | {"pattern": "[0-9]{4}"}}

    intake = read_people(tmp_path, "p1,,A,,2021,,", "p2,,B,,NM1 2AB,,", columns=columns)

    assert rows_of(intake, "people", "postcode") == [("2021",), (None,)]
    assert codes(intake) == [(2, "postcode", "pattern")]


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("01/02/1980", date(1980, 2, 1), None),
        ("1/2/1980", date(1980, 2, 1), None),
        ("1980-02-01", date(1980, 2, 1), None),
        ("29/02/2024", date(2024, 2, 29), None),
        ("29/02/2023", None, "date_unreadable"),
        ("31/04/1980", None, "date_unreadable"),
        ("02/13/1980", None, "date_unreadable"),
        ("01/02/80", None, "date_unreadable"),
        ("infinity", None, "date_unreadable"),
        ("unknown", None, "date_unreadable"),
        ("1980", None, "date_unreadable"),
        ("30/09/2025", date(2025, 9, 30), None),
        ("01/10/2025", None, "birth_date_future"),
        ("01/01/1900", date(1900, 1, 1), None),
        ("31/12/1899", None, "birth_date_before_1900"),
        ("", None, None),
    ],
)
def test_dates_of_birth_exist_and_lie_between_1900_and_the_period(tmp_path, text, value, code):
    """Formats are tried in the order given; two-digit years are not guessed."""
    good = [f"q{i},,B,1980-02-01,,," for i in range(3)]
    intake = read_people(tmp_path, f"p1,,Archer,{text},,,", *good)

    assert rows_of(intake, "people", "born")[0] == (value,)
    assert codes(intake) == ([(1, "born", code)] if code else [])


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("01/02/45", 1945),
        ("01/02/68", 1968),
        ("01/02/70", 1970),
        ("01/02/05", 2005),
        ("30/09/25", 2025),
        ("01/10/25", 1925),
    ],
)
def test_a_year_of_two_digits_is_in_the_past(tmp_path, text, year):
    """Where the format says two digits, nobody is born after the period: 45 is 1945."""
    columns = PEOPLE_COLUMNS | {"born": PEOPLE_COLUMNS["born"] | {"format": "%d/%m/%y"}}

    intake = read_people(tmp_path, f"p1,,Archer,{text},,,", "p2,,B,01/02/80,,,", columns=columns)

    assert rows_of(intake, "people", "born")[0][0].year == year
    assert codes(intake) == []


def test_a_lost_zero_is_not_guessed_back(tmp_path):
    """Without separators 1980121 could be 12 January or 1 December."""
    columns = PEOPLE_COLUMNS | {"born": PEOPLE_COLUMNS["born"] | {"format": "%Y%m%d"}}

    intake = read_people(tmp_path, "p1,,A,1980121,,,", "p2,,B,19800121,,,", columns=columns)

    assert rows_of(intake, "people", "born") == [(None,), (date(1980, 1, 21),)]


def test_codes_become_standard_values_and_unknown_ones_are_counted(tmp_path):
    """A code mapped to nothing is known to mean nothing, and not counted."""
    intake = read_people(tmp_path, "p1,,A,,,1,", "p2,,B,,,2,", "p3,,C,,,9,", "p4,,D,,,X,", "p5,,E,,,,")

    assert rows_of(intake, "people", "sex") == [("male",), ("female",), (None,), (None,), (None,)]
    assert codes(intake) == [(4, "sex", "unknown_code")]


def test_a_pattern_the_database_does_not_know_is_a_fault_of_the_config(tmp_path):
    """Found before any row is read by it; formats are found when the config is read."""
    columns = PEOPLE_COLUMNS | {"postcode": PEOPLE_COLUMNS["postcode"] | {"pattern": "(?=x)"}}

    with pytest.raises(ConfigError, match="column `postcode` has a format or pattern that cannot be used"):
        read_people(tmp_path, "p1,,A,,,,", columns=columns)


def test_free_text_and_dropped_columns_are_never_loaded(tmp_path):
    """Nor is the source's own id: the pseudonym stands for it."""
    intake = read_people(tmp_path, "p1,,A,,,,secret")

    columns = [name for name, *_ in intake.con.execute("DESCRIBE file_people").fetchall()]
    assert columns == ["row_no", "record_id", "nhs_number", "surname", "born", "postcode", "sex"]


def test_types_are_text_and_date(tmp_path):
    """As the payload and the encoder expect them."""
    intake = read_people(tmp_path, "p1,,A,,,,")

    kinds = {name: kind for name, kind, *_ in intake.con.execute("DESCRIBE file_people").fetchall()}
    assert kinds == {
        "row_no": "BIGINT",
        "record_id": "BIGINT",
        "nhs_number": "VARCHAR",
        "surname": "VARCHAR",
        "born": "DATE",
        "postcode": "VARCHAR",
        "sex": "VARCHAR",
    }


@pytest.mark.parametrize(
    ("system", "text", "value", "code"),
    [
        ("excel-1900", "45231", date(2023, 11, 1), None),
        ("excel-1904", "45231", date(2027, 11, 2), None),
        ("excel-1900", "45231.0", date(2023, 11, 1), None),
        ("excel-1900", "45231.9999", date(2023, 11, 1), None),
        ("excel-1900", "45231.999999", None, "date_serial"),
        ("excel-1900", "2101", date(1905, 10, 1), None),
        ("excel-1900", "1980", None, "date_unreadable"),
        ("excel-1900", "60", None, "date_unreadable"),
        ("excel-1900", "0", None, "date_unreadable"),
        ("excel-1900", "-45231", None, "date_unreadable"),
        ("excel-1900", "73051", None, "date_unreadable"),
        ("excel-1900", "19800121", None, "date_unreadable"),
        ("excel-1900", "4.5231E+04", None, "date_unreadable"),
        ("excel-1900", "45231,5", None, "date_unreadable"),
        ("excel-1900", "01/11/2023", None, "date_unreadable"),
        ("%d/%m/%Y | excel-1900", "01/11/2023", date(2023, 11, 1), None),
        ("%d/%m/%Y | excel-1900", "45231", date(2023, 11, 1), None),
        ("%d/%m/%Y", "45231", None, "date_serial"),
        ("%Y-%m-%d", "45231.5", None, "date_serial"),
    ],
)
def test_a_number_is_a_day_only_where_the_format_says_from_which(tmp_path, system, text, value, code):
    """The same number is two days, four years apart; a time beside it never moves the day; years are no days."""
    columns = PEOPLE_COLUMNS | {"born": {"class": "attribute", "format": system}}

    good = {"%d/%m/%Y": "01/02/1980", "%Y-%m-%d": "1980-02-01"}.get(system, "40000")

    intake = read_people(tmp_path, f'p1,,A,"{text}",,,', f"p2,,B,{good},,,", columns=columns)

    assert rows_of(intake, "people", "born")[0] == (value,)
    assert codes(intake) == ([(1, "born", code)] if code else [])


def test_a_column_of_numbers_of_days_is_refused_until_the_source_says_which(tmp_path):
    """Both systems read every one of them, so neither is chosen; the message says what to ask, and no value."""
    with pytest.raises(BadInput) as refused:
        read_people(tmp_path, *(f"p{n},,A,2{n}252,,," for n in range(1, 10)))

    fault = refused.value.faults[0]
    assert "column `born`" in fault.what
    assert "`format: excel-1900` or `excel-1904`" in fault.fix
    assert "252" not in str(refused.value)


def test_a_format_names_one_system_of_days():
    """Of two, the first would read everything."""
    with pytest.raises(ValidationError, match="cannot be both"):
        Column.model_validate({"class": "event_field", "format": "excel-1904 | excel-1900"})
