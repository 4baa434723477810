-- Who got no response in time, by candidate and by the service asked; an empty service stands for all of them together.
-- reads   candidate_member     who shows the signs of each candidate, and since when
--         candidate_responder  services that are there for a candidate's needs
--         answered             whose candidate a service answered
-- grain   one row per candidate, service and person for whom the time to respond is over and nothing came
-- columns candidate_no, source, person_no
-- params  $soon_days INT, $lasting_days INT, $as_of DATE (out)
WITH
asked AS (
    SELECT candidate_no, is_lasting, source FROM candidate_responder WHERE is_for_all
    UNION ALL
    SELECT DISTINCT candidate_no, is_lasting, '' AS source FROM candidate_responder
),

came AS (
    SELECT candidate_no, person_no, source, soon, lasting FROM answered
    UNION ALL
    SELECT candidate_no, person_no, '' AS source, bool_or(soon) AS soon, bool_or(lasting) AS lasting
    FROM answered
    GROUP BY ALL
)

SELECT asked.candidate_no, asked.source, candidate_member.person_no
FROM asked
JOIN candidate_member USING (candidate_no)
LEFT JOIN came USING (candidate_no, person_no, source)
WHERE
    candidate_member.crossed + CASE WHEN asked.is_lasting THEN $lasting_days ELSE $soon_days END <= $as_of
    AND NOT coalesce(CASE WHEN asked.is_lasting THEN came.lasting ELSE came.soon END, FALSE)
