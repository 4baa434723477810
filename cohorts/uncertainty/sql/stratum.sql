-- Of records whose number shows them to have a partner: how many no other rule brings together with any.
-- reads   donor, record_quality, record_group
-- grain   one row per source and ethnic group that has donors
-- columns stratum, known (records that the number speaks for), stranded (of these, compared with none)
-- params  none
WITH stratum AS (
    SELECT DISTINCT stratum, source, "group" FROM donor
),

told AS (
    SELECT
        record_quality.source,
        record_group."group",
        count(*) AS known,
        count(*) FILTER (WHERE record_quality.reference_compared = 0) AS stranded
    FROM record_quality
    INNER JOIN record_group USING (source, record_id)
    WHERE record_group.dimension = 'ethnic_group' AND record_quality.reference_pairs > 0
    GROUP BY record_quality.source, record_group."group"
)

SELECT stratum.stratum, coalesce(told.known, 0) AS known, coalesce(told.stranded, 0) AS stranded
FROM stratum
LEFT JOIN told USING (source, "group")
ORDER BY stratum.stratum
