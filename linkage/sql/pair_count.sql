-- Pairs compared and linked, by source pair.
-- reads   scored_pair, source
-- grain   one row per source pair
-- columns source_l, source_r, compared, linked
-- params  $threshold DOUBLE
SELECT
    source_l.source AS source_l,
    source_r.source AS source_r,
    count(*) AS compared,
    count(*) FILTER (WHERE probability >= $threshold) AS linked
FROM scored_pair
INNER JOIN source AS source_l ON scored_pair.source_l = source_l.source_no
INNER JOIN source AS source_r ON scored_pair.source_r = source_r.source_no
GROUP BY source_l.source, source_r.source
ORDER BY source_l.source, source_r.source
