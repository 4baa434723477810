-- Which preset groups each person is in. Who is in none of what a group is made of, and lacks what it asks, is not recorded.
-- reads   preset_group   one row per group: what makes a person a member
--         person         linked people
--         need_evidence  evidence of needs
-- grain   one row per person and preset group
-- columns person_id, dimension, group
-- params  $as_of DATE (out)
WITH
needed AS (
    SELECT DISTINCT person_id, need FROM need_evidence WHERE valid_from < $as_of
),

in_need AS (
    SELECT DISTINCT preset_group.dimension, needed.person_id
    FROM preset_group
    JOIN needed ON list_contains(preset_group.needs, needed.need)
),

answer AS (
    SELECT
        person.person_id,
        preset_group.dimension,
        in_need.person_id IS NOT NULL AS has_need,
        preset_group.no_fixed_address AND person.no_fixed_address AS has_no_address,
        CASE
            WHEN preset_group.deprivation_decile_up_to IS NOT NULL
                THEN person.deprivation_decile <= preset_group.deprivation_decile_up_to
            ELSE FALSE
        END AS is_deprived,
        CASE
            WHEN len(preset_group.ethnic_groups) > 0 THEN list_contains(preset_group.ethnic_groups, person.ethnic_group)
            ELSE FALSE
        END AS is_ethnic
    FROM person
    CROSS JOIN preset_group
    LEFT JOIN in_need ON in_need.dimension = preset_group.dimension AND in_need.person_id = person.person_id
)

SELECT
    person_id,
    dimension,
    CASE (has_need OR coalesce(has_no_address, FALSE) OR is_deprived OR is_ethnic)
        WHEN TRUE THEN 'in the group'
        WHEN FALSE THEN 'not in the group'
        ELSE 'not recorded'
    END AS "group"
FROM answer
