-- Pairs of signs that enough people show.
-- reads   pair_shown  people of each part of the patterns who show both
-- grain   one row per stage and pair
-- columns stage, a, b
-- params  $least_people INT
SELECT stage, a, b
FROM pair_shown
GROUP BY ALL
HAVING sum(people) >= $least_people
