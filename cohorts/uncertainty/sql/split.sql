-- What each donor would have been: a person without the record, and the record alone.
-- reads   donor, person_index
-- grain   one row per donor's person and record
-- columns person_id, source, record_id
-- params  none
SELECT
    CASE
        WHEN person_index.source = donor.source AND person_index.record_id = donor.record_id THEN 'alone:'
        ELSE 'without:'
    END
    || donor.donor AS person_id,
    person_index.source,
    person_index.record_id
FROM donor
INNER JOIN person_index USING (person_id)
ORDER BY donor.donor, person_index.source, person_index.record_id
