-- Rows that hold a restricted code: codes of classifications by how they begin, SNOMED CT by the whole code.
-- reads   row_code         one row per row and column of codes: row_no, code_system, code
--         restricted_code  one row per restricted code or beginning of codes: code_system, code
-- grain   one row per row to leave out
-- columns row_no
-- params  none
WITH cell AS (
    -- Millions of rows hold few different cells: each is looked at once.
    SELECT DISTINCT code_system, code FROM row_code WHERE code IS NOT NULL
),

written AS (
    -- A cell may hold several codes; dots and spaces are typing habits.
    SELECT
        code_system,
        code AS cell,
        unnest(regexp_extract_all(upper(replace(code, '.', '')), '[A-Z0-9]+')) AS code
    FROM cell
),

whole AS (
    SELECT code_system, cell FROM written SEMI JOIN restricted_code USING (code_system, code)
),

-- Apart from whole codes: thousands of SNOMED CT codes are found by equality, a few beginnings by looking at each.
beginning AS (
    SELECT written.code_system, written.cell
    FROM written
    INNER JOIN restricted_code
        ON written.code_system = restricted_code.code_system AND starts_with(written.code, restricted_code.code)
    WHERE written.code_system <> 'snomed_ct'
),

restricted_cell AS (
    SELECT code_system, cell FROM whole
    UNION
    SELECT code_system, cell FROM beginning
)

SELECT DISTINCT row_code.row_no
FROM row_code
SEMI JOIN restricted_cell ON row_code.code_system = restricted_cell.code_system AND row_code.code = restricted_cell.cell
ORDER BY row_code.row_no
