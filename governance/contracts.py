"""Every table that crosses a package boundary: grain, key, columns, types, where it may live.

``linkage`` and ``cohorts`` never import each other; they meet at these tables.
"""

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from governance.errors import ContractError, Fault

Zone = Literal["source", "linkage", "analysis", "public"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a table promises."""

    name: str
    grain: str
    zone: Zone
    key: tuple[str, ...]
    columns: dict[str, pa.DataType]
    identifiability: str
    """One plain sentence for the IG lead."""

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, columns in order."""
        return pa.schema(list(self.columns.items()))


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

COHORT_COUNT = Contract(
    name="cohort_count",
    grain="one row per cohort, measure, dimension and group: exact counts, for the release step only",
    zone="analysis",
    key=("cohort", "measure", "dimension", "group"),
    columns={
        "cohort": pa.string(),
        "version": pa.string(),
        "measure": pa.string(),
        "dimension": pa.string(),
        "group": pa.string(),
        "people": pa.int64(),
        "cell_key": pa.uint32(),
    },
    identifiability="exact counts of people: disclosive until the release step has rounded and withheld",
)

COHORT_INTERVAL = Contract(
    name="cohort_interval",
    grain="one row per cohort, measure, dimension and group",
    zone="analysis",
    key=("cohort", "measure", "dimension", "group"),
    columns={
        "cohort": pa.string(),
        "measure": pa.string(),
        "dimension": pa.string(),
        "group": pa.string(),
        "expected": pa.float64(),
        "low": pa.int64(),
        "high": pa.int64(),
        "per_point": pa.float64(),
    },
    identifiability="limits of exact counts, which may be of very few people: for the release step only",
)

COHORT_MEASURE = Contract(
    name="cohort_measure",
    grain="one row per cohort, measure, dimension and group: exact, for inside the zone only",
    zone="analysis",
    key=("cohort", "measure", "dimension", "group"),
    columns={
        "cohort": pa.string(),
        "version": pa.string(),
        "measure": pa.string(),
        "dimension": pa.string(),
        "group": pa.string(),
        "part": pa.int64(),
        "whole": pa.int64(),
        "unit": pa.string(),
        "denominator": pa.string(),
        "value": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
    },
    identifiability="exact counts of people and rates made of them: disclosive, never released as they are",
)

MEASURE_COUNT = Contract(
    name="measure_count",
    grain="one row per cohort, measure, dimension and group: exact parts and wholes, for the release step only",
    zone="analysis",
    key=("cohort", "measure", "dimension", "group"),
    columns={
        "cohort": pa.string(),
        "measure": pa.string(),
        "dimension": pa.string(),
        "group": pa.string(),
        "part": pa.int64(),
        "whole": pa.int64(),
        "part_people": pa.int64(),
        "whole_people": pa.int64(),
        "part_noise": pa.uint32(),
        "whole_noise": pa.uint32(),
    },
    identifiability="exact counts of people: disclosive until the release step has rounded and withheld",
)

COHORT_ATTRITION = Contract(
    name="cohort_attrition",
    grain="one row per cohort, dimension, group and step: exact, for inside the zone only",
    zone="analysis",
    key=("cohort", "dimension", "group", "step"),
    columns={
        "cohort": pa.string(),
        "step": pa.int32(),
        "label": pa.string(),
        "dimension": pa.string(),
        "group": pa.string(),
        "left_people": pa.int64(),
        "lost_people": pa.int64(),
        "left_noise": pa.uint32(),
        "lost_noise": pa.uint32(),
    },
    identifiability="exact counts of people: disclosive until steps are joined so that no loss is small",
)

FINDER_PROPOSAL = Contract(
    name="finder_proposal",
    grain="one row per combination that the finder proposes, best first",
    zone="analysis",
    key=("cohort",),
    columns={
        "cohort": pa.string(),
        "place": pa.int32(),
        "people": pa.int64(),
        "expected_people": pa.float64(),
        "lift": pa.float64(),
        "p_value": pa.float64(),
        "q_value": pa.float64(),
        "unmet_share": pa.float64(),
        "least_ratio": pa.float64(),
        "found_again": pa.float64(),
        "months_before": pa.int32(),
    },
    identifiability="exact counts of people who show a combination: disclosive, never released as they are",
)

CONTRACTS = {
    contract.name: contract
    for contract in (
        VIEW,
        RECORD,
        U_STATISTIC,
        RECORD_PERSON,
        RECORD_EVENT,
        RECORD_NEED,
        PERSON_INDEX,
        DRAWN_PERSON,
        LINKAGE_DRAW,
        RECORD_TRANSLATION,
        RECORD_QUALITY,
        PERSON,
        EVENT,
        NEED_EVIDENCE,
        EPISODE,
        COVERAGE,
        PROVIDER,
        COHORT_COUNT,
        COHORT_INTERVAL,
        COHORT_MEASURE,
        MEASURE_COUNT,
        COHORT_ATTRITION,
        FINDER_PROPOSAL,
    )
}


def check_table(table: pa.Table, contract: Contract) -> pa.Table:
    """The table with its columns in contract order.

    Raises:
        ContractError: A column is missing, extra, or of another type; all faults at once.
    """
    found = {field.name: field.type for field in table.schema}
    faults = [Fault(what=f"{name} missing") for name in contract.columns if name not in found]
    faults += [Fault(what=f"{name} is not in the contract") for name in found if name not in contract.columns]
    faults += [
        Fault(what=f"{name} expected {wanted}, found {found[name]}")
        for name, wanted in contract.columns.items()
        if name in found and found[name] != wanted
    ]
    if faults:
        raise ContractError(
            f"Table `{contract.name}` differs from its contract in {len(faults)} places.",
            why="What reads this table relies on its columns; a silent difference would lose or mix people.",
            fix="If you made this table, match the contract; otherwise report it. Nothing was written.",
            code="E-CONTRACT",
            faults=faults,
        )
    return table.select(list(contract.columns))
