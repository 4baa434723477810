-- Whom last time's records belong to now. A record that is supplied no more goes where most of its person's others went.
-- reads   earlier_index  records of each person, last time
--         now_index      records of each person, this time
-- grain   one row per record of last time
-- columns source, record_id, person_id
WITH went AS (
    SELECT
        earlier_index.person_id AS person_id_before,
        now_index.person_id,
        count(*) AS records
    FROM earlier_index
    INNER JOIN now_index USING (source, record_id)
    GROUP BY ALL
),

most AS (
    SELECT person_id_before, person_id
    FROM went
    QUALIFY row_number() OVER (
        PARTITION BY person_id_before
        ORDER BY records DESC, person_id = person_id_before DESC, person_id
    ) = 1
)

SELECT
    earlier_index.source,
    earlier_index.record_id,
    coalesce(now_index.person_id, most.person_id, earlier_index.person_id) AS person_id
FROM earlier_index
LEFT JOIN now_index USING (source, record_id)
LEFT JOIN most ON earlier_index.person_id = most.person_id_before
