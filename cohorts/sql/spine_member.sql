-- Everyone on the spine and alive.
-- reads   person  linked people
-- grain   one row per person
-- columns person_id
-- params  $as_of DATE (out)
SELECT person_id
FROM person
WHERE on_spine AND (death_month IS NULL OR death_month >= $as_of)
