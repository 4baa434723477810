-- Records with a real postcode that the area look-up does not hold.
-- reads   person_row     people file under the names of roles
--         area           look-up by postcode
-- grain   one row
-- columns records
SELECT count(DISTINCT person_row.record_id) AS records
FROM person_row
LEFT JOIN area ON area.postcode = person_row.postcode
WHERE person_row.postcode NOT LIKE 'ZZ99%' AND area.postcode IS NULL
