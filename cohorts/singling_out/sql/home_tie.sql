-- Every home that any record tells of a person, now or before: what the zone's tokens tie together.
-- reads   person          one row per person
--         address_spell   dated addresses of each person
--         record_person   attributes of each record, with its source
--         person_index    records of each person
-- grain   one row per person and home
-- columns person_id, household, since
-- params  none
-- since is the day on which a dated address says that they moved in, the latest where it says so twice; else empty
WITH told AS (
    SELECT person_id, household, CAST(NULL AS DATE) AS since FROM person
    UNION ALL
    SELECT person_id, household, valid_from AS since FROM address_spell
    UNION ALL
    SELECT person_index.person_id, record_person.household, CAST(NULL AS DATE) AS since
    FROM record_person
    INNER JOIN person_index
        ON
            record_person.source = person_index.source
            AND record_person.record_id = person_index.record_id
)

SELECT person_id, household, max(since) AS since
FROM told
WHERE household IS NOT NULL
GROUP BY person_id, household
