"""Columns that a program classed count once a named person signed for them, for just these and for where they go."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from governance.audit.blocks import Table
from governance.audit.config_sections import columns_section
from governance.audit.fate import fate_of
from governance.changes.diff import diff_meanings
from governance.changes.meaning import meaning_of
from governance.errors import ConfigError
from governance.policy.assessed import assessed_digest
from governance.settings import ExtractFile, Way, signed_together, way_of
from governance.settings.confirming import unconfirmed
from governance.settings.extract import DIRECT_ROLES
from governance.settings.fault import is_left, placeholders
from tests.lib.governance import edit_config, write_config

NAMED = "J. Okoro, information analyst"
SOURCE = "sources/housing.yaml"
LEFT_OUT = {"class": "direct_identifier", "role": "other_identifier"}
LINKED = {"class": "direct_identifier", "role": "surname"}
SENT = {"class": "attribute"}
OTHERS = {
    Way.LEFT_OUT: [
        LEFT_OUT,
        {"class": "free_text"},
        {"class": "drop"},
    ],
    Way.LINKED: [
        LINKED,
        {"class": "direct_identifier", "role": "date_of_birth"},
        {"class": "direct_identifier", "role": "address"},
    ],
    Way.SENT: [SENT, {"class": "event_field"}, {"class": "quasi_identifier", "role": "sex"}],
}


def file_of(columns: dict[str, dict[str, Any]], **signed: dict[str, Any]) -> ExtractFile:
    """An extract file in which every column is marked, and who signed for what."""
    marked = {name: column | {"confirm": True} for name, column in columns.items()}
    return ExtractFile.model_validate(
        {"id": "people", "path": "a.csv", "grain": "both", "columns": marked, "confirmed": signed}
    )


def by(*columns: str, name: str = NAMED, classed: str = "attribute") -> dict[str, Any]:
    """A signature for columns of one class."""
    return {"by": name, "columns": {classed: [*columns]}}


def signature(columns: dict[str, dict[str, Any]], name: str = NAMED) -> dict[str, Any]:
    """A signature for columns as they stand."""
    classes: dict[str, list[str]] = {}
    for column, settings in columns.items():
        classes.setdefault(settings["class"], []).append(column)
    return {"by": name, "columns": classes}


def test_a_named_person_confirms_all_columns_that_go_one_way():
    """And none of another way, whoever stands beside them."""
    columns = {"Shoe": LEFT_OUT, "Notes": {"class": "free_text"}, "Name": LINKED, "Team": SENT}

    assert unconfirmed(file_of(columns)) == ["Shoe", "Notes", "Name", "Team"]
    left_out = signature({name: columns[name] for name in ("Shoe", "Notes")})
    linked = by("Name", classed="direct_identifier")
    assert unconfirmed(file_of(columns, left_out=left_out)) == ["Name", "Team"]
    assert unconfirmed(file_of(columns, left_out=left_out, linked=linked, sent=by("Team"))) == []


def test_a_column_that_goes_elsewhere_by_now_is_not_what_was_signed():
    """Signed for as left out; sent, its line says so and the signature does not."""
    signed = {"left_out": by("Shoe", "Hat", classed="direct_identifier"), "sent": by("Team")}

    assert unconfirmed(file_of({"Shoe": LEFT_OUT, "Hat": LEFT_OUT, "Team": SENT}, **signed)) == []
    assert unconfirmed(file_of({"Shoe": SENT, "Hat": LEFT_OUT, "Team": SENT}, **signed)) == ["Shoe"]


@pytest.mark.parametrize("way", Way)
def test_a_column_of_another_class_by_now_is_not_what_was_signed(way):
    """Also where it goes the same way: whoever signed for an attribute signed for no quasi-identifier."""
    for was in OTHERS[way]:
        signed = {way.value: signature({"A": was, "B": was})}
        for now in OTHERS[way]:
            left = [] if now["class"] == was["class"] else ["A"]
            assert unconfirmed(file_of({"A": now, "B": was}, **signed)) == left
            assert [held for *_, held in signed_together(file_of({"A": now, "B": was}, **signed))] == [
                ["B"] if left else ["A", "B"]
            ]


def test_names_without_a_class_are_no_list():
    """As drafts of before had them: whoever signed is told how to say what they signed for."""
    with pytest.raises(ValidationError, match="columns are listed by their class"):
        file_of({"Team": SENT}, sent={"by": NAMED, "columns": ["Team"]})


def test_a_column_that_came_later_is_not_what_was_signed():
    """Pasted from a newer draft with its mark, below a signature for the others."""
    assert unconfirmed(file_of({"Team": SENT, "New": SENT}, sent=by("Team"))) == ["New"]


@given(
    way=st.sampled_from(Way),
    listed=st.dictionaries(st.sampled_from("ABCD"), st.sampled_from(Way)),
    data=st.data(),
)
def test_only_the_signature_for_a_columns_own_way_and_name_confirms_it(way, listed, data):
    """Of every class and role, whatever else is signed."""
    signed = {one: {name for name, its in listed.items() if its is one} for one in set(listed.values())}
    column = data.draw(st.sampled_from(OTHERS[way]))
    file = file_of(
        dict.fromkeys("ABCD", column),
        **{one.value: signature(dict.fromkeys(sorted(names), column)) for one, names in signed.items()},
    )

    held = signed.get(way, set())
    assert unconfirmed(file) == sorted(set("ABCD") - held)
    assert [found for found, _, _ in signed_together(file)] == ([way] if held else [])


def test_what_the_draft_says_is_no_signature():
    """Nobody has put a name there."""
    assert unconfirmed(file_of({"Team": SENT}, sent=by("Team", name="REPLACE with name and role"))) == ["Team"]


@pytest.mark.parametrize(
    "name",
    [
        "Okoro",
        "with name and role",
        "J. Okoro, tbc",
        "n/a, n/a",
        ", analyst",
        "J. Okoro,",
        "J. Okoro, REPLACE the role",
    ],
)
def test_who_signs_has_a_name_and_a_role(name):
    """A signature that tells neither tells nobody whom to ask."""
    with pytest.raises(ValidationError, match="by needs a name and a role"):
        file_of({"Team": SENT}, sent=by("Team", name=name))


def test_nobody_signs_for_a_column_that_is_not_there():
    """Copied from another file, or left when its line was taken away: one that comes later would pass unseen."""
    with pytest.raises(ValidationError, match=r"confirmed lists columns that are not in this file: Hat, Shoe"):
        file_of({"Team": SENT}, sent=by("Team", "Shoe"), left_out=by("Hat"))


def test_nobody_signs_for_two_ways_of_one_column():
    """Whoever turned it from a code into the value itself would have a signature for that, too."""
    with pytest.raises(ValidationError, match="confirmed lists columns more than once: Team"):
        file_of({"Team": SENT}, sent=by("Team"), linked=by("Team"))


def test_a_column_may_be_called_like_the_word_of_a_template(bundle):
    """It is listed, and no example that somebody forgot; the word itself is one."""

    def change(data):
        data["files"][0]["columns"]["REPLACEMENT_DAY"] = SENT | {"confirm": True}
        data["files"][0]["confirmed"] = {"sent": by("REPLACEMENT_DAY")}

    changed = edit_config(bundle, SOURCE, change)

    assert [*placeholders(changed.files[SOURCE])] == []
    assert is_left("REPLACE-DPIA-1")


@pytest.mark.parametrize("text", ["REPLACE", "REPLACE-DSA-1", "DSA-REPLACE", "Care Act 2014, REPLACE the section"])
def test_a_text_of_which_the_example_is_half_there_is_an_example(text, bundle):
    """It is to be put there without the word, as the message says."""
    changed = edit_config(bundle, SOURCE, lambda data: data["agreement"].update(id=text))

    [fault] = placeholders(changed.files[SOURCE])
    assert fault.what.startswith("agreement.id: still holds the example")


def test_the_id_that_init_gives_is_an_example(bundle):
    """It never changes later, and is an id like others: only by itself can it be told that nobody chose it."""
    before, after = (
        [
            *placeholders(
                edit_config(bundle, "project.yaml", lambda data, one=one: data.update(id=one)).files["project.yaml"]
            )
        ]
        for one in ("my_project", "our_project")
    )

    assert [fault.what.partition(".")[0] for fault in before] == ["id: still holds the example"]
    assert after == []


@pytest.mark.parametrize("households", [True, False])
def test_of_what_is_signed_for_as_left_out_nothing_leaves(households, bundle):
    """Of no class and role, whatever the project tells: an address becomes a code where it tells who shares a home."""
    columns = {role: {"class": "direct_identifier", "role": role} for role in DIRECT_ROLES}
    file = file_of(columns | {"drop": {"class": "drop"}, "free_text": {"class": "free_text"}})
    fates = {
        name: fate_of(name, column, file, bundle.project.linkage, households=households)
        for name, column in file.columns.items()
        if way_of(column.column_class, column.role) is Way.LEFT_OUT
    }

    assert fates.keys() == {"drop", "free_text", "other_identifier"}
    assert not any(fate.to_linkage or fate.to_analysis for fate in fates.values())


@pytest.fixture
def bundle(tmp_path):
    """The made-up project."""
    return write_config(tmp_path)


def mark(bundle, name: str = ""):
    """The project with one source as a program classed it; with a name, signed for as that suggests."""
    [file, *_] = bundle.source("housing").files
    ways = {
        way: {
            key: {"class": one.column_class.value}
            for key, one in file.columns.items()
            if way_of(one.column_class, one.role) is way
        }
        for way in Way
    }

    def change(data):
        for column in data["files"][0]["columns"].values():
            column["confirm"] = True
        if name:
            signed = {way.value: signature(columns, name) for way, columns in ways.items() if columns}
            data["files"][0]["confirmed"] = signed

    return edit_config(bundle, SOURCE, change)


def test_no_bundle_loads_with_a_column_that_nobody_signed_for(bundle):
    """One line for each way that columns go, with the place of the first, and what to do."""
    with pytest.raises(ConfigError) as refused:
        mark(bundle)

    assert refused.value.code == "E-CONFIG-CONFIRM"
    said = [fault.what for fault in refused.value.faults]
    assert [sum(words in one for one in said) for words in ("not leave", "as codes", "as they stand")] == [0, 1, 1]
    assert all(fault.file == SOURCE and fault.line and "confirm: true" in fault.fix for fault in refused.value.faults)


def test_whoever_signed_is_told_what_they_did_not_sign_for(bundle):
    """A column that came later, or was given another class, is named as such."""
    signed = mark(bundle, NAMED)

    def later(data):
        data["files"][0]["columns"]["Later"] = SENT | {"confirm": True}

    with pytest.raises(ConfigError) as refused:
        edit_config(signed, SOURCE, later)
    [fault] = refused.value.faults
    assert "`Later`" in fault.what
    assert "whoever signed for `sent` did not sign for it." in fault.what

    def otherwise(data):
        [name, *_] = data["files"][0]["confirmed"]["sent"]["columns"]["event_field"]
        del data["files"][0]["columns"]["Later"]
        data["files"][0]["columns"][name]["class"] = "attribute"

    with pytest.raises(ConfigError) as refused:
        edit_config(signed, SOURCE, otherwise)
    [fault] = refused.value.faults
    assert "whoever signed for `sent` did not sign for it as it is classed now." in fault.what


def test_signing_is_told_in_the_diff_and_asks_for_no_new_assessment(bundle):
    """What is done with a column is the same, whoever looked at it."""
    signed = mark(bundle, NAMED)
    again = mark(signed, "A. Shah, service manager")

    assert assessed_digest(bundle) == assessed_digest(signed) == assessed_digest(again)
    first = diff_meanings(meaning_of(bundle), meaning_of(signed)).changes
    assert any(NAMED in one.sentence for one in first)
    assert not any("confirmed" in file for file in meaning_of(bundle)["sources"]["housing"]["files"])
    changes = diff_meanings(meaning_of(signed), meaning_of(again)).changes
    assert {one.risk for one in changes} == {"other"}
    assert any("A. Shah, service manager" in one.sentence for one in changes)


def test_the_audit_page_says_who_signed_for_how_many_columns_and_where_they_go(bundle):
    """Only where somebody did: a source that was written by hand has no such line."""
    [table] = _signed_tables(mark(bundle, NAMED))

    ways = [(row[2], row[3].text, row[4]) for row in table.rows]
    assert ways == [
        ("Leave the source as codes; year of birth and area of the postcode, too", "5", NAMED),
        ("May leave the source as they stand", "3", NAMED),
    ]
    assert {row[0] for row in table.rows} == {"Housing and homelessness"}
    assert _signed_tables(bundle) == []


def _signed_tables(bundle) -> list[Table]:
    blocks = columns_section(SimpleNamespace(bundle=bundle)).blocks
    return [block for block in blocks if isinstance(block, Table) and "suggestion" in block.caption]
