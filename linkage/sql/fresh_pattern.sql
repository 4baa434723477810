-- Patterns of pairs with a fresh record, under the records' own numbers again.
-- reads   pattern, record
-- grain   one row per pair of records
-- columns record_l, record_r, and the columns of pattern
-- params  none
WITH size AS (
    SELECT count(*) AS records FROM record
),

numbered AS (
    SELECT
        CASE WHEN record_l > size.records THEN record_l - size.records ELSE record_l END AS one,
        record_r - size.records AS other,
        pattern.* EXCLUDE (record_l, record_r)
    FROM pattern
    CROSS JOIN size
)

SELECT least(one, other) AS record_l, greatest(one, other) AS record_r, * EXCLUDE (one, other)
FROM numbered
