-- Whose candidate a service answered: a first response soon, or support that lasted.
-- reads   candidate_member     who shows the signs of each candidate, and since when
--         candidate_responder  services that are there for a candidate's needs
--         response             what responding services did
-- grain   one row per candidate, person and service that responded at all in time
-- columns candidate_no, person_no, source, soon, lasting
-- params  $soon_days INT, $lasting_days INT, $several INT
SELECT
    candidate_member.candidate_no,
    candidate_member.person_no,
    response.source,
    bool_or(response.start < candidate_member.crossed + $soon_days) AS soon,
    bool_or(response.is_service) OR count(*) >= $several AS lasting
FROM candidate_member
JOIN candidate_responder USING (candidate_no)
JOIN response
    ON response.person_no = candidate_member.person_no
    AND response.source = candidate_responder.source
    AND response.start < candidate_member.crossed + $lasting_days
    AND response.until >= candidate_member.crossed
GROUP BY ALL
