-- Services that answered hardly any of a candidate's people are not there for people like them: their silence says nothing.
-- reads   answered          whose candidate a service answered
--         candidate_member  who shows the signs of each candidate
-- grain   one row per candidate and service that goes
-- changes candidate_responder
-- params  $least DOUBLE
DELETE FROM candidate_responder
WHERE (candidate_no, source) NOT IN (
    SELECT answered.candidate_no, answered.source
    FROM answered
    JOIN (SELECT candidate_no, count(*) AS people FROM candidate_member GROUP BY ALL) AS whole USING (candidate_no)
    GROUP BY answered.candidate_no, answered.source, whole.people
    HAVING count(*) >= $least * whole.people
)
