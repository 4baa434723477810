-- How each person's contacts are spread over sectors and time.
-- reads   person         linked people
--         contact_day    days of contact, one a provider and day
--         episode        referrals and what became of them
--         event, kind_role
-- grain   one row per person
-- columns person_id, sectors, most_sectors_90d, contact_days, crisis_days, coc, closed_referrals, bounced_referrals, retellings
-- params  $since DATE (in), $as_of DATE (out)
-- coc is Bice and Boxerman's index over sectors, (sum n^2 - N) / (N (N - 1)); with fewer than 4 contact days it is NULL.
WITH
sector_day AS (
    SELECT DISTINCT person_id, sector, day FROM contact_day
),

by_sector AS (
    SELECT person_id, sector, count(*) AS days, count(*) FILTER (is_crisis) AS crisis_days
    FROM contact_day
    GROUP BY person_id, sector
),

spread AS (
    SELECT
        person_id,
        count(*) AS sectors,
        sum(days) AS contact_days,
        sum(crisis_days) AS crisis_days,
        CASE
            WHEN sum(days) >= 4
                THEN (sum(days * days) - sum(days)) / (sum(days) * (sum(days) - 1))
        END AS coc
    FROM by_sector
    GROUP BY person_id
),

-- A busiest stretch of 90 days may be taken to begin on a day of contact.
stretch AS (
    SELECT first_day.person_id, first_day.day, count(DISTINCT near.sector) AS sectors
    FROM (SELECT DISTINCT person_id, day FROM sector_day) AS first_day
    JOIN sector_day AS near
        ON
            near.person_id = first_day.person_id
            AND near.day >= first_day.day
            AND near.day < first_day.day + INTERVAL 90 DAY
    GROUP BY first_day.person_id, first_day.day
),

busiest AS (
    SELECT person_id, max(sectors) AS most_sectors_90d FROM stretch GROUP BY person_id
),

referred AS (
    SELECT
        person_id,
        count(is_bounced) AS closed_referrals,
        count(*) FILTER (is_bounced) AS bounced_referrals
    FROM episode
    GROUP BY person_id
),

-- Where a person told their story from the beginning: assessed there, or referred there and then seen.
told AS (
    SELECT event.person_id, event.source
    FROM event
    JOIN kind_role USING (kind)
    WHERE kind_role.role = 'assessment' AND event.start >= $since AND event.start < $as_of
    UNION
    SELECT person_id, source FROM episode WHERE first_contact IS NOT NULL
),

retold AS (
    SELECT person_id, count(*) AS retellings FROM told GROUP BY person_id
)

SELECT
    person.person_id,
    coalesce(spread.sectors, 0) AS sectors,
    coalesce(busiest.most_sectors_90d, 0) AS most_sectors_90d,
    CAST(coalesce(spread.contact_days, 0) AS BIGINT) AS contact_days,
    CAST(coalesce(spread.crisis_days, 0) AS BIGINT) AS crisis_days,
    CAST(spread.coc AS DOUBLE) AS coc,
    coalesce(referred.closed_referrals, 0) AS closed_referrals,
    coalesce(referred.bounced_referrals, 0) AS bounced_referrals,
    coalesce(retold.retellings, 0) AS retellings
FROM person
LEFT JOIN spread USING (person_id)
LEFT JOIN busiest USING (person_id)
LEFT JOIN referred USING (person_id)
LEFT JOIN retold USING (person_id)
ORDER BY person.person_id
