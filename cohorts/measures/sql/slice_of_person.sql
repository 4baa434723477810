-- Which group of each slice a person belongs to: those of the board's report, place and address, pairs of two, presets.
-- reads   person         linked people
--         person_group   groups of the board's report
--         preset_person  which preset groups a person is in
-- grain   one row per person and dimension
-- columns person_id, dimension, group
-- Who lacks one of a pair is not recorded in it: coarser groups are made of these later, by adding up.
WITH
pair AS (
    SELECT
        person_id,
        max("group") FILTER (dimension = 'ethnic_group') AS ethnic_group,
        max("group") FILTER (dimension = 'deprivation_quintile') AS quintile,
        max("group") FILTER (dimension = 'age_band') AS age_band,
        max("group") FILTER (dimension = 'sex') AS sex
    FROM person_group
    GROUP BY person_id
),

together AS (
    SELECT person_id, 'ethnic_group_by_deprivation' AS dimension, ethnic_group AS one, quintile AS other FROM pair
    UNION ALL
    SELECT person_id, 'age_band_by_sex' AS dimension, age_band AS one, sex AS other FROM pair
    UNION ALL
    SELECT person_id, 'age_band_by_core20' AS dimension, age_band AS one, quintile AS other FROM pair
)

SELECT person_id, dimension, "group" FROM person_group
UNION ALL
SELECT person_id, 'ward' AS dimension, coalesce(ward, 'not recorded') AS "group" FROM person
UNION ALL
SELECT
    person_id,
    'address' AS dimension,
    CASE no_fixed_address WHEN TRUE THEN 'no fixed address' WHEN FALSE THEN 'fixed address' ELSE 'not recorded' END AS "group"
FROM person
UNION ALL
SELECT person_id, 'language' AS dimension, coalesce(replace(first_language, '_', ' '), 'not recorded') AS "group" FROM person
UNION ALL
SELECT
    person_id,
    dimension,
    CASE WHEN one = 'not recorded' OR other = 'not recorded' THEN 'not recorded' ELSE one || ' | ' || other END AS "group"
FROM together
UNION ALL
SELECT person_id, dimension, "group" FROM preset_person
