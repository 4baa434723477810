-- People who show several signs of a group at once.
-- reads   pattern     people by the signs they show
--         sign_group  signs of each group, and how many of them it takes
-- grain   one row per group that somebody is in
-- columns group_no, people
WITH
shown AS (
    SELECT pattern_no, stage, people, unnest(signs) AS sign_no
    FROM pattern
),

held AS (
    SELECT sign_group.group_no, shown.pattern_no, shown.people
    FROM shown
    JOIN sign_group USING (stage, sign_no)
    GROUP BY sign_group.group_no, sign_group.at_least, shown.pattern_no, shown.people
    HAVING count(*) >= sign_group.at_least
)

SELECT group_no, CAST(sum(people) AS BIGINT) AS people
FROM held
GROUP BY ALL
ORDER BY ALL
