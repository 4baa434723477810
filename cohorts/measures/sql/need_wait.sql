-- Days from a person's first recorded need to their first sustained contact, or to the day until which they were watched.
-- reads   need_evidence  evidence of needs
--         contact_day    days of contact, one a provider and day, up to the same end
--         person         linked people
-- grain   one row per person with a need that was first recorded in the window
-- columns person_id, days, is_seen
-- params  $since DATE (in), $as_of DATE (out)
-- Sustained: three planned, attended days of contact with one source within 180 days; the day of the third.
WITH
first_need AS (
    SELECT person_id, min(valid_from) AS day
    FROM need_evidence
    GROUP BY person_id
    HAVING min(valid_from) >= $since AND min(valid_from) < $as_of
),

met AS (
    SELECT DISTINCT contact_day.person_id, contact_day.source, contact_day.day
    FROM contact_day
    JOIN first_need ON first_need.person_id = contact_day.person_id AND contact_day.day >= first_need.day
    WHERE contact_day.is_planned
),

third AS (
    SELECT
        person_id,
        day,
        lead(day, 2) OVER (PARTITION BY person_id, source ORDER BY day) AS third_day
    FROM met
),

sustained AS (
    SELECT person_id, min(third_day) AS day
    FROM third
    WHERE third_day < day + INTERVAL 180 DAY
    GROUP BY person_id
),

ended AS (
    SELECT
        first_need.person_id,
        first_need.day AS first_day,
        sustained.day AS seen_day,
        least($as_of, coalesce(person.death_month, $as_of)) AS watched_until
    FROM first_need
    JOIN person USING (person_id)
    LEFT JOIN sustained USING (person_id)
)

SELECT
    person_id,
    greatest(0, date_diff('day', first_day, coalesce(seen_day, watched_until))) AS days,
    seen_day IS NOT NULL AS is_seen
FROM ended
ORDER BY person_id
