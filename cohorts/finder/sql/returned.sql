-- Whom a service had known, who was told of again by others, and of whom both is true, the knowing first.
-- reads   person_stratum  living people on the register
--         event           what services saw and did
--         known_kind      kinds by which a service knows somebody, by service and need
--         told_kind       kinds by which others tell of the need, by service and need
-- grain   one row per source, need and stratum in which there is anybody of these
-- columns source, need, stage, stratum, known, told, returned, people (of the stratum)
-- params  $since DATE (in), $known_since DATE (in), $as_of DATE (out)
WITH
known AS (
    SELECT DISTINCT known_kind.source, known_kind.need, event.person_id, event.start
    FROM event
    JOIN known_kind ON known_kind.teller = event.source AND known_kind.kind = event.kind
    WHERE event.start >= $known_since AND event.start < $as_of
),

told AS (
    SELECT DISTINCT told_kind.source, told_kind.need, event.person_id, event.start
    FROM event
    JOIN told_kind ON told_kind.teller = event.source AND told_kind.kind = event.kind
    WHERE event.start >= $since AND event.start < $as_of
),

per_person AS (
    SELECT source, need, person_id, 'known' AS what FROM known
    UNION
    SELECT source, need, person_id, 'told' AS what FROM told
    UNION
    SELECT told.source, told.need, told.person_id, 'returned' AS what
    FROM told
    JOIN known
        ON known.source = told.source
        AND known.need = told.need
        AND known.person_id = told.person_id
        AND known.start < told.start
        AND known.start > told.start - INTERVAL 12 MONTH
),

counted AS (
    SELECT
        per_person.source,
        per_person.need,
        person_stratum.stage,
        person_stratum.stratum,
        count(*) FILTER (per_person.what = 'known') AS known,
        count(*) FILTER (per_person.what = 'told') AS told,
        count(*) FILTER (per_person.what = 'returned') AS returned
    FROM per_person
    JOIN person_stratum USING (person_id)
    GROUP BY ALL
)

SELECT
    counted.source,
    counted.need,
    counted.stage,
    counted.stratum,
    counted.known,
    counted.told,
    counted.returned,
    everyone.people
FROM counted
JOIN (SELECT stratum, count(*) AS people FROM person_stratum GROUP BY stratum) AS everyone USING (stratum)
ORDER BY counted.source, counted.need, counted.stage, counted.stratum
