-- How many matches are expected among the pairs of each agreement pattern.
-- reads   scored_pair, distinct_pattern   one row per pair and per pattern
-- grain   one row per pattern that some pair has
-- columns the columns of distinct_pattern, and expected (in parts of $unit: whole numbers add to one sum in any order)
-- params  $unit BIGINT
WITH by_pattern AS (
    SELECT pattern, sum(round($unit * probability)::BIGINT)::BIGINT AS expected
    FROM scored_pair
    GROUP BY pattern
)

SELECT distinct_pattern.*, by_pattern.expected
FROM distinct_pattern
INNER JOIN by_pattern USING (pattern)
ORDER BY pattern
