-- Rows that hold a restricted code: codes of classifications by how they begin, SNOMED CT by the whole code.
-- reads   row_code         one row per row and column of codes: row_no, code_system, code
--         restricted_code  one row per restricted code or beginning of codes: code_system, code
-- grain   one row per row to leave out
-- columns row_no
-- params  none
WITH written AS (
    -- A cell may hold several codes; dots and spaces are typing habits.
    SELECT row_no, code_system, unnest(regexp_extract_all(upper(replace(code, '.', '')), '[A-Z0-9]+')) AS code
    FROM row_code
    WHERE code IS NOT NULL
)

SELECT DISTINCT written.row_no
FROM written
INNER JOIN restricted_code
    ON
        written.code_system = restricted_code.code_system
        AND (
            written.code = restricted_code.code
            OR (restricted_code.code_system <> 'snomed_ct' AND starts_with(written.code, restricted_code.code))
        )
ORDER BY written.row_no
