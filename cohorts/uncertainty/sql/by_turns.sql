-- Records without a number, by turns from every emptiness: the emptiest are few, and they are the ones that are missed.
-- reads   at_risk
-- grain   one row per record
-- columns source, group, emptier, record_id, person_id, others (records of the person), is_joined, turn (within records as empty),
--         records (as many are as empty), place (within the source and group); those that are joined apart from those that are not
-- params  none
WITH alike AS (
    SELECT
        source,
        "group",
        emptier,
        record_id,
        person_id,
        others,
        is_joined,
        -- Record ids are pseudonyms: in their order is in no order.
        row_number() OVER (PARTITION BY is_joined, source, "group", emptier ORDER BY record_id) AS turn,
        count(*) OVER (PARTITION BY is_joined, source, "group", emptier) AS records
    FROM at_risk
    WHERE NOT has_number
)

SELECT *, row_number() OVER (PARTITION BY is_joined, source, "group" ORDER BY turn, emptier) AS place
FROM alike
