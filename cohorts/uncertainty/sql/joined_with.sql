-- What joined records of each source are joined to: people by size, and by source.
-- reads   person_index
-- grain   one row per source, size and other source; without an other source, all records of that source and size
-- columns source, size (place in $steps of how many other records there are), other, records
-- params  $steps INT[] (ascending, from 1)
WITH person_source AS (
    SELECT person_id, source, count(*) AS records FROM person_index GROUP BY person_id, source
),

sized AS (
    SELECT person_id, sum(records) AS records FROM person_source GROUP BY person_id HAVING sum(records) > 1
),

joined AS (
    SELECT
        person_source.person_id,
        person_source.source,
        person_source.records,
        len(list_filter($steps, lambda step: step < sized.records)) - 1 AS size
    FROM person_source
    INNER JOIN sized USING (person_id)
)

SELECT joined.source, joined.size, other.source AS other, sum(joined.records)::BIGINT AS records
FROM joined
INNER JOIN person_source AS other
    ON joined.person_id = other.person_id AND (joined.source <> other.source OR other.records > 1)
GROUP BY joined.source, joined.size, other.source
UNION ALL
SELECT source, size, NULL AS other, sum(records)::BIGINT AS records
FROM joined
GROUP BY source, size
ORDER BY ALL
