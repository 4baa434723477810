-- Who shows the signs of each candidate, and the day by which enough of them were shown.
-- reads   candidate_sign  signs of each candidate, and how many of them it takes
--         pattern         people by the signs they show
--         person_shown    all signs of each person
--         person_sign     signs of people, and since when
-- grain   one row per candidate and person
-- columns candidate_no, person_no, crossed
WITH
sign_shown AS (
    SELECT pattern_no, stage, stratum, mask, unnest(signs) AS sign_no
    FROM pattern
),

held AS (
    SELECT candidate_sign.candidate_no, candidate_sign.at_least, sign_shown.stratum, sign_shown.mask
    FROM sign_shown
    JOIN candidate_sign USING (stage, sign_no)
    GROUP BY ALL
    HAVING count(*) >= candidate_sign.at_least
)

SELECT
    held.candidate_no,
    person_shown.person_no,
    list_sort(list(person_sign.day))[held.at_least] AS crossed
FROM held
JOIN person_shown USING (stratum, mask)
JOIN candidate_sign USING (candidate_no)
JOIN person_sign
    ON person_sign.person_no = person_shown.person_no AND person_sign.sign_no = candidate_sign.sign_no
GROUP BY held.candidate_no, person_shown.person_no, held.at_least
