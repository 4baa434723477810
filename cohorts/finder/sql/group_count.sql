-- People who show several signs of a group at once.
-- reads   pattern     people by the signs they show
--         sign_group  signs of each group, and how many of them it takes
-- grain   one row per group that somebody is in
-- columns group_no, people
WITH
wanted AS (
    SELECT group_no, stage, at_least, bit_or(CAST(1 AS HUGEINT) << CAST(sign_no AS INTEGER)) AS mask
    FROM sign_group
    GROUP BY ALL
)

-- Every group is held against every pattern, as bits: signs one below the other would be as many rows as all of them show.
SELECT wanted.group_no, CAST(sum(pattern.people) AS BIGINT) AS people
FROM pattern
JOIN wanted ON wanted.stage = pattern.stage AND bit_count(pattern.mask & wanted.mask) >= wanted.at_least
GROUP BY ALL
ORDER BY ALL
