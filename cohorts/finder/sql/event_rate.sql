-- How many events of each kind fell on each stratum in the last year.
-- reads   person_stratum  living people on the register
--         event           what services saw and did
--         repeated        kinds
-- grain   one row per kind and stratum
-- columns kind, stratum, events
-- params  $since DATE (in), $as_of DATE (out)
SELECT event.kind, person_stratum.stratum, count(*) AS events
FROM event
JOIN person_stratum USING (person_id)
WHERE event.kind IN (SELECT kind FROM repeated) AND event.start >= $since AND event.start < $as_of
GROUP BY ALL
ORDER BY ALL
