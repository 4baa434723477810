-- Which group of each dimension a person belongs to; what is missing is a group of its own.
-- reads   person         linked people
-- grain   one row per person and dimension
-- columns person_id, dimension, group
-- params  $last_day DATE (in): ages are those reached in its year
WITH
described AS (
    SELECT
        person_id,
        CAST(CEIL(deprivation_decile / 2) AS INTEGER) AS quintile,
        ethnic_group,
        year($last_day) - birth_year AS age,
        sex,
        district
    FROM person
)

SELECT person_id, 'all' AS dimension, 'all' AS "group"
FROM described
UNION ALL
SELECT
    person_id,
    'deprivation_quintile' AS dimension,
    coalesce(CAST(quintile AS VARCHAR), 'not recorded') AS "group"
FROM described
UNION ALL
SELECT person_id, 'ethnic_group' AS dimension, coalesce(ethnic_group, 'not recorded') AS "group"
FROM described
UNION ALL
SELECT
    person_id,
    'age_band' AS dimension,
    CASE
        WHEN age IS NULL THEN 'not recorded'
        WHEN age < 18 THEN '0-17'
        WHEN age < 35 THEN '18-34'
        WHEN age < 50 THEN '35-49'
        WHEN age < 65 THEN '50-64'
        WHEN age < 80 THEN '65-79'
        ELSE '80+'
    END AS "group"
FROM described
UNION ALL
SELECT person_id, 'sex' AS dimension, coalesce(sex, 'not recorded') AS "group"
FROM described
UNION ALL
SELECT person_id, 'district' AS dimension, coalesce(district, 'not recorded') AS "group"
FROM described
