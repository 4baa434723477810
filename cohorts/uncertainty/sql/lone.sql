-- Records without a number that were left alone, some of each source and group: each may be a missed one.
-- reads   by_turns, person
-- grain   one row per record
-- columns lone (from 0), source, group, emptier, person_id, stands_for (records alike, itself among them), birth_year, sex,
--         ethnic_group, district
-- params  $most INT (records of a source and group)
WITH kept AS (
    SELECT *, count(*) OVER (PARTITION BY source, "group", emptier) AS kept
    FROM by_turns
    WHERE NOT is_joined AND place <= $most
)

SELECT
    row_number() OVER (ORDER BY kept.source, kept."group", kept.record_id) - 1 AS lone,
    kept.source,
    kept."group",
    kept.emptier,
    kept.person_id,
    (kept.records - kept.turn) // kept.kept + 1 AS stands_for,
    person.birth_year,
    person.sex,
    person.ethnic_group,
    person.district
FROM kept
INNER JOIN person USING (person_id)
ORDER BY lone
