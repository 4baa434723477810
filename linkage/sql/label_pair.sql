-- What linkage made of each labelled pair.
-- reads   label_in_order, person_index, scored
-- grain   one row per labelled pair
-- columns is_match, stands_for, in_run (both records are in this run), weight (bits; NULL if never compared), probability,
--         same_person
-- params  none
SELECT
    label_in_order.is_match,
    label_in_order.stands_for,
    l.person_id IS NOT NULL AND r.person_id IS NOT NULL AS in_run,
    scored.weight,
    scored.probability,
    coalesce(l.person_id = r.person_id, FALSE) AS same_person
FROM label_in_order
LEFT JOIN person_index AS l ON label_in_order.source_l = l.source AND label_in_order.record_id_l = l.record_id
LEFT JOIN person_index AS r ON label_in_order.source_r = r.source AND label_in_order.record_id_r = r.record_id
LEFT JOIN scored
    ON
        label_in_order.source_l = scored.source_l
        AND label_in_order.record_id_l = scored.record_id_l
        AND label_in_order.source_r = scored.source_r
        AND label_in_order.record_id_r = scored.record_id_r
ORDER BY scored.weight DESC NULLS LAST, label_in_order.is_match DESC, label_in_order.stands_for DESC
