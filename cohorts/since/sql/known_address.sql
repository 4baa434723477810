-- Who moves house moves in the last step: dated addresses stay as they were last time, those of records known by now are added.
-- reads   earlier_address, now_address  dated addresses of each record, last time and this time
--         earlier_person                attributes of each record, last time
--         known_index                   last time's people with the records known by now
-- grain   one row per dated address
-- columns those of record_address, and source
SELECT *
FROM earlier_address
UNION ALL BY NAME
SELECT now_address.*
FROM now_address
SEMI JOIN known_index USING (source, record_id)
ANTI JOIN earlier_person USING (source, record_id)
