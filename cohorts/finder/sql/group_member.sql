-- People who show several signs of a group at once.
-- reads   person_shown  all signs of each person
--         sign_group    signs of each group, and how many of them it takes
-- grain   one row per group and person
-- columns group_no, person_no
WITH
wanted AS (
    SELECT group_no, stage, at_least, bit_or(CAST(1 AS HUGEINT) << CAST(sign_no AS INTEGER)) AS mask
    FROM sign_group
    GROUP BY ALL
)

SELECT wanted.group_no, person_shown.person_no
FROM person_shown
JOIN wanted ON wanted.stage = person_shown.stage AND bit_count(person_shown.mask & wanted.mask) >= wanted.at_least
ORDER BY ALL
