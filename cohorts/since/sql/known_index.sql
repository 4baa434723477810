-- Last time's people with the records of theirs that are known by now; nobody has joined or left yet.
-- reads   carried_index  last time's records under this time's person index
--         now_index      records of each person, this time
--         staying        people who are here both times
-- grain   one row per record
-- columns source, record_id, person_id
SELECT source, record_id, person_id
FROM carried_index
UNION ALL
SELECT now_index.source, now_index.record_id, now_index.person_id
FROM now_index
SEMI JOIN staying USING (person_id)
ANTI JOIN carried_index USING (source, record_id)
