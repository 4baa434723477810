-- Frequencies of a public list by the spelling that records get.
-- reads   listed_name, identity   one row per kind and name; one row per listed name and variant
-- grain   one row per kind and name
-- columns kind, name, people
-- params  none
WITH numbered AS (
    SELECT row_number() OVER (ORDER BY kind, name) AS record_id, kind, frequency
    FROM listed_name
),

spelt AS (
    SELECT
        numbered.kind,
        CASE WHEN numbered.kind = 'forename' THEN identity.forename ELSE identity.surname END AS name,
        numbered.frequency
    FROM numbered
    INNER JOIN identity ON numbered.record_id = identity.record_id AND identity.variant = 0
)

SELECT kind, name, sum(frequency)::BIGINT AS people
FROM spelt
WHERE name IS NOT NULL
GROUP BY kind, name
ORDER BY kind, name
