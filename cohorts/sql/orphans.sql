-- Events and evidence of records that the people file does not hold.
-- reads   mapped_event, mapped_need, person_row
-- grain   one row
-- columns rows
SELECT count(*) AS rows
FROM (SELECT record_id FROM mapped_event UNION ALL SELECT record_id FROM mapped_need)
WHERE record_id NOT IN (SELECT record_id FROM person_row)
