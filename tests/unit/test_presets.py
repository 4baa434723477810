"""Mapping presets read as they stand, say what is not confirmed, and map to kinds that measures know."""

import pyarrow as pa
import pytest
from pydantic import ValidationError

from cohorts.catalogue import catalogue_of
from cohorts.events import record_tables
from cohorts.mapping_report import FEWEST_RECORDS, events_report
from cohorts.measures.roles import unknown_kinds
from flows.reference import presets, presets_page
from governance.intake.checks import define_checks
from governance.settings import Coded, ExtractFile, Preset, Source
from governance.settings.preset import names_and_codes
from governance.warehouse import connect, load_table
from tests.lib.command import REPOSITORY

PRESETS = presets()
IDS = [preset.id for preset in PRESETS]
LOOKUP = pa.table(
    {"postcode": ["ZZ1 0AA"], "small_area": ["E1"], "ward": ["w"], "district": ["d"], "deprivation_decile": [1]}
)


def as_source(preset: Preset) -> Source:
    """A source of which only what mapping reads matters."""
    return Source.model_construct(id="s", title=preset.title, sector=preset.sector, files=preset.files, coverage=[])


def test_the_eight_kinds_of_source_and_a_generic_one():
    """Each file is named after its preset."""
    assert IDS == [
        "adult_social_care_cld",
        "ecds",
        "generic",
        "gp",
        "hclic",
        "mhsds",
        "ndtms",
        "police_notices",
        "vcse_cases",
    ]
    assert [path.stem for path in sorted((REPOSITORY / "config/sources").glob("*.yaml"))] == IDS


@pytest.mark.parametrize("preset", PRESETS, ids=IDS)
def test_what_is_not_confirmed_is_listed_with_its_reason(preset):
    """Nothing is confirmed silently: a preset that names no doubt would claim to have checked every name."""
    assert preset.unconfirmed
    assert all(len(each.why) > 20 and each.ask for each in preset.unconfirmed)
    assert preset.based_on


@pytest.mark.parametrize("preset", PRESETS, ids=IDS)
def test_every_kind_of_event_is_known_to_the_measures(preset):
    """A preset whose contacts no measure counts would be no use."""
    assert unknown_kinds(catalogue_of([as_source(preset)]).kinds) == []
    assert catalogue_of([as_source(preset)]).needs


@pytest.mark.parametrize("preset", PRESETS, ids=IDS)
def test_a_preset_maps_an_empty_delivery(preset):
    """Every mapping is valid SQL over its own columns."""
    with connect(threads=1) as con:
        for file in preset.files:
            dated = {name for mapping in (*file.events, *file.needs) for name in (mapping.start, mapping.end) if name}
            born = set(file.columns_with_role("date_of_birth"))
            types = {name: pa.date32() if name in dated | born else pa.string() for name in file.columns}
            schema = pa.schema([("row_no", pa.int64()), ("record_id", pa.int64()), *types.items()])
            load_table(con, f"file_{file.id}", schema.empty_table())
        payload = record_tables(con, as_source(preset), LOOKUP)

    assert payload.record_event.num_rows == 0


@pytest.mark.parametrize("preset", PRESETS, ids=IDS)
def test_a_preset_says_which_codes_it_does_not_know_and_which_never_came(preset):
    """In every column of codes: a delivery that holds one listed code and a strange one, often enough to be named."""
    with connect(threads=1) as con:
        define_checks(con)
        listed = {}
        for file in preset.files:
            codes = mapped_codes(file)
            listed |= {(file.id, column): known for column, known in codes.items()}
            rows = 2 * FEWEST_RECORDS
            table = pa.table({"record_id": range(rows), **{name: _half(known) for name, known in codes.items()}})
            load_table(con, f"file_{file.id}", table)
        found = {(one.file, one.column): one for one in events_report(con, as_source(preset))}

    assert set(found) == set(listed)
    for at, known in listed.items():
        assert found[at].unmapped == (("strange", FEWEST_RECORDS),), at
        assert found[at].unseen == tuple(sorted(known)[1:]), at


def mapped_codes(file: ExtractFile) -> dict[str, set[str]]:
    """By column: the codes that say what happened, what for, how it went, and which rows count."""
    found: dict[str, set[str]] = {}
    for mapping in (*file.events, *file.needs):
        told = [getattr(mapping, name, None) for name in ("kind", "need", "outcome")]
        for coded in (one for one in told if isinstance(one, Coded)):
            found.setdefault(coded.column, set()).update(coded.values)
        for column, codes in mapping.where.items():
            found.setdefault(column, set()).update(codes)
    return found


def _half(known: set[str]) -> list[str]:
    return [*[min(known)] * FEWEST_RECORDS, *["strange"] * FEWEST_RECORDS]


def test_a_doubt_about_something_that_is_not_there_is_refused():
    """A renamed column would otherwise be confirmed by a slip."""
    raw = PRESETS[IDS.index("mhsds")].model_dump(by_alias=True, mode="json")
    raw["unconfirmed"] = [{"what": "NoSuchColumn", "why": "because it is not there", "ask": "nobody"}]
    with pytest.raises(ValidationError, match="NoSuchColumn"):
        Preset.model_validate(raw, strict=False)


def test_what_is_confirmed_and_doubted_at_once_is_refused():
    """Nobody could tell whether it may be relied on."""
    raw = PRESETS[IDS.index("police_notices")].model_dump(by_alias=True, mode="json")
    raw["confirmed"].append({"what": "*", "by": "a publication that somebody read"})
    with pytest.raises(ValidationError, match=r"listed twice under unconfirmed and confirmed: \*"):
        Preset.model_validate(raw, strict=False)


@pytest.mark.parametrize("preset", PRESETS, ids=IDS)
def test_what_is_confirmed_names_the_publication(preset):
    """And a preset of placeholders maps no ethnic group by codes that nobody looked up."""
    assert all(len(each.by) > 20 for each in preset.confirmed)
    columns = {name for file in preset.files for name in file.columns_with_role("ethnic_group")}
    coded = {name for file in preset.files for name in columns if name in file.columns and file.columns[name].values}
    if preset.is_placeholder and preset.id != "generic":
        assert {f"{name}=*" for name in coded} <= {each.what for each in preset.confirmed}


def test_an_arrival_by_ambulance_is_a_callout_and_patient_transport_is_none():
    """Most who are brought come by road in an emergency: a preset without that code would miss nearly all of them."""
    [file] = PRESETS[IDS.index("ecds")].files
    [callout] = [event for event in file.events if event.kind == "ambulance.callout"]
    [codes] = callout.where.values()

    assert "1048031000000100" in codes
    assert not {"1048021000000102", "1048071000000103", "1048061000000105", "1048001000000106"} & set(codes)


def test_social_care_reads_both_releases_and_no_ethnic_group_that_the_specification_refuses():
    """Release 2 writes Service user, release 1 Service User; White alone is invalid, and read nobody's ethnicity."""
    [file] = PRESETS[IDS.index("adult_social_care_cld")].files
    asked = [mapping.where["Client_Type"] for mapping in (*file.events, *file.needs)]
    groups = file.columns["Ethnicity"].values

    assert asked == [["Service user", "Service User"]] * len(asked)
    assert len(groups) == 19
    assert all(": " in group for group in groups)


def test_columns_and_codes_can_be_doubted():
    """With or without the file they stand in."""
    known = names_and_codes(PRESETS[IDS.index("mhsds")].files)

    assert {"CareContDate", "contact.CareContDate", "AttendOrDNACode=5", "AttendOrDNACode=*", "Gender=1"} <= set(known)
    assert "CareContDate=*" not in known


def test_the_reference_page_lists_every_doubt():
    """So that whoever starts from a preset sees them before the first extract."""
    page = presets_page()

    assert all(f"`{each.what}`" in page for preset in PRESETS for each in (*preset.unconfirmed, *preset.confirmed))
    assert all(each.by in page for preset in PRESETS for each in preset.confirmed)
