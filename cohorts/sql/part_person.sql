-- People of some homes; who has none is a home of their own.
-- reads   person  linked people
-- grain   one row per person
-- columns person_id, birth_year, sex, ethnic_group, first_language, small_area, ward, district, deprivation_decile, no_fixed_address, death_month, on_spine, household, address_kind
-- params  $first UBIGINT (in), $last UBIGINT (in): a span of hashes
SELECT *
FROM person
WHERE hash(coalesce(CAST(household AS VARCHAR), person_id)) BETWEEN $first AND $last
