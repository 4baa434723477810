-- How many matches are expected between the records of each two sources.
-- reads   scored_pair, prior, source   one row per pair, per two sources and per source
-- grain   one row per two sources that could share people
-- columns source_pair (a|b), expected (in parts of $unit: whole numbers add to one sum in any order)
-- params  $unit BIGINT
WITH summed AS (
    SELECT source_l, source_r, sum(round($unit * probability)::BIGINT)::BIGINT AS expected
    FROM scored_pair
    GROUP BY source_l, source_r
)

SELECT source_l.source || '|' || source_r.source AS source_pair, coalesce(summed.expected, 0) AS expected
FROM prior
INNER JOIN source AS source_l ON prior.source_l = source_l.source_no
INNER JOIN source AS source_r ON prior.source_r = source_r.source_no
LEFT JOIN summed ON prior.source_l = summed.source_l AND prior.source_r = summed.source_r
ORDER BY source_pair
