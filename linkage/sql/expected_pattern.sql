-- How many matches are expected among the pairs of each agreement pattern.
-- reads   scored_pair, distinct_pattern   one row per pair and per pattern
-- grain   one row per pattern that some pair has
-- columns pattern, expected (in parts of $unit: whole numbers add to one sum in any order), and the levels of distinct_pattern
-- params  $unit BIGINT
WITH by_pattern AS (
    SELECT pattern, sum(round($unit * probability)::BIGINT)::BIGINT AS expected
    FROM scored_pair
    GROUP BY pattern
)

SELECT by_pattern.pattern, by_pattern.expected, distinct_pattern.* EXCLUDE (pattern)
FROM distinct_pattern
INNER JOIN by_pattern USING (pattern)
ORDER BY by_pattern.pattern
