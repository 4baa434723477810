-- Sets by stratum with whether each is closed: no further sign that may stand with it is shown by all its people.
-- reads   sign_set  people by stage, set and stratum
--         sign_bit  for each sign, as bits, those it cannot stand with
-- grain   one row per stage, set and stratum
-- columns stage, a, b, c, stratum, people, is_closed
WITH
whole AS (
    SELECT stage, a, b, c, bit_and(mask) AS shown_by_all
    FROM sign_set
    GROUP BY ALL
),

closed AS (
    SELECT
        whole.stage,
        whole.a,
        whole.b,
        whole.c,
        (whole.shown_by_all & ~(one.apart | coalesce(two.apart, 0) | coalesce(three.apart, 0))) = 0 AS is_closed
    FROM whole
    JOIN sign_bit AS one ON one.sign_no = whole.a
    LEFT JOIN sign_bit AS two ON two.sign_no = whole.b
    LEFT JOIN sign_bit AS three ON three.sign_no = whole.c
)

SELECT sign_set.stage, sign_set.a, sign_set.b, sign_set.c, sign_set.stratum, sign_set.people, closed.is_closed
FROM sign_set
JOIN closed USING (stage, a, b, c)
ORDER BY ALL
