-- Views in blocks that may have come over or under the cap since the last run: with a record that is new or changed, or
-- left out then as too large. All other blocks have as many records as they had, or fewer, and were under the cap.
-- reads   view, changed, large_before
-- grain   one row per view
-- columns record_id, rule, block, place, source_no
-- params  none
WITH candidate AS (
    SELECT view.rule, view.block
    FROM view
    SEMI JOIN changed ON view.source_no = changed.source_no AND view.record_id = changed.record_id
    UNION
    SELECT rule, block FROM large_before
)

SELECT view.record_id, view.rule, view.block, view.place, view.source_no
FROM view
SEMI JOIN candidate ON view.rule = candidate.rule AND view.block = candidate.block
