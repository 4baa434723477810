-- Whom services treated in three years, and whom of them they have not seen for the last of these.
-- reads   person_stratum  living people on the register
--         event           what services saw and did
--         responder_kind  kinds that are a response, by source
-- grain   one row per source and stage of life
-- columns source, stage, people, ended
-- params  $since DATE (in), $quiet_since DATE (in), $as_of DATE (out), $several INT
WITH
treated AS (
    SELECT event.source, person_stratum.stage, person_stratum.person_no, max(event.start) AS last_day
    FROM event
    JOIN responder_kind ON responder_kind.source = event.source AND responder_kind.kind = event.kind
    JOIN person_stratum USING (person_id)
    WHERE event.start >= $since AND event.start < $as_of
    GROUP BY event.source, person_stratum.stage, person_stratum.person_no
    HAVING count(*) >= $several
)

SELECT source, stage, count(*) AS people, count(*) FILTER (WHERE last_day < $quiet_since) AS ended
FROM treated
GROUP BY source, stage
ORDER BY source, stage
