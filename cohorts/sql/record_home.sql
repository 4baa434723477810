-- Where each record has its person living on the last day of the period.
-- reads   record_person  attributes of each record, with its source
--         address_spell  dated addresses of each record
-- grain   one row per record
-- columns source, record_id, small_area, household, address_kind, since
-- params  $as_of DATE (out)
-- Of a record that dates its addresses: the one in force then, or none. Of others: what the source has now.
WITH
dated AS (
    SELECT DISTINCT source, record_id FROM address_spell
),

-- At most one a record: those of one record do not overlap. In linkage draws a record may stand for several people at once,
-- and votes once for each.
in_force AS (
    SELECT DISTINCT source, record_id, valid_from, small_area, household, address_kind
    FROM address_spell
    WHERE valid_from < $as_of AND coalesce(valid_to >= $as_of, TRUE)
)

SELECT
    record_person.source,
    record_person.record_id,
    CASE WHEN dated.record_id IS NULL THEN record_person.small_area ELSE in_force.small_area END AS small_area,
    CASE WHEN dated.record_id IS NULL THEN record_person.household ELSE in_force.household END AS household,
    CASE WHEN dated.record_id IS NULL THEN record_person.address_kind ELSE in_force.address_kind END AS address_kind,
    in_force.valid_from AS since
FROM record_person
LEFT JOIN dated USING (source, record_id)
LEFT JOIN in_force USING (source, record_id)
