-- Joined records without a number, some of each source and ethnic group: what was found stands for what was missed.
-- reads   record_quality, record_group, person_index
-- grain   one row per record
-- columns donor (from 0), stratum (source and group, from 0), source, group, record_id, person_id, joined (records of its stratum)
-- params  $most INT (records of a stratum)
WITH size AS (
    SELECT person_id, count(*) AS records FROM person_index GROUP BY person_id
),

joined AS (
    SELECT
        dense_rank() OVER (ORDER BY record_quality.source, record_group."group") - 1 AS stratum,
        record_quality.source,
        record_group."group",
        record_quality.record_id,
        person_index.person_id,
        count(*) OVER (PARTITION BY record_quality.source, record_group."group") AS joined,
        -- Record ids are pseudonyms: in their order is in no order.
        row_number() OVER (PARTITION BY record_quality.source, record_group."group" ORDER BY record_quality.record_id)
            AS place
    FROM record_quality
    INNER JOIN record_group USING (source, record_id)
    INNER JOIN person_index USING (source, record_id)
    INNER JOIN size USING (person_id)
    WHERE
        record_group.dimension = 'ethnic_group'
        AND size.records > 1
        AND NOT record_quality.has_nhs_number
)

SELECT
    row_number() OVER (ORDER BY stratum, record_id) - 1 AS donor,
    stratum,
    source,
    "group",
    record_id,
    person_id,
    joined
FROM joined
WHERE place <= $most
