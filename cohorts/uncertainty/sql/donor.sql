-- Joined records without a number, some of each source and group: what was found stands for what was missed.
-- reads   by_turns
-- grain   one row per record
-- columns donor (from 0), source, group, emptier, record_id, person_id, others (records of the person)
-- params  $most INT (records of a source and group)
SELECT
    row_number() OVER (ORDER BY source, "group", record_id) - 1 AS donor,
    source,
    "group",
    emptier,
    record_id,
    person_id,
    others
FROM by_turns
WHERE is_joined AND place <= $most
