-- Whose address when: the dated addresses of each person, as each of their records has them.
-- reads   record_address  dated addresses of each record, with its source
--         person_index    records of each person
-- grain   one row per dated address of a person and record
-- columns person_id, source, record_id, is_spine, valid_from, valid_to, small_area, ward, district, deprivation_decile, household, address_kind
-- params  $spine VARCHAR
SELECT
    person_index.person_id,
    record_address.source,
    record_address.record_id,
    record_address.source = $spine AS is_spine,
    record_address.valid_from,
    record_address.valid_to,
    record_address.small_area,
    record_address.ward,
    record_address.district,
    record_address.deprivation_decile,
    record_address.household,
    record_address.address_kind
FROM record_address
JOIN person_index USING (source, record_id)
ORDER BY person_index.person_id, record_address.source, record_address.record_id, record_address.valid_from
