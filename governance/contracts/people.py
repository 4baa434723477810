"""Tables that say whose records are whose, and those of the analysis zone, about people."""

import pyarrow as pa

from governance.contracts.contract import Contract

PERSON_INDEX = Contract(
    name="person_index",
    grain="one row per record",
    zone="analysis",
    key=("source", "record_id"),
    columns={"source": pa.string(), "record_id": pa.int64(), "person_id": pa.string()},
    identifiability="opaque person ids; nothing about how they were found",
)

DRAWN_PERSON = Contract(
    name="drawn_person",
    grain="one row per record of a person who is in some linkage draw and not in the person index",
    zone="analysis",
    key=("person_id", "source", "record_id"),
    columns={"person_id": pa.string(), "source": pa.string(), "record_id": pa.int64()},
    identifiability="whom records could be joined to as well; opaque ids, nothing about how likely each is",
)

LINKAGE_DRAW = Contract(
    name="linkage_draw",
    grain="one row per draw and person in whom it differs from the person index",
    zone="analysis",
    key=("draw", "person_id"),
    columns={"draw": pa.int16(), "person_id": pa.string(), "is_there": pa.bool_()},
    identifiability="opaque person ids; which of them linkage is not sure of",
)

PERSON = Contract(
    name="person",
    grain="one row per person",
    zone="analysis",
    key=("person_id",),
    columns={
        "person_id": pa.string(),
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
        "on_spine": pa.bool_(),
        "household": pa.int64(),
        "address_kind": pa.string(),
    },
    identifiability="quasi-identifiers of a linked person, and a keyed token that says who shares a home",
)

ADDRESS_SPELL = Contract(
    name="address_spell",
    grain="one row per dated address of a person, as one record has it; those of one record do not overlap",
    zone="analysis",
    key=("person_id", "source", "record_id", "valid_from"),
    columns={
        "person_id": pa.string(),
        "source": pa.string(),
        "record_id": pa.int64(),
        "is_spine": pa.bool_(),
        "valid_from": pa.date32(),
        "valid_to": pa.date32(),
        "small_area": pa.string(),
        "ward": pa.string(),
        "district": pa.string(),
        "deprivation_decile": pa.int8(),
        "household": pa.int64(),
        "address_kind": pa.string(),
    },
    identifiability="where a linked person lived from when to when, by small area and keyed token",
)

EVENT = Contract(
    name="event",
    grain="one row per event of a person",
    zone="analysis",
    key=("source", "record_id", "event_no"),
    columns={
        "person_id": pa.string(),
        "source": pa.string(),
        "sector": pa.string(),
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
    identifiability="dated service use of a linked person",
)

NEED_EVIDENCE = Contract(
    name="need_evidence",
    grain="one row per piece of evidence of a need",
    zone="analysis",
    key=("person_id", "need", "source", "valid_from"),
    columns={
        "person_id": pa.string(),
        "source": pa.string(),
        "sector": pa.string(),
        "need": pa.string(),
        "strength": pa.string(),
        "valid_from": pa.date32(),
        "valid_to": pa.date32(),
    },
    identifiability="needs of a linked person",
)

EPISODE = Contract(
    name="episode",
    grain="one row per referral of a person to a source, until it is closed there",
    zone="analysis",
    key=("person_id", "source", "kind", "opened", "provider"),
    columns={
        "person_id": pa.string(),
        "source": pa.string(),
        "sector": pa.string(),
        "provider": pa.string(),
        "kind": pa.string(),
        "opened": pa.date32(),
        "first_contact": pa.date32(),
        "closed": pa.date32(),
        "reason_out": pa.string(),
        "is_open": pa.bool_(),
        "is_bounced": pa.bool_(),
        "died": pa.date32(),
        "on_spine": pa.bool_(),
    },
    identifiability="dated service use of a linked person",
)

COVERAGE = Contract(
    name="coverage",
    grain="one row per source and event kind it can speak for",
    zone="analysis",
    key=("source", "kind", "start"),
    columns={
        "source": pa.string(),
        "sector": pa.string(),
        "kind": pa.string(),
        "start": pa.date32(),
        "stop": pa.date32(),
        "share": pa.float64(),
    },
    identifiability="about sources, not people",
)

PROVIDER = Contract(
    name="provider",
    grain="one row per provider and need it is there to meet",
    zone="analysis",
    key=("provider", "need"),
    columns={
        "provider": pa.string(),
        "source": pa.string(),
        "sector": pa.string(),
        "need": pa.string(),
        "small_area": pa.string(),
        "ward": pa.string(),
        "district": pa.string(),
        "zones": pa.list_(pa.string()),
    },
    identifiability="about organisations, from the approved config",
)
