-- How many people of some patterns show each pair of signs.
-- reads   pattern    people by the signs they show
--         may_stand  signs that may stand together
-- grain   one row per stage and pair
-- columns stage, a, b, people
-- params  none
WITH
sign_shown AS (
    SELECT pattern_no, stage, people, unnest(signs) AS sign_no
    FROM pattern
)

SELECT this.stage, this.sign_no AS a, other.sign_no AS b, CAST(sum(this.people) AS BIGINT) AS people
FROM sign_shown AS this
JOIN sign_shown AS other USING (pattern_no)
JOIN may_stand ON may_stand.a = this.sign_no AND may_stand.b = other.sign_no
GROUP BY ALL
