-- What each record says of its person: what attributes are chosen from.
-- reads   person_index   records of each person
--         record_person  attributes of each record, with its source
--         record_home    where each record has its person living on the last day of the period
-- grain   one row per record of a person
-- columns person_id, is_spine, birth_year, sex, ethnic_group, first_language, no_fixed_address, death_month, small_area, home, since
-- params  $spine VARCHAR
SELECT
    person_index.person_id,
    person_index.source = $spine AS is_spine,
    record_person.birth_year,
    record_person.sex,
    record_person.ethnic_group,
    record_person.first_language,
    record_person.no_fixed_address,
    record_person.death_month,
    record_home.small_area,
    -- Which home and of what kind is one attribute; what is not known does not vote.
    CASE
        WHEN record_home.address_kind <> 'unknown'
        THEN coalesce(CAST(record_home.household AS VARCHAR), '') || '/' || record_home.address_kind
    END AS home,
    record_home.since
FROM person_index
LEFT JOIN record_person USING (source, record_id)
LEFT JOIN record_home USING (source, record_id)
