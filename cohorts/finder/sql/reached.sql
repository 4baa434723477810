-- How many people an event kind befell at least so often in the last year.
-- reads   person_stratum  living people on the register
--         event           what services saw and did
--         repeated        kinds, and how often is asked
-- grain   one row per kind and number of times
-- columns kind, times, people
-- params  $since DATE (in), $as_of DATE (out)
WITH
counted AS (
    SELECT event.kind, event.person_id, count(*) AS events
    FROM event
    JOIN person_stratum USING (person_id)
    WHERE event.kind IN (SELECT kind FROM repeated) AND event.start >= $since AND event.start < $as_of
    GROUP BY ALL
)

SELECT repeated.kind, repeated.times, count(counted.person_id) AS people
FROM repeated
LEFT JOIN counted ON counted.kind = repeated.kind AND counted.events >= repeated.times
GROUP BY ALL
ORDER BY ALL
