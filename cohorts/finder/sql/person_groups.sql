-- Groups of people that a gap may be unequal between; what is not recorded is empty.
-- reads   person_stratum  living people on the register
--         person          linked people
-- grain   one row per person, in the order of person_no
-- columns stage, quintile, ethnic_group
SELECT
    person_stratum.stage,
    coalesce(CAST(CAST(ceil(person.deprivation_decile / 2) AS INTEGER) AS VARCHAR), '') AS quintile,
    coalesce(person.ethnic_group, '') AS ethnic_group
FROM person_stratum
JOIN person USING (person_id)
ORDER BY person_stratum.person_no
