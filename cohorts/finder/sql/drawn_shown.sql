-- All signs of each drawn person.
-- reads   drawn           who is there in some draw only
--         person_stratum  drawn people and whom they live with
--         person_shown    all signs of each
-- grain   one row per drawn person
-- columns person_id, stage, stratum, signs
SELECT person_stratum.person_id, person_shown.stage, person_shown.stratum, person_shown.signs
FROM person_shown
JOIN person_stratum USING (person_no)
JOIN drawn USING (person_id)
