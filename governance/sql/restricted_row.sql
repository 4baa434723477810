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
),

whole AS (
    SELECT row_no FROM written SEMI JOIN restricted_code USING (code_system, code)
),

-- Apart from whole codes: thousands of SNOMED CT codes are found by equality, a few beginnings by looking at each.
beginning AS (
    SELECT written.row_no
    FROM written
    INNER JOIN restricted_code
        ON written.code_system = restricted_code.code_system AND starts_with(written.code, restricted_code.code)
    WHERE written.code_system <> 'snomed_ct'
)

SELECT row_no FROM whole
UNION
SELECT row_no FROM beginning
ORDER BY row_no
