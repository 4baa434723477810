-- Homes in which so many live that they are taken for communal ones.
-- reads   person, person_index, record_home
-- grain   one row per home
-- columns household
-- params  none
SELECT DISTINCT record_home.household
FROM person
INNER JOIN person_index USING (person_id)
INNER JOIN record_home USING (source, record_id)
WHERE person.address_kind = 'communal' AND record_home.household IS NOT NULL
