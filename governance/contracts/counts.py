"""Tables of counts and of proposals, without a row about anybody."""

import pyarrow as pa

from governance.contracts.contract import Contract

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

AREA_COUNT = Contract(
    name="area_count",
    grain="one row per area of a board, cohort, measure, dimension and group: exact, for the release step only",
    zone="analysis",
    key=("area", *COHORT_COUNT.key),
    columns={"area": pa.string(), **COHORT_COUNT.columns},
    identifiability="exact counts of people in small areas: disclosive until the release step has rounded and withheld",
)

SERVICE_SET_COUNT = Contract(
    name="service_set_count",
    grain="one row per cohort and combination of services that somebody has: exact, for the release step only",
    zone="analysis",
    key=COHORT_COUNT.key,
    columns=COHORT_COUNT.columns,
    identifiability="exact counts of people, most of them of one: disclosive until the release step has joined them",
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

AREA_INTERVAL = Contract(
    name="area_interval",
    grain="one row per area of a board, cohort, measure, dimension and group",
    zone="analysis",
    key=("area", *COHORT_INTERVAL.key),
    columns={"area": pa.string(), **COHORT_INTERVAL.columns},
    identifiability="limits of exact counts in small areas, which may be of very few people: for the release step only",
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
        "whole_people": pa.int64(),
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

COHORT_CHANGE = Contract(
    name="cohort_change",
    grain="one row per cohort, measure and cause of change since last time: exact, for the release step only",
    zone="analysis",
    key=("cohort", "measure", "cause"),
    columns={
        "cohort": pa.string(),
        "measure": pa.string(),
        "cause": pa.string(),
        "before_people": pa.int64(),
        "after_people": pa.int64(),
        "more_people": pa.int64(),
        "more_noise": pa.uint32(),
        "fewer_people": pa.int64(),
        "fewer_noise": pa.uint32(),
    },
    identifiability="exact counts of people who came into a count or went out of it, often very few: disclosive",
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
        "stays_drawn": pa.float64(),
        "months_before": pa.int32(),
    },
    identifiability="exact counts of people who show a combination: disclosive, never released as they are",
)
