-- Episodes: each referral to a source, until it is closed there, and what had become of it by the end of the data.
-- reads   event          events of people
--         kind_role      what each kind is to the measures
--         person         linked people
-- grain   one row per referral
-- columns person_id, source, sector, provider, kind, opened, first_contact, closed, reason_out, is_open, is_bounced, died, on_spine
-- params  $since DATE (in), $as_of DATE (out)
-- first_contact: first contact, assessment or service at the same source from the referral until 90 days after its closure,
-- for many sources close a request when the next step begins. closed: the day of a rejection or of a known end.
-- is_bounced: closed without any such contact; NULL while open, where no ends are recorded, or until the 90 days are over.
WITH
referred AS (
    SELECT
        event.person_id,
        event.source,
        event.sector,
        event.provider,
        event.kind,
        event.start AS opened,
        event.outcome AS reason_out,
        CASE
            WHEN event.outcome = 'rejected' THEN coalesce(event."end", event.start)
            WHEN event.end_is_known AND event."end" < $as_of THEN event."end"
        END AS closed,
        event."end" IS NULL AND coalesce(event.outcome, '') <> 'rejected' AS is_open
    FROM event
    JOIN kind_role USING (kind)
    WHERE kind_role.role = 'referral' AND event.start >= $since AND event.start < $as_of
    -- Two records of a person at one source may hold one referral: of those the one that says most of its end.
    QUALIFY row_number() OVER (
        PARTITION BY event.person_id, event.source, event.kind, event.start, event.provider
        ORDER BY event."end" DESC NULLS LAST, event.outcome
    ) = 1
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
        referred.sector,
        referred.provider,
        referred.kind,
        referred.opened,
        min(answer.day) AS first_contact,
        referred.closed,
        referred.reason_out,
        referred.is_open
    FROM referred
    LEFT JOIN answer
        ON
            answer.person_id = referred.person_id
            AND answer.source = referred.source
            AND answer.day >= referred.opened
            AND (referred.closed IS NULL OR answer.day < referred.closed + INTERVAL 90 DAY)
    GROUP BY ALL
)

SELECT
    answered.person_id,
    answered.source,
    answered.sector,
    answered.provider,
    answered.kind,
    answered.opened,
    CAST(answered.first_contact AS DATE) AS first_contact,
    CAST(answered.closed AS DATE) AS closed,
    answered.reason_out,
    answered.is_open,
    CASE
        WHEN answered.closed + INTERVAL 90 DAY <= $as_of THEN answered.first_contact IS NULL
    END AS is_bounced,
    person.death_month AS died,
    person.on_spine
FROM answered
JOIN person USING (person_id)
ORDER BY answered.person_id, answered.source, answered.kind, answered.opened, answered.provider
