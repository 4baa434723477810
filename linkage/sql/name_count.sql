-- How many records bear each forename and surname, as the source holds them now.
-- reads   identity   one row per record and variant
-- grain   one row per kind and name
-- columns kind, name, people
-- params  none
SELECT 'forename' AS kind, forename AS name, count(*) AS people
FROM identity
WHERE variant = 0 AND forename IS NOT NULL
GROUP BY forename
UNION ALL
SELECT 'surname', surname, count(*)
FROM identity
WHERE variant = 0 AND surname IS NOT NULL
GROUP BY surname
ORDER BY kind, name
