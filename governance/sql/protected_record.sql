-- Records to leave out: listed by number or id, and whoever shares a number with them, however far the chain goes.
-- reads   person_number   one row per record and valid NHS number
--         listed_number   one row per number on the list of protected records
--         listed_record   one row per record id on it
-- grain   one row per record to leave out
-- columns record_id
-- params  none
WITH RECURSIVE protected AS (
    SELECT record_id FROM listed_record
    UNION
    SELECT person_number.record_id FROM person_number SEMI JOIN listed_number USING (nhs_number)
    UNION
    SELECT other.record_id
    FROM protected
    INNER JOIN person_number AS own ON protected.record_id = own.record_id
    INNER JOIN person_number AS other ON own.nhs_number = other.nhs_number
)

SELECT record_id FROM protected ORDER BY record_id
