"""`joinedup source add`: a draft from an extract nobody has described; no value is shown, nothing unconfirmed runs."""

import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
import yaml

from flows.cli import run
from flows.source_draft import add_source
from flows.starter import start_project
from governance.errors import BadInput
from governance.intake.profile import profile_extract
from governance.intake.suggest import suggest
from governance.settings import ExtractFile, load_bundle
from tests.lib.intake import PERIOD, deliver, make_source, read

MARK = "Quizzaciously"
SENDER = "Northmoor Open Door"
DEMO = Path(__file__).parents[2] / "config" / "demo"
ROWS = 60
HEADER = [
    *(
        "Client Ref",
        "NHS_No",
        "Given Name",
        "Family Name",
        "DOB",
        "Post Code",
        "Gender",
        "Mobile",
        "E-mail",
        "Ethnicity",
    ),
    *("Case Notes", "Referred", "Team", "Town", "Wibble"),
    *(f"Flag {n}" for n in range(25)),
]
DIRECT = "direct_identifier"
EXPECTED = {
    "Client Ref": (DIRECT, "record_id", ""),
    "NHS_No": (DIRECT, "nhs_number", ""),
    "Given Name": (DIRECT, "forename", ""),
    "Family Name": (DIRECT, "surname", ""),
    "DOB": (DIRECT, "date_of_birth", "%d/%m/%Y"),
    "Post Code": (DIRECT, "postcode", ""),
    "Gender": ("quasi_identifier", "sex", ""),
    "Mobile": (DIRECT, "phone", ""),
    "E-mail": (DIRECT, "email", ""),
    "Ethnicity": ("quasi_identifier", "ethnic_group", ""),
    "Case Notes": ("free_text", "", ""),
    "Referred": ("event_field", "", "%Y-%m-%d"),
    "Team": ("attribute", "", ""),
    "Town": (DIRECT, "address", ""),
    "Wibble": (DIRECT, "other_identifier", ""),
}


def _row(n: int) -> list[str]:
    person = [
        f"C{n:04}",
        "999 000 0018" if n % 5 else "",
        f"{MARK}{n}",
        f"O'Zoë{MARK}",
        f"{n % 28 + 1:02}/{n % 12 + 1:02}/1960",
    ]
    contact = ["NM1 2AB", "MF"[n % 2], f"07700 900{n:03}", f"{MARK}{n}@example.org", "A"]
    rest = [f"Seen; said {MARK} and went home again after a cup of tea and some more talk", f"2025-09-{n % 30 + 1:02}"]
    return [*person, *contact, *rest, f"Team {n % 3}", f"{MARK}ton", f"{MARK}{n}", *(str(n % 2) for _ in range(25))]


TABLE = [HEADER, *(_row(n) for n in range(ROWS))]


def _text(delimiter: str, *titles: str) -> str:
    cells = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in TABLE]
    return "\r\n".join([*titles, *(delimiter.join(row) for row in cells)]) + "\r\n"


def _apostrophes() -> str:
    """Every cell between apostrophes; one inside a cell stands twice."""
    cells = [["'" + cell.replace("'", "''") + "'" for cell in row] for row in TABLE]
    return "".join(";".join(row) + "\n" for row in cells)


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append([f"Printed for {MARK}"])
    for row in TABLE:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _parquet() -> bytes:
    out = pa.BufferOutputStream()
    texts = pa_csv.ConvertOptions(column_types=dict.fromkeys(HEADER, pa.string()))
    pq.write_table(pa_csv.read_csv(io.BytesIO(_text(",").encode()), convert_options=texts), out)
    return out.getvalue().to_pybytes()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", _text("|"))
    return out.getvalue()


LAYOUTS = {
    "plain.csv": (_text(",").encode(), {"format": "csv", "encoding": "utf-8", "delimiter": ","}),
    "excel.csv": (_text(";").encode("cp1252"), {"format": "csv", "encoding": "cp1252", "delimiter": ";"}),
    "tildes.txt": (_text("~").encode("cp1252"), {"format": "csv", "encoding": "cp1252", "delimiter": "~"}),
    "apostrophes.csv": (_apostrophes().encode("utf-8-sig"), {"format": "csv", "delimiter": ";", "quote": "'"}),
    "titled.txt": (
        _text("\t", f"Register of {MARK}", "Printed in May").encode("utf-16"),
        {"format": "csv", "encoding": "utf-16", "delimiter": "\t", "header_row": 3},
    ),
    "book.xlsx": (_workbook(), {"format": "xlsx", "header_row": 2}),
    "columns.parquet": (_parquet(), {"format": "parquet"}),
    "packed.zip": (_zip(), {"format": "csv", "delimiter": "|"}),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_profiled_and_can_be_read_as_profiled(tmp_path, name):
    """Every column gets the class a person would give it, and the file is then read without a row lost."""
    content, wanted = LAYOUTS[name]
    root = deliver(tmp_path, {name: content})

    found = profile_extract(root / "extracts" / PERIOD / name)
    suggestions = suggest(found.columns)

    assert {key: getattr(found, key) for key in wanted} == wanted
    told = {
        shape.name: (str(one.column_class), one.role, shape.format if one.role in ("", "date_of_birth") else "")
        for shape, one in zip(found.columns, suggestions, strict=True)
    }
    assert {column: told[column] for column in EXPECTED} == EXPECTED
    assert {told[column][0] for column in HEADER[15:]} == {"attribute"}
    assert MARK not in f"{found}{suggestions}"


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    """The synthetic system's settings with a draft of a stranger's extract, which lies below extracts/."""
    root = Path(shutil.copytree(DEMO, tmp_path_factory.mktemp("source_add") / "project"))
    deliver(root, {"plain.csv": LAYOUTS["plain.csv"][0]})
    add_source(root, root / "extracts" / PERIOD / "plain.csv", source_id="stranger", organisation=SENDER, sector="vcse")
    return root


@pytest.fixture
def root(drafted, tmp_path):
    """A copy of it."""
    return Path(shutil.copytree(drafted, tmp_path / "project"))


def add(capsys, root: Path, extract: Path, *words: str) -> tuple[int, str]:
    """Exit code and everything the command said."""
    told = ["--id", "stranger", "--organisation", SENDER, "--sector", "vcse"]
    code = run(["source", "add", str(extract), "--dir", str(root), *told, *words])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_a_draft_is_confirmed_by_name_for_each_way_that_columns_go(root, capsys):
    """Three signatures under lists of columns; the rest are facts no program can know."""
    (root / "sources" / "stranger.yaml").unlink()
    code, said = add(capsys, root, root / "extracts" / PERIOD / "plain.csv", "--json")

    draft = root / "sources" / "stranger.yaml"
    text = draft.read_text("utf-8")
    assert code == 0
    assert MARK not in said + text
    assert json.loads(said)["result"]["columns"][1]["filled"] == "over half filled"
    assert text.count("confirm: true}") == len(HEADER) == 40

    assert run(["check", str(root)]) == 3
    refused = capsys.readouterr().err
    assert "E-CONFIG-CONFIRM" in refused
    lines = [number for number, line in enumerate(text.splitlines(), 1) if "confirm: true}" in line]
    told = "nobody has confirmed `Client Ref`, `NHS_No`, `Given Name` and 6 more, "
    assert f"sources/stranger.yaml:{lines[0]}:7: {told}lines {lines[0]} to {lines[13]}: they would leave" in refused
    assert "`Gender`, `Ethnicity`, `Referred` and 26 more" in refused
    assert len(refused.splitlines()) == 8, "forty lines that say the same are read by nobody"
    dated = re.sub(r"start: REPLACE .*", "start: 2025-04-01", text)
    for name in ("", "J. Okoro"):
        draft.write_text(dated.replace("REPLACE with name and role", name).replace("REPLACE ", ""), "utf-8")
        assert run(["check", str(root)]) == 3, "no name, or nobody knows of whom"
    said = dated.replace("REPLACE with name and role", "J. Okoro, analyst").replace("REPLACE ", "")
    draft.write_text(said.replace("2025-04-01", "REPLACE the day"), "utf-8")
    capsys.readouterr()
    assert run(["check", str(root)]) == 3
    assert "agreement.start: still holds the example" in capsys.readouterr().err, (
        "nobody agreed on the day of the draft"
    )
    draft.write_text(said, "utf-8")
    notice = root / "project.yaml"
    notice.write_text(
        notice.read_text("utf-8").replace("sources: [gp_register", "sources: [stranger, gp_register"), "utf-8"
    )
    assert run(["keys", "new", str(root), "--demo"]) == 0

    assert run(["check", str(root)]) <= 1


def test_the_draft_reads_the_extract_it_was_made_from(root):
    """Sex codes come from our own lists, dates from what fits, and every row is accounted for."""
    drafted = yaml.safe_load((root / "sources" / "stranger.yaml").read_text("utf-8").replace(", confirm: true", ""))
    file = drafted["files"][0]

    assert file["path"] == "extracts/{period}/plain.csv"
    intake = read(root, make_source(ExtractFile.model_validate(file).model_dump(mode="json", by_alias=True)))
    assert intake.counts["stranger"].rows_in == intake.counts["stranger"].rows_out == ROWS
    assert intake.rejects.num_rows == 0
    assert set(intake.con.execute('SELECT "Gender" FROM file_stranger').fetchall()) == {("male",), ("female",)}


def test_numbers_of_days_are_suggested_as_dates_only_by_a_name_and_to_be_confirmed(root):
    """45231 under `Referral Date` was a date in a spreadsheet; under `Team code` it is a code."""
    rows = "".join(f"C{n:04},{40000 + n},{45000 + n % 9},{45000 + n % 9}\n" for n in range(ROWS))
    extract = root / "days.csv"
    extract.write_text(f"Client Ref,DOB,Referral Date,Team code\n{rows}", "utf-8")

    add_source(root, extract, source_id="days", organisation=SENDER, sector="vcse")

    draft = (root / "sources" / "days.yaml").read_text("utf-8")
    born, referred, team = [line for line in draft.splitlines() if "confirm: true}" in line][1:]
    assert 'role: date_of_birth, format: "excel-1900", confirm: true' in born
    assert 'class: event_field, format: "excel-1900", confirm: true' in referred
    assert "numbers of days, as spreadsheets keep dates; excel-1904 would fit, too" in referred
    assert "class: attribute, confirm: true" in team


def test_a_file_that_is_not_there_is_asked_for_as_it_was_given(root, capsys):
    """No source file has a `path` yet that could be corrected."""
    (root / "sources" / "stranger.yaml").unlink()
    code, said = add(capsys, root, root / "nowhere.csv")

    assert (code, "E-SOURCE-EXTRACT" in said) == (3, True)
    assert "Give the path of a file that is there." in said


def test_what_is_signed_together_and_what_by_itself_are_told_apart(root, capsys):
    """Days that fit two formats are in no list: whoever puts a name under the list has not signed for them."""
    rows = "".join(f"C{n:04},{40000 + n},{45000 + n % 9},{n % 9}\n" for n in range(ROWS))
    extract = root / "days.csv"
    extract.write_text(f"Client Ref,DOB,Referral Date,Team code\n{rows}", "utf-8")
    add_source(root, extract, source_id="days", organisation=SENDER, sector="vcse")

    assert run(["check", str(root)]) == 3
    [*lines] = [line for line in capsys.readouterr().err.splitlines() if "sources/days.yaml" in line]

    assert [(line.split("`")[1], "put name and role" in line) for line in lines] == [
        ("Client Ref", True), ("DOB", False), ("Team code", True), ("Referral Date", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(",".join(row) for row in TABLE[1:]).encode(),
        f"{MARK},{MARK}2\n1,2\n3,4\n".encode(),
        b"a,b\n",
        b"",
        b"PK\x03\x04" + MARK.encode(),
        f"surname,{MARK}@example.org\nx,y\nz,w\n".encode(),
    ],
    ids=["no header", "unknown names", "no rows", "empty", "damaged", "a value among the names"],
)
def test_a_file_without_a_certain_header_is_refused_without_a_value(tmp_path, content):
    """Its first row may be a person."""
    path = tmp_path / "x.csv"
    path.write_bytes(content)

    with pytest.raises(BadInput) as refused:
        profile_extract(path)

    assert refused.value.code == "E-SOURCE-EXTRACT"
    assert MARK not in f"{refused.value}"


def test_a_source_file_is_never_overwritten(root, tmp_path, capsys):
    """Nor is a draft made without an id, or outside a project; the extract is not even opened."""
    assert "E-SOURCE-EXISTS" in add(capsys, root, tmp_path / "x.csv")[1]
    assert "E-SOURCE-NO-PROJECT" in add(capsys, tmp_path, tmp_path / "x.csv")[1]
    assert "E-SOURCE-ID" in add(capsys, root, tmp_path / "x.csv", "--id", "Not an id")[1]


def test_the_untouched_example_is_no_work_of_anybody(tmp_path, capsys):
    """What `init` wrote as `gp_register` makes way for a draft of that id; once edited, it does not."""
    root, extract = tmp_path / "project", tmp_path / "x.csv"
    start_project(root)
    extract.write_text("".join(",".join(row) + "\n" for row in TABLE), "utf-8")

    assert add(capsys, root, extract, "--id", "gp_register")[0] == 0
    assert "Given Name" in (root / "sources" / "gp_register.yaml").read_text("utf-8")
    assert "E-SOURCE-EXISTS" in add(capsys, root, extract, "--id", "gp_register")[1]


def test_the_sheet_of_a_workbook_is_said(root, tmp_path, capsys):
    """One of two sheets is named on the command line, as the message says, and stands in the draft."""
    book = openpyxl.Workbook()
    book.active.append(["Made by the performance team"])
    sheet = book.create_sheet("All cases")
    for row in TABLE:
        sheet.append(row)
    book.save(tmp_path / "x.xlsx")
    (root / "sources" / "stranger.yaml").unlink()

    code, said = add(capsys, root, tmp_path / "x.xlsx")
    assert code == 3
    assert "Say --sheet" in said
    assert add(capsys, root, tmp_path / "x.xlsx", "--sheet", "All cases")[0] == 0
    assert 'sheet: "All cases"' in (root / "sources" / "stranger.yaml").read_text("utf-8")


def test_no_bundle_loads_with_a_suggestion_in_it(root):
    """Not for a check, a run or an approval: all start from the bundle."""
    with pytest.raises(BadInput) as refused:
        load_bundle(root)

    assert refused.value.code == "E-CONFIG-CONFIRM"
    assert all(fault.file == "sources/stranger.yaml" and fault.line for fault in refused.value.faults)


def test_apostrophes_around_the_cells_that_need_them_are_seen(tmp_path):
    """Only some cells are quoted, and no line begins with a mark; a name such as O'Neill alone says nothing."""
    rows = [f"c{n}|Ann|'O''Neill {n}'|1980-01-{1 + n % 28:02}|called" for n in range(40)]
    odd, plain = tmp_path / "odd.txt", tmp_path / "plain.txt"
    odd.write_text("\n".join(["Client Ref|First Name|Surname|DOB|Outcome", *rows]), "utf-8")
    plain.write_text(odd.read_text().replace("'O''Neill", "O'Neill").replace("'|", "|"), "utf-8")

    assert profile_extract(odd).quote == "'"
    assert profile_extract(plain).quote == '"'


def test_where_a_months_file_belongs_is_said(root, capsys):
    """A name with dots and dates in it makes no odd ending; that of an archive keeps both."""
    for given, ending in (("clients 03.11.2026.csv", ".csv"), ("clients.csv.zip", ".csv.zip")):
        extract = root.parent / given
        content = ",".join(HEADER).encode() + b"\n"
        content += b"".join(b"%d" % n + b",x" * (len(HEADER) - 1) + b"\n" for n in range(60))
        if given.endswith(".zip"):
            with zipfile.ZipFile(extract, "w") as packed:
                packed.writestr("clients.csv", content)
        else:
            extract.write_bytes(content)
        name = "a" + str(len(ending))
        words = ["--project", str(root), "--id", name, "--organisation", SENDER, "--sector", "vcse"]
        assert run(["source", "add", str(extract), *words]) == 0
        assert f"extracts/YYYY-MM/{name}{ending} in the project folder" in capsys.readouterr().out
