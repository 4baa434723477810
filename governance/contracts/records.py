"""Tables with a row a record: what sources send, and what linkage says of each record."""

import pyarrow as pa

from governance.contracts.contract import Contract

_SKETCH = {"forename_lo": pa.int64(), "forename_hi": pa.int64(), "surname_lo": pa.int64(), "surname_hi": pa.int64()}

VIEW = Contract(
    name="view",
    grain="one row per record, name variant and blocking rule that the record has components for",
    zone="linkage",
    key=("record_id", "variant", "rule"),
    columns={
        "record_id": pa.int64(),
        "variant": pa.int8(),
        "rule": pa.int16(),
        "block": pa.int64(),
        **_SKETCH,
        "birth_sex": pa.int64(),
        "place": pa.int64(),
        "nhs_number": pa.int64(),
        "phone": pa.int64(),
        "email": pa.int64(),
        "uprn": pa.int64(),
        "birth_place": pa.int64(),
        "occupation": pa.int64(),
        "present": pa.int32(),
    },
    identifiability="keyed encodings, comparable inside one block only; readable only with the epoch's keys",
)

RECORD = Contract(
    name="record",
    grain="one row per record, also those with no view",
    zone="linkage",
    key=("record_id",),
    columns={
        "record_id": pa.int64(),
        "views": pa.int16(),
        "present": pa.int32(),
        "has_nhs_number": pa.bool_(),
        "digest": pa.int64(),
    },
    identifiability="a random-looking id, which fields are filled, and a digest of the record's views; no value",
)

U_STATISTIC = Contract(
    name="u_statistic",
    grain="one row per comparison level counted over random pairs of a source's own records",
    zone="linkage",
    key=("comparison", "level"),
    columns={"comparison": pa.string(), "level": pa.int8(), "agreeing_pairs": pa.float64(), "pairs": pa.float64()},
    identifiability="counts of at least 10 pairs; no record",
)

RECORD_PERSON = Contract(
    name="record_person",
    grain="one row per source record: the attributes that describe a person in the analysis zone",
    zone="analysis",
    key=("record_id",),
    columns={
        "record_id": pa.int64(),
        "birth_year": pa.int16(),
        "sex": pa.string(),
        "ethnic_group": pa.string(),
        "first_language": pa.string(),
        "small_area": pa.string(),
        "ward": pa.string(),
        "district": pa.string(),
        "deprivation_decile": pa.int8(),
        "no_fixed_address": pa.bool_(),
        "death_month": pa.date32(),
        "household": pa.int64(),
        "address_kind": pa.string(),
    },
    identifiability="quasi-identifiers, as coarse as the config says, and a keyed token of the home if the project asks"
    " for it; no name, date of birth, postcode, address or encoding",
)

RECORD_ADDRESS = Contract(
    name="record_address",
    grain="one row per dated address of a source record; a record's do not overlap",
    zone="analysis",
    key=("record_id", "valid_from"),
    columns={
        "record_id": pa.int64(),
        "valid_from": pa.date32(),
        "valid_to": pa.date32(),
        "small_area": pa.string(),
        "ward": pa.string(),
        "district": pa.string(),
        "deprivation_decile": pa.int8(),
        "household": pa.int64(),
        "address_kind": pa.string(),
    },
    identifiability="small areas and days of moving, and a keyed token of the home if the project asks for it; only of"
    " files whose addresses are dated, and no postcode or address",
)

RECORD_EVENT = Contract(
    name="record_event",
    grain="one row per event of a source record",
    zone="analysis",
    key=("record_id", "event_no"),
    columns={
        "record_id": pa.int64(),
        "event_no": pa.int32(),
        "kind": pa.string(),
        "start": pa.date32(),
        "end": pa.date32(),
        "end_is_known": pa.bool_(),
        "code": pa.string(),
        "provider": pa.string(),
        "outcome": pa.string(),
        "crisis": pa.bool_(),
        "planned": pa.bool_(),
    },
    identifiability="dated service use of a record; no identifier",
)

RECORD_NEED = Contract(
    name="record_need",
    grain="one row per piece of evidence of a need",
    zone="analysis",
    key=("record_id", "need", "valid_from"),
    columns={
        "record_id": pa.int64(),
        "need": pa.string(),
        "strength": pa.string(),
        "valid_from": pa.date32(),
        "valid_to": pa.date32(),
    },
    identifiability="needs of a record; no identifier",
)

RECORD_TRANSLATION = Contract(
    name="record_translation",
    grain="one row per record, where a source has the keys of two epochs",
    zone="linkage",
    key=("record_id",),
    columns={"earlier_id": pa.int64(), "record_id": pa.int64()},
    identifiability="two random-looking ids of one record; destroyed once the person index is carried over",
)

RECORD_QUALITY = Contract(
    name="record_quality",
    grain="one row per record",
    zone="analysis",
    key=("source", "record_id"),
    columns={
        "source": pa.string(),
        "record_id": pa.int64(),
        "views": pa.int16(),
        "links": pa.int16(),
        "best_link_probability": pa.float64(),
        "fields_present": pa.int8(),
        "has_nhs_number": pa.bool_(),
        "expected_false_links": pa.float64(),
        "reference_pairs": pa.int16(),
        "reference_compared": pa.int16(),
        "reference_found": pa.int16(),
        "blind_links": pa.int16(),
        "blind_false_links": pa.int16(),
    },
    identifiability="how well a record could be linked, with and without its NHS number; no identifier or encoding",
)
