"""Zip archives and deliveries of several files: read in memory, in order of name; the harmful are refused unopened."""

import gzip
import io
import struct
import zipfile

import pytest

from governance.errors import ExtractError
from governance.intake.archive import gunzip, is_archive, open_members
from governance.intake.decode import NotText
from tests.lib.intake import ALICE, BASIL, PEOPLE_HEADER, codes, deliver, make_source, people_file, read, rows_of, table

MARK = "Quizzaciously"
RAGGED = "p9,only"


def archive(members, **options):
    """A zip archive's bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


PARTS = {"b.csv": table(PEOPLE_HEADER, RAGGED, BASIL), "a.csv": table(PEOPLE_HEADER, ALICE, RAGGED)}


@pytest.mark.parametrize(
    ("delivered", "settings"),
    [
        ({"people.zip": archive(PARTS)}, {"path": "extracts/{period}/people.zip"}),
        (
            {"people.zip": archive({**PARTS, "x/": "", "read.me": MARK})},
            {"path": "extracts/{period}/people.zip", "members": "*.csv"},
        ),
        ({**PARTS, "other.txt": MARK}, {"path": "extracts/{period}/*.csv"}),
        (
            {"week_1.zip": archive({"a.csv": PARTS["a.csv"]}), "week_2.csv": PARTS["b.csv"]},
            {"path": "extracts/{period}/week_*"},
        ),
    ],
    ids=["archive", "some members", "several files", "both"],
)
def test_parts_follow_each_other_and_rows_are_numbered_through(tmp_path, delivered, settings):
    """Every row of every part is accounted for."""
    deliver(tmp_path, delivered)

    intake = read(tmp_path, make_source(people_file(**settings)))

    assert rows_of(intake, "people", "row_no", "surname") == [(1, "Archer"), (4, "Bell")]
    assert [(row, code) for row, _, code in codes(intake)] == [(2, "ragged_row"), (3, "ragged_row")]
    assert intake.counts["people"].rows_in == 4


def test_parts_may_order_their_columns_otherwise(tmp_path):
    """Columns go by name."""
    turned = "\n".join(",".join(reversed(line.split(","))) for line in (PEOPLE_HEADER, BASIL))
    deliver(tmp_path, {"1.csv": table(PEOPLE_HEADER, ALICE), "2.csv": turned})

    intake = read(tmp_path, make_source(people_file(path="extracts/{period}/*.csv")))

    assert rows_of(intake, "people", "surname", "postcode") == [("Archer", "NM1 2AB"), ("Bell", "NM1 2AB")]


@pytest.mark.parametrize(
    ("delivered", "what"),
    [
        ({}, "is not there."),
        (
            {"1.csv": table(PEOPLE_HEADER, ALICE), "2.csv": table("person_ref,x", f"1,{MARK}")},
            "part 2 of 2 has another header than part 1.",
        ),
        ({"1.csv": table(PEOPLE_HEADER, ALICE), "2.csv": ""}, "part 2 of 2 is empty."),
        ({"1.csv": archive({"in.csv": archive(PARTS)})}, "is a zip or Excel file, not CSV."),
    ],
    ids=["none", "other header", "empty part", "archive in archive"],
)
def test_a_part_that_does_not_fit_refuses_the_delivery(tmp_path, delivered, what):
    """Leaving it out would lose its people."""
    deliver(tmp_path, delivered)

    with pytest.raises(ExtractError) as refused:
        read(tmp_path, make_source(people_file(path="extracts/{period}/*.csv")))

    assert [fault.what for fault in refused.value.faults] == [what]
    assert MARK not in f"{refused.value}"


def _encrypted() -> bytes:
    """The flag is what tells: set it in both headers."""
    made = bytearray(archive({"a.csv": "a\n1\n"}))
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = made.index(magic) + at
        made[place : place + 2] = struct.pack("<H", 1)
    return bytes(made)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (_encrypted(), "is encrypted with a password."),
        (archive({f"../{MARK}.csv": "a"}), "has a member whose path leads out of the archive."),
        (archive({f"/{MARK}.csv": "a"}), "has a member whose path leads out of the archive."),
        (archive({f"C:\\{MARK}.csv": "a"}), "has a member whose path leads out of the archive."),
        (archive({MARK: b"\0" * (65 << 20)}), "would unfold to 65 MiB from 0.1 MiB."),
        (archive({}) + b"x", "is an archive of 0 files, none of which is meant."),
        (b"PK\x03\x04" + MARK.encode(), "is a zip archive that cannot be read."),
    ],
    ids=["encrypted", "up", "absolute", "drive", "bomb", "no files", "cut"],
)
def test_archives_that_could_only_harm_are_refused(content, what):
    """Without a word of what they hold, their members' names included."""
    with pytest.raises(NotText) as refused:
        open_members(content, "*")

    assert refused.value.fault.what == what
    assert MARK not in f"{refused.value.fault}"


def test_a_changed_member_is_noticed():
    """By the archive's own checksum."""
    made = archive({"a.csv": "a\n1\n"}, compresslevel=0).replace(b"a\n1\n", b"a\n2\n")

    with pytest.raises(NotText, match=r"^is a zip archive that cannot be read"):
        open_members(made, "*")


def test_a_member_may_have_no_name():
    """Found by `make fuzz`: the library fell over it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made, made.open(zipfile.ZipInfo(""), "w") as member:
        member.write(b"a\n1\n")

    assert open_members(out.getvalue(), "*") == [b"a\n1\n"]


def test_a_workbook_is_not_an_archive():
    """Although its bytes begin like one."""
    assert not is_archive(archive({"[Content_Types].xml": ""}))
    assert is_archive(archive({"a.csv": ""}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_titles_above_a_text_header_are_no_rows(tmp_path, encoding):
    """In any encoding; the header is the first row that names every column."""
    content = f'"Housing register, Zoë",{MARK}\n\nPrinted;30/09/2025\n' + table(PEOPLE_HEADER, ALICE, BASIL)
    deliver(tmp_path, {"people.csv": content.encode(encoding)})

    intake = read(tmp_path, make_source(people_file(encoding=encoding)))

    assert intake.counts["people"].rows_in == intake.counts["people"].rows_out == 2


def test_a_gzip_file_is_read_as_what_it_holds(tmp_path):
    """Also where two of them follow each other, as log rotation makes them."""
    whole = table(PEOPLE_HEADER, ALICE, BASIL).encode()
    for content in (gzip.compress(whole), gzip.compress(whole[:90]) + gzip.compress(whole[90:])):
        deliver(tmp_path, {"people.csv.gz": content})
        intake = read(tmp_path, make_source(people_file(path="extracts/{period}/people.csv.gz")))
        assert rows_of(intake, "people", "row_no", "surname") == [(1, "Archer"), (2, "Bell")]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (gzip.compress(MARK.encode() * 99)[:-9], "is a gzip file that is cut or damaged."),
        (gzip.compress(MARK.encode() * 99)[:-8] + bytes(8), "is a gzip file that is cut or damaged."),
        (gzip.compress(MARK.encode())[:10] + b"\xff" * 20, "is a gzip file that is cut or damaged."),
        (lambda: gzip.compress(bytes(200 << 20), 9), "MiB from 0.2 MiB."),  # made when asked: it takes a second
    ],
    ids=["cut", "another checksum", "damaged", "bomb"],
)
def test_a_gzip_file_that_is_damaged_or_a_bomb_is_refused(content, what):
    """No piece of it is taken; a bomb is let go as soon as it is beyond measure."""
    with pytest.raises(NotText) as caught:
        gunzip(content() if callable(content) else content)
    assert what in caught.value.fault.what
    assert MARK not in str(caught.value.fault)
