-- Events of people; events of records that are in no person were dropped at their source.
-- reads   record_event   events of each record, with its source
--         person_index   records of each person
--         source_sector  sector of each source
-- grain   one row per event
-- columns person_id, source, sector, record_id, event_no, kind, start, end, end_is_known, code, provider, outcome, crisis, planned
SELECT
    person_index.person_id,
    record_event.source,
    source_sector.sector,
    record_event.record_id,
    record_event.event_no,
    record_event.kind,
    record_event.start,
    record_event."end",
    record_event.end_is_known,
    record_event.code,
    record_event.provider,
    record_event.outcome,
    record_event.crisis,
    record_event.planned
FROM record_event
JOIN person_index USING (source, record_id)
JOIN source_sector USING (source)
