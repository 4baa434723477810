-- People with what follows from their small area and their home.
-- reads   person_chosen  one row per person, each attribute chosen among their records
--         person_index   records of each person
--         record_person  attributes of each record, with its source
--         address_spell  dated addresses, for the wards and districts of small areas
-- grain   one row per person
-- columns person_id, birth_year, sex, ethnic_group, first_language, small_area, ward, district, deprivation_decile, no_fixed_address, death_month, on_spine, household, address_kind
-- params  $shared_by INT
WITH
-- Ward, district and deprivation follow from the small area, never voted on one by one.
area AS (
    SELECT
        small_area,
        min(ward) AS ward,
        min(district) AS district,
        min(deprivation_decile) AS deprivation_decile
    FROM (
        SELECT small_area, ward, district, deprivation_decile
        FROM record_person
        SEMI JOIN person_index USING (source, record_id)
        UNION ALL
        SELECT small_area, ward, district, deprivation_decile FROM address_spell
    )
    WHERE small_area IS NOT NULL
    GROUP BY small_area
),

-- Where so many live at one address it is no private home, whatever nobody said about it.
household AS (
    SELECT
        person_id,
        TRY_CAST(split_part(home, '/', 1) AS BIGINT) AS household,
        split_part(home, '/', 2) AS kind,
        count(*) OVER (PARTITION BY home) >= $shared_by AS is_shared
    FROM person_chosen
    WHERE home IS NOT NULL
)

SELECT
    person_chosen.person_id,
    person_chosen.birth_year,
    person_chosen.sex,
    person_chosen.ethnic_group,
    person_chosen.first_language,
    person_chosen.small_area,
    area.ward,
    area.district,
    area.deprivation_decile,
    person_chosen.no_fixed_address,
    person_chosen.death_month,
    person_chosen.on_spine,
    CASE WHEN NOT household.is_shared THEN household.household END AS household,
    CASE
        WHEN household.kind = 'home' AND household.is_shared THEN 'communal'
        ELSE coalesce(household.kind, 'unknown')
    END AS address_kind
FROM person_chosen
LEFT JOIN household USING (person_id)
LEFT JOIN area USING (small_area)
ORDER BY person_chosen.person_id
