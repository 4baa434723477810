-- What describes a person has no date, so it stays as it was last time; when somebody died has one and is as known now.
-- reads   earlier_person, now_person  attributes of each record, last time and this time
--         known_index                 last time's people with the records known by now
--         staying                     people who are here both times
-- grain   one row per record
-- columns those of record_person, and source
SELECT
    earlier_person.* REPLACE (
        CASE
            WHEN now_person.record_id IS NULL OR staying.person_id IS NULL THEN earlier_person.death_month
            ELSE now_person.death_month
        END AS death_month
    )
FROM earlier_person
LEFT JOIN known_index USING (source, record_id)
LEFT JOIN staying ON known_index.person_id = staying.person_id
LEFT JOIN now_person ON earlier_person.source = now_person.source AND earlier_person.record_id = now_person.record_id
UNION ALL BY NAME
SELECT now_person.*
FROM now_person
SEMI JOIN known_index USING (source, record_id)
ANTI JOIN earlier_person USING (source, record_id)
