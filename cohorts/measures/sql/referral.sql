-- Referrals, and what had become of each by the end of the data.
-- reads   event          events of people
--         kind_role      what each kind is to the measures
--         person         linked people
-- grain   one row per referral
-- columns person_id, source, kind, start, first_contact, closed, is_open, is_bounced, died, on_spine
-- params  $since DATE (in), $as_of DATE (out)
-- first_contact: first contact, assessment or service at the same source from the referral until 90 days after its closure,
-- for many sources close a request when the next step begins. closed: the day of a rejection or of a known end.
-- is_bounced: closed without any such contact; NULL while open, where no ends are recorded, or until the 90 days are over.
WITH
referred AS (
    SELECT
        event.person_id,
        event.source,
        event.kind,
        event.start,
        CASE
            WHEN event.outcome = 'rejected' THEN coalesce(event."end", event.start)
            WHEN event.end_is_known AND event."end" < $as_of THEN event."end"
        END AS closed,
        event."end" IS NULL AND coalesce(event.outcome, '') <> 'rejected' AS is_open
    FROM event
    JOIN kind_role USING (kind)
    WHERE kind_role.role = 'referral' AND event.start >= $since AND event.start < $as_of
),

answer AS (
    SELECT event.person_id, event.source, event.start AS day
    FROM event
    JOIN kind_role USING (kind)
    WHERE
        kind_role.role IN ('contact', 'assessment', 'service')
        AND event.start < $as_of
        AND coalesce(event.outcome, 'attended')
        NOT IN ('dna', 'cancelled_by_person', 'cancelled_by_provider', 'refused')
),

answered AS (
    SELECT
        referred.person_id,
        referred.source,
        referred.kind,
        referred.start,
        min(answer.day) AS first_contact,
        referred.closed,
        referred.is_open
    FROM referred
    LEFT JOIN answer
        ON
            answer.person_id = referred.person_id
            AND answer.source = referred.source
            AND answer.day >= referred.start
            AND (referred.closed IS NULL OR answer.day < referred.closed + INTERVAL 90 DAY)
    GROUP BY ALL
)

SELECT
    answered.person_id,
    answered.source,
    answered.kind,
    answered.start,
    answered.first_contact,
    answered.closed,
    answered.is_open,
    CASE
        WHEN answered.closed + INTERVAL 90 DAY <= $as_of THEN answered.first_contact IS NULL
    END AS is_bounced,
    person.death_month AS died,
    person.on_spine
FROM answered
JOIN person USING (person_id)
