-- Records that go on after opt-outs: every number of theirs is on the cleaned list, or they have none and may stay.
-- reads   person_record   one row per record of the source
--         person_number   one row per record and valid NHS number
--         cleaned_list    one row per number on the list
-- grain   one row per record that stays
-- columns record_id
-- params  $keep_unverifiable BOOLEAN
WITH numbered AS (
    SELECT record_id, bool_and(cleaned_list.nhs_number IS NOT NULL) AS all_listed
    FROM person_number
    LEFT JOIN cleaned_list USING (nhs_number)
    GROUP BY record_id
)

SELECT record_id
FROM person_record
LEFT JOIN numbered USING (record_id)
WHERE coalesce(all_listed, $keep_unverifiable)
ORDER BY record_id
