-- Members and population of each cohort by slice and age band: what standardising needs.
-- reads   person_measure which counts each person adds to
--         person_slice   groups of people
-- grain   one row per cohort, dimension, group and age band
-- columns cohort, dimension, group, age_band, met, population
-- Nobody of unknown age is here: their age cannot be made comparable.
SELECT
    person_measure.cohort,
    slice.dimension,
    slice."group",
    age."group" AS age_band,
    count(*) FILTER (person_measure.measure = 'met') AS met,
    count(*) FILTER (person_measure.measure = 'population') AS population
FROM person_measure
JOIN person_slice AS slice USING (person_id)
JOIN person_slice AS age USING (person_id)
WHERE
    age.dimension = 'age_band'
    AND age."group" <> 'not recorded'
    AND slice.dimension IN ('all', 'deprivation_quintile', 'ethnic_group', 'sex', 'district')
    AND person_measure.measure IN ('met', 'population')
GROUP BY ALL
ORDER BY ALL
