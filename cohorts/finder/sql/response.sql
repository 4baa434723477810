-- What responding services did with people, where it is known to have come about.
-- reads   event             what services saw and did
--         person_stratum    living people on the register
--         responder_event   kinds that are a response, and the number of their service
-- grain   one row per event
-- columns person_no, source_no, is_service, start, until
-- params  $attended VARCHAR[], $since DATE (in), $as_of DATE (out)
SELECT
    person_stratum.person_no,
    responder_event.source_no,
    responder_event.is_service,
    event.start,
    CASE WHEN responder_event.is_service THEN coalesce(event."end", $as_of) ELSE event.start END AS until
FROM event
JOIN responder_event ON responder_event.source = event.source AND responder_event.kind = event.kind
JOIN person_stratum USING (person_id)
WHERE
    event.start < $as_of
    AND (NOT responder_event.has_outcome OR list_contains($attended, event.outcome))
    AND CASE WHEN responder_event.is_service THEN coalesce(event."end", $as_of) ELSE event.start END >= $since
