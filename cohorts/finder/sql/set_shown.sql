-- Every single sign, pair and triple that enough people may show, by stratum, of some patterns.
-- reads   pattern        people by the signs they show
--         pair_of_signs  pairs that enough people show; a triple is made of three such pairs
-- grain   one row per stage, set and stratum
-- columns stage, a, b, c, stratum, people, mask (signs that all of them show); b and c are -1 where there is none
WITH
sign_shown AS (
    SELECT pattern_no, stage, unnest(signs) AS sign_no
    FROM pattern
),

pair AS (
    SELECT this.pattern_no, this.stage, this.sign_no AS a, other.sign_no AS b
    FROM sign_shown AS this
    JOIN sign_shown AS other USING (pattern_no)
    JOIN pair_of_signs ON pair_of_signs.stage = this.stage AND pair_of_signs.a = this.sign_no AND pair_of_signs.b = other.sign_no
),

triple AS (
    SELECT ab.pattern_no, ab.a, ab.b, bc.b AS c
    FROM pair AS ab
    JOIN pair AS bc ON bc.pattern_no = ab.pattern_no AND bc.a = ab.b
    JOIN pair_of_signs AS ac ON ac.stage = ab.stage AND ac.a = ab.a AND ac.b = bc.b
),

every AS (
    SELECT pattern_no, sign_no AS a, -1 AS b, -1 AS c FROM sign_shown
    UNION ALL
    SELECT pattern_no, a, b, -1 AS c FROM pair
    UNION ALL
    SELECT pattern_no, a, b, c FROM triple
)

SELECT
    pattern.stage,
    every.a,
    every.b,
    every.c,
    pattern.stratum,
    CAST(sum(pattern.people) AS BIGINT) AS people,
    bit_and(pattern.mask) AS mask
FROM every
JOIN pattern USING (pattern_no)
GROUP BY ALL
