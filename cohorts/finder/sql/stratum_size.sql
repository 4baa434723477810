-- Living people of each stratum.
-- reads   pattern  people by the signs they show
-- grain   one row per stage and stratum
-- columns stage, stratum, people
SELECT stage, stratum, CAST(sum(people) AS BIGINT) AS people
FROM pattern
GROUP BY ALL
ORDER BY ALL
