-- Members of gaps among the people of another warehouse.
-- reads   unanswered      who got no response in time, by gap
--         without_lead    families that nobody leads, by gap
--         person_stratum  living people on the register
-- grain   one row per gap and person
-- columns place (of the gap), person_id
SELECT member.candidate_no AS place, person_stratum.person_id
FROM (
    SELECT candidate_no, person_no FROM unanswered
    UNION ALL
    SELECT candidate_no, person_no FROM without_lead
) AS member
JOIN person_stratum USING (person_no)
ORDER BY ALL
