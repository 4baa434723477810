-- Services that hardly any of a candidate's people were ever in touch with are not there for people like them: their silence
-- says nothing. Whether they came in time is not asked here, or those whom hardly anybody answers would be left out.
-- reads   response          what responding services did with people in the lookback
--         candidate_member  who shows the signs of each candidate
-- grain   one row per candidate and service that goes
-- changes candidate_responder
-- params  $least DOUBLE
DELETE FROM candidate_responder
WHERE (candidate_no, source) NOT IN (
    SELECT reached.candidate_no, reached.source
    FROM (
        SELECT asked.candidate_no, asked.source, count(DISTINCT candidate_member.person_no) AS people
        FROM candidate_responder AS asked
        JOIN candidate_member USING (candidate_no)
        JOIN response ON response.person_no = candidate_member.person_no AND response.source = asked.source
        GROUP BY ALL
    ) AS reached
    JOIN (SELECT candidate_no, count(*) AS people FROM candidate_member GROUP BY ALL) AS whole USING (candidate_no)
    WHERE reached.people >= $least * whole.people
)
