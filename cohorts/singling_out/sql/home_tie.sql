-- Every home that any record tells of a person, now or before: what the zone's tokens tie together.
-- reads   person          one row per person
--         address_spell   dated addresses of each person
--         record_person   attributes of each record, with its source
--         person_index    records of each person
-- grain   one row per person and home
-- columns person_id, household
-- params  none
SELECT person_id, household FROM person WHERE household IS NOT NULL
UNION
SELECT person_id, household FROM address_spell WHERE household IS NOT NULL
UNION
SELECT person_index.person_id, record_person.household
FROM record_person
INNER JOIN person_index
    ON
        record_person.source = person_index.source
        AND record_person.record_id = person_index.record_id
WHERE record_person.household IS NOT NULL
