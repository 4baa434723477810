-- Joined records without a number, some of each source and group: what was found stands for what was missed.
-- reads   at_risk
-- grain   one row per record
-- columns donor (from 0), source, group, emptier, record_id, person_id, others (records of the person)
-- params  $most INT (records of a source and group)
WITH alike AS (
    SELECT
        source,
        "group",
        emptier,
        record_id,
        person_id,
        others,
        -- Record ids are pseudonyms: in their order is in no order.
        row_number() OVER (PARTITION BY source, "group", emptier ORDER BY record_id) AS turn
    FROM at_risk
    WHERE is_joined AND NOT has_number
),

-- By turns from every emptiness: the emptiest are few, and they are the ones that are missed.
placed AS (
    SELECT *, row_number() OVER (PARTITION BY source, "group" ORDER BY turn, emptier) AS place
    FROM alike
)

SELECT
    row_number() OVER (ORDER BY source, "group", record_id) - 1 AS donor,
    source,
    "group",
    emptier,
    record_id,
    person_id,
    others
FROM placed
WHERE place <= $most
