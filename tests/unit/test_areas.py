"""The postcode look-up: the file that was signed, and fit to join."""

from hashlib import sha256

import pyarrow as pa
import pytest

from governance.areas import load_area_lookup
from governance.errors import BadInput, PolicyRefusal
from governance.settings.project import AreaLookup

HEADER = "postcode,small_area,ward,district,deprivation_decile"


def look_up(root, content, *, digest=None):
    """The look-up of a file of this content."""
    (root / "lookups").mkdir(exist_ok=True)
    raw = content.encode()
    (root / "lookups" / "areas.csv").write_bytes(raw)
    signed = digest or sha256(raw).hexdigest()
    return load_area_lookup(root, AreaLookup(path="lookups/areas.csv", edition="2025", sha256=signed))


def test_postcodes_are_written_one_way_and_sorted(tmp_path):
    """Other columns are left alone; an edition may lack deciles."""
    found = look_up(tmp_path, f"pcd,{HEADER}\nx,nm12ab,E01,North,Moor,10\ny,NM1 1AA,E02,South,Moor,\n")

    assert found.schema == pa.schema(
        [
            ("postcode", pa.string()),
            ("small_area", pa.string()),
            ("ward", pa.string()),
            ("district", pa.string()),
            ("deprivation_decile", pa.int8()),
        ]
    )
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        ("NM1 1AA", "E02", "South", "Moor", None),
        ("NM1 2AB", "E01", "North", "Moor", 10),
    ]


def test_another_file_than_the_signed_one_is_refused(tmp_path):
    """One byte is enough."""
    with pytest.raises(PolicyRefusal) as refused:
        look_up(tmp_path, f"{HEADER}\nNM1 2AB,E01,North,Moor,1\n", digest="0" * 64)

    assert refused.value.code == "E-LOOKUP-DIGEST"
    assert str(refused.value) == (
        "lookups/areas.csv is not the look-up whose digest project.yaml gives.\n"
        "  Why: Another edition puts people in other areas and deprivation groups, and nobody would see it.\n"
        "  Fix: Restore the file that was signed for; or, for a new edition, set lookup.edition and lookup.sha256 in"
        " project.yaml (`sha256sum lookups/areas.csv` prints it) and have the project approved again."
    )


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (
            "postcode,ward\nNM1 2AB,x\n",
            [f"column `{n}` is missing" for n in HEADER.split(",") if n not in "postcode,ward"],
        ),
        (f"{HEADER},ward\nNM1 2AB,a,b,c,1,b\n", ["column `ward` is missing or stands twice."]),
        (f"{HEADER}\n", ["has a header and no rows."]),
        ("", ["is empty."]),
        (f"{HEADER}\nNM1 2AB,a\n", ["fewer than 8 rows have more or fewer cells"]),
        (f"{HEADER}\nNM1 2AB,a,b,c,1\nnm12ab,d,e,f,2\n", ["fewer than 8 postcodes stand in several rows."]),
        (f"{HEADER}\nNowhere,a,b,c,1\n,a,b,c,1\n", ["fewer than 8 rows have no well-formed postcode."]),
        (f"{HEADER}\nNM1 2AB,a,b,c,11\nNM1 2AD,a,b,c,x\n", ["fewer than 8 rows have a deprivation_decile that is not"]),
    ],
    ids=["columns", "column twice", "header only", "empty", "ragged", "repeated", "no postcode", "decile"],
)
def test_a_look_up_that_cannot_be_joined_is_refused(tmp_path, content, faults):
    """With everything wrong with it, and no value."""
    with pytest.raises(BadInput) as refused:
        look_up(tmp_path, content)

    assert refused.value.code == "E-LOOKUP"
    assert [fault.what.startswith(what) for fault, what in zip(refused.value.faults, faults, strict=True)] == [
        True
    ] * len(faults)


def test_an_absent_look_up_is_named(tmp_path):
    """By its path."""
    with pytest.raises(BadInput, match=r"lookups/areas\.csv") as refused:
        load_area_lookup(tmp_path, AreaLookup(path="lookups/areas.csv", edition="2025", sha256="0" * 64))

    assert [fault.what for fault in refused.value.faults] == ["is not there."]
