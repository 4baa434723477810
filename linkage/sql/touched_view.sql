-- Views in blocks that hold a fresh record. Fresh records are numbered after all others for now, so that a pair with
-- one of them has it on the right.
-- reads   kept_view, fresh, record
-- grain   one row per view
-- columns record (a fresh one's number plus the number of records), and the columns of view
-- params  none
WITH touched AS (
    SELECT DISTINCT kept_view.rule, kept_view.block
    FROM kept_view
    SEMI JOIN fresh USING (record)
)

SELECT
    CASE WHEN fresh.record IS NULL THEN kept_view.record ELSE kept_view.record + size.records END AS record,
    kept_view.* EXCLUDE (record)
FROM kept_view
SEMI JOIN touched ON kept_view.rule = touched.rule AND kept_view.block = touched.block
LEFT JOIN fresh ON kept_view.record = fresh.record
CROSS JOIN (SELECT count(*) AS records FROM record) AS size
