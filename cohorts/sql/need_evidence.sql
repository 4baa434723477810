-- Evidence of needs of people; what two records of a person say of one day at one source is one piece of evidence.
-- reads   record_need      needs of each record, with its source
--         person_index     records of each person
--         several_records  who has several records at one source
--         source_sector    sector of each source
-- grain   one row per person, need, source and day it was evidenced from
-- columns person_id, source, sector, need, strength, valid_from, valid_to
SELECT
    person_index.person_id,
    record_need.source,
    source_sector.sector,
    record_need.need,
    record_need.strength,
    record_need.valid_from,
    record_need.valid_to
FROM record_need
JOIN person_index USING (source, record_id)
JOIN source_sector USING (source)
ANTI JOIN several_records
    ON several_records.person_id = person_index.person_id AND several_records.source = record_need.source
UNION ALL
SELECT
    person_index.person_id,
    record_need.source,
    source_sector.sector,
    record_need.need,
    arg_max(
        record_need.strength,
        list_position(['reported', 'indicated', 'assessed', 'diagnosed'], record_need.strength)
    ) AS strength,
    record_need.valid_from,
    CASE WHEN bool_and(record_need.valid_to IS NOT NULL) THEN max(record_need.valid_to) END AS valid_to
FROM record_need
JOIN person_index USING (source, record_id)
JOIN source_sector USING (source)
SEMI JOIN several_records
    ON several_records.person_id = person_index.person_id AND several_records.source = record_need.source
GROUP BY person_index.person_id, record_need.source, source_sector.sector, record_need.need, record_need.valid_from
