-- Where a record's person lived from when to when, of files that date addresses: one after another, never two at once.
-- reads   person_row     people file under the names of roles
--         area           look-up by postcode
--         row_home       token of the home of each row
-- grain   one row per dated address of a record
-- columns record_id, valid_from, valid_to, small_area, ward, district, deprivation_decile, household, address_kind
-- params  none
-- Half-open: valid_to is the first day on which it no longer was. Two rows of one day: the later row of the file holds.
WITH
told AS (
    SELECT
        person_row.record_id,
        person_row.row_no,
        person_row.address_from,
        -- An end before the start says nothing.
        CASE WHEN person_row.address_to > person_row.address_from THEN person_row.address_to END AS address_to,
        coalesce(area.small_area, person_row.small_area) AS small_area,
        area.ward,
        area.district,
        area.deprivation_decile,
        row_home.household,
        coalesce(
            person_row.address_kind,
            CASE
                WHEN person_row.postcode = 'ZZ993VZ' THEN 'no_fixed_address'
                WHEN row_home.household IS NOT NULL THEN 'home'
                ELSE 'unknown'
            END
        ) AS address_kind
    FROM person_row
    LEFT JOIN area ON area.postcode = person_row.postcode
    LEFT JOIN row_home USING (row_no)
    WHERE person_row.address_from IS NOT NULL
),

-- A row that tells neither the area nor the kind of home is no address.
daily AS (
    SELECT
        *,
        {'area': small_area, 'home': CASE WHEN address_kind = 'home' THEN household END, 'kind': address_kind} AS place
    FROM told
    WHERE small_area IS NOT NULL OR address_kind <> 'unknown'
    QUALIFY row_number() OVER (PARTITION BY record_id, address_from ORDER BY row_no DESC) = 1
),

-- Said again is still the same address, unless the one before had ended by then.
compared AS (
    SELECT
        *,
        coalesce(place = lag(place) OVER by_day AND coalesce(lag(address_to) OVER by_day >= address_from, TRUE), FALSE)
            AS is_same
    FROM daily
    WINDOW by_day AS (PARTITION BY record_id ORDER BY address_from)
),

numbered AS (
    SELECT *, count(*) FILTER (NOT is_same) OVER (PARTITION BY record_id ORDER BY address_from) AS spell
    FROM compared
),

spell AS (
    SELECT
        record_id,
        spell,
        min(address_from) AS valid_from,
        -- Not arg_max, which passes over rows without an end.
        last(address_to ORDER BY address_from) AS address_to,
        any_value(small_area) AS small_area,
        any_value(ward) AS ward,
        any_value(district) AS district,
        any_value(deprivation_decile) AS deprivation_decile,
        any_value(place.home) AS household,
        any_value(address_kind) AS address_kind
    FROM numbered
    GROUP BY record_id, spell
)

SELECT
    record_id,
    valid_from,
    least(address_to, lead(valid_from) OVER (PARTITION BY record_id ORDER BY valid_from)) AS valid_to,
    small_area,
    ward,
    district,
    deprivation_decile,
    household,
    address_kind
FROM spell
ORDER BY record_id, valid_from
