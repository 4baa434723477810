-- Days on which a person was in contact with a provider: at most one a provider and day, however often they met.
-- reads   event          events of people
--         kind_role      what each kind is to the measures
-- grain   one row per person, source, provider and day
-- columns person_id, source, sector, provider, day, is_crisis, is_planned
-- params  $since DATE (in), $as_of DATE (out)
-- A contact that did not happen is none; in a crisis whoever came was there, also if they left before treatment.
SELECT
    event.person_id,
    event.source,
    event.sector,
    event.provider,
    event.start AS day,
    bool_or(event.crisis) AS is_crisis,
    bool_or(event.planned) AS is_planned
FROM event
JOIN kind_role USING (kind)
WHERE
    kind_role.role IN ('contact', 'assessment')
    AND event.start >= $since
    AND event.start < $as_of
    AND (
        event.crisis
        OR coalesce(event.outcome, 'attended')
        NOT IN ('dna', 'cancelled_by_person', 'cancelled_by_provider', 'refused', 'rejected')
    )
GROUP BY event.person_id, event.source, event.sector, event.provider, event.start
