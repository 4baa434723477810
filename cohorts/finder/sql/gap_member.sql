-- Members of gaps among the people of another warehouse, under their ids.
-- reads   gap_member      members by number
--         person_stratum  living people on the register
-- grain   one row per gap and person
-- columns place (of the gap), person_id
SELECT gap_member.place, person_stratum.person_id
FROM gap_member
JOIN person_stratum USING (person_no)
ORDER BY ALL
