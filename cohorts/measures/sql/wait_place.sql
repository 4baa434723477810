-- Who lives in the most deprived fifth of areas and who does not, and everyone.
-- reads   person_group   groups of people
-- grain   one row per person and dimension
-- columns person_id, dimension, group
-- params  none
SELECT
    person_id,
    'core20' AS dimension,
    CASE "group" WHEN '1' THEN 'most deprived fifth' WHEN 'not recorded' THEN 'not recorded' ELSE 'all other areas' END
        AS "group"
FROM person_group
WHERE dimension = 'deprivation_quintile'
UNION ALL
SELECT person_id, dimension, "group" FROM person_group WHERE dimension = 'all'
