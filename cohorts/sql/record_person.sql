-- What describes each record: of every attribute the latest that is filled, and the areas its postcode lies in.
-- reads   person_row     people file under the names of roles
--         area           look-up by postcode
--         row_home       token of the home of each row
-- grain   one row per record
-- columns record_id, birth_year, sex, ethnic_group, first_language, small_area, ward, district, deprivation_decile, no_fixed_address, death_month, household, address_kind
WITH
ranked AS (
    SELECT
        record_id,
        birth_year,
        sex,
        ethnic_group,
        first_language,
        postcode,
        small_area,
        death_month,
        row_home.household,
        -- What the source says of the address, else what its postcode says, else a home if it is known which.
        coalesce(
            address_kind,
            CASE WHEN postcode = 'ZZ993VZ' THEN 'no_fixed_address' WHEN row_home.household IS NOT NULL THEN 'home' END
        ) AS address_kind,
        row_number() OVER (PARTITION BY record_id ORDER BY day NULLS FIRST, row_no) AS recency
    FROM person_row
    LEFT JOIN row_home USING (row_no)
),

-- arg_max passes over rows in which the attribute is missing.
latest AS (
    SELECT
        record_id,
        arg_max(birth_year, recency) AS birth_year,
        arg_max(sex, recency) AS sex,
        arg_max(ethnic_group, recency) AS ethnic_group,
        arg_max(first_language, recency) AS first_language,
        arg_max(postcode, recency) AS postcode,
        arg_max(small_area, recency) AS small_area,
        arg_max(death_month, recency) AS death_month,
        -- The two from one row: the latest that tells anything.
        arg_max({'household': household, 'kind': address_kind}, recency) FILTER (address_kind IS NOT NULL) AS home
    FROM ranked
    GROUP BY record_id
),

-- For records that name their small area but have no postcode in the look-up.
wider_area AS (
    SELECT
        small_area,
        min(ward) AS ward,
        min(district) AS district,
        min(deprivation_decile) AS deprivation_decile
    FROM area
    GROUP BY small_area
)

SELECT
    latest.record_id,
    latest.birth_year,
    latest.sex,
    latest.ethnic_group,
    latest.first_language,
    coalesce(area.small_area, latest.small_area) AS small_area,
    coalesce(area.ward, wider_area.ward) AS ward,
    coalesce(area.district, wider_area.district) AS district,
    coalesce(area.deprivation_decile, wider_area.deprivation_decile) AS deprivation_decile,
    -- ZZ99 3VZ is no fixed abode; other ZZ99 codes (abroad, not known) say nothing either way.
    CASE
        WHEN latest.postcode = 'ZZ993VZ' THEN TRUE
        WHEN latest.postcode NOT LIKE 'ZZ99%' THEN FALSE
    END AS no_fixed_address,
    latest.death_month,
    CASE WHEN latest.home.kind = 'home' THEN latest.home.household END AS household,
    coalesce(latest.home.kind, 'unknown') AS address_kind
FROM latest
LEFT JOIN area ON area.postcode = latest.postcode
LEFT JOIN wider_area ON wider_area.small_area = latest.small_area
ORDER BY latest.record_id
