-- The needs of the source's records; of several pieces of evidence from one day the strongest, as long as the longest.
-- reads   mapped_need    evidence of all mappings
--         person_row     people file under the names of roles
-- grain   one row per record, need and day it was evidenced from
-- columns record_id, need, strength, valid_from, valid_to
SELECT
    record_id,
    need,
    arg_max(strength, list_position(['reported', 'indicated', 'assessed', 'diagnosed'], strength)) AS strength,
    valid_from,
    CASE WHEN bool_and(valid_to IS NOT NULL) THEN max(valid_to) END AS valid_to
FROM mapped_need
WHERE record_id IN (SELECT record_id FROM person_row)
GROUP BY record_id, need, valid_from
ORDER BY record_id, need, valid_from
