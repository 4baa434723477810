"""Every table that crosses a package boundary: grain, key, columns, types, where it may live.

``linkage`` and ``cohorts`` never import each other; they meet at these tables.
"""

from governance.contracts.contract import Contract, Zone, check_table
from governance.contracts.counts import (
    AREA_COUNT,
    AREA_INTERVAL,
    COHORT_ATTRITION,
    COHORT_CHANGE,
    COHORT_COUNT,
    COHORT_INTERVAL,
    COHORT_MEASURE,
    FINDER_PROPOSAL,
    MEASURE_COUNT,
)
from governance.contracts.people import (
    ADDRESS_SPELL,
    COVERAGE,
    DRAWN_PERSON,
    EPISODE,
    EVENT,
    LINKAGE_DRAW,
    NEED_EVIDENCE,
    PERSON,
    PERSON_INDEX,
    PROVIDER,
)
from governance.contracts.records import (
    RECORD,
    RECORD_ADDRESS,
    RECORD_EVENT,
    RECORD_NEED,
    RECORD_PERSON,
    RECORD_QUALITY,
    RECORD_TRANSLATION,
    U_STATISTIC,
    VIEW,
)

__all__ = [
    "ADDRESS_SPELL",
    "AREA_COUNT",
    "AREA_INTERVAL",
    "COHORT_ATTRITION",
    "COHORT_CHANGE",
    "COHORT_COUNT",
    "COHORT_INTERVAL",
    "COHORT_MEASURE",
    "CONTRACTS",
    "COVERAGE",
    "DRAWN_PERSON",
    "EPISODE",
    "EVENT",
    "FINDER_PROPOSAL",
    "LINKAGE_DRAW",
    "MEASURE_COUNT",
    "NEED_EVIDENCE",
    "PERSON",
    "PERSON_INDEX",
    "PROVIDER",
    "RECORD",
    "RECORD_ADDRESS",
    "RECORD_EVENT",
    "RECORD_NEED",
    "RECORD_PERSON",
    "RECORD_QUALITY",
    "RECORD_TRANSLATION",
    "U_STATISTIC",
    "VIEW",
    "Contract",
    "Zone",
    "check_table",
]

CONTRACTS = {
    contract.name: contract
    for contract in (
        VIEW,
        RECORD,
        U_STATISTIC,
        RECORD_PERSON,
        RECORD_ADDRESS,
        RECORD_EVENT,
        RECORD_NEED,
        PERSON_INDEX,
        DRAWN_PERSON,
        LINKAGE_DRAW,
        RECORD_TRANSLATION,
        RECORD_QUALITY,
        PERSON,
        ADDRESS_SPELL,
        EVENT,
        NEED_EVIDENCE,
        EPISODE,
        COVERAGE,
        PROVIDER,
        COHORT_COUNT,
        AREA_COUNT,
        AREA_INTERVAL,
        COHORT_INTERVAL,
        COHORT_MEASURE,
        MEASURE_COUNT,
        COHORT_ATTRITION,
        COHORT_CHANGE,
        FINDER_PROPOSAL,
    )
}
