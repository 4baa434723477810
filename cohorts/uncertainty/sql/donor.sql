-- Joined records without a number, some of each source and group: what was found stands for what was missed.
-- reads   at_risk
-- grain   one row per record
-- columns donor (from 0), source, group, record_id, person_id
-- params  $most INT (records of a source and group)
WITH placed AS (
    SELECT
        source,
        "group",
        record_id,
        person_id,
        -- Record ids are pseudonyms: in their order is in no order.
        row_number() OVER (PARTITION BY source, "group" ORDER BY record_id) AS place
    FROM at_risk
    WHERE is_joined AND NOT has_number
)

SELECT
    row_number() OVER (ORDER BY source, "group", record_id) - 1 AS donor,
    source,
    "group",
    record_id,
    person_id
FROM placed
WHERE place <= $most
