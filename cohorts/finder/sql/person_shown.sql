-- All signs of each person.
-- reads   person_stratum  living people on the register
--         person_sign     signs of people, and since when
-- grain   one row per person
-- columns person_no, stage, stratum, signs, mask
SELECT
    person_stratum.person_no,
    person_stratum.stage,
    person_stratum.stratum,
    coalesce(list_sort(list(person_sign.sign_no) FILTER (person_sign.sign_no IS NOT NULL)), []) AS signs,
    coalesce(bit_or(CAST(1 AS HUGEINT) << CAST(person_sign.sign_no AS INTEGER)), 0) AS mask
FROM person_stratum
LEFT JOIN person_sign USING (person_no)
GROUP BY person_stratum.person_no, person_stratum.stage, person_stratum.stratum
