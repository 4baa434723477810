-- Events of people of some homes, those of kinds that are asked about.
-- reads   event        events of people
--         part_person  whose
-- grain   one row per event
-- columns person_id, source, sector, record_id, event_no, kind, start, end, code, provider, outcome, planned
-- params  $kinds VARCHAR[]
SELECT
    person_id,
    source,
    sector,
    record_id,
    event_no,
    kind,
    start,
    "end",
    code,
    provider,
    outcome,
    planned
FROM event
SEMI JOIN part_person USING (person_id)
WHERE list_contains($kinds, kind)
