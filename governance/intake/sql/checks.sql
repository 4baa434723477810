-- The checks of single values, once for every column that needs them.
-- defines read_date, read_serial, looks_like_serial, nhs_digits, nhs_number_fault, nhs_check_digit, postcode_text, mapped_code
-- grain   one value in, one value out; NULL in, NULL out
-- source  NHS number: NHS Data Dictionary, Modulus 11. Postcode: BS 7666 shape, ZZ99 pseudo-postcodes kept.

-- DuckDB reads 'infinity' in any format as 1 January 1900, so a date must have a digit. A year under 1000 is two
-- digits read as four. $width guards formats without separators, where a lost zero would shift the parts.
CREATE OR REPLACE MACRO read_date(value, format, width) AS
    CASE
        WHEN NOT regexp_matches(value, '[0-9]') OR (width > 0 AND length(value) <> width) THEN NULL
        WHEN year(try_strptime(value, format)) BETWEEN 1000 AND 2999 THEN CAST(try_strptime(value, format) AS DATE)
    END;

-- A number of days may be a date where it can be nothing else: 2,100 and less may be years, 73,051 is in the year 2100.
CREATE OR REPLACE MACRO looks_like_serial(value) AS
    regexp_full_match(value, '[0-9]{4,5}(\.[0-9]+)?') AND TRY_CAST(left(value, 5) AS DOUBLE) BETWEEN 2101 AND 73050;

-- The fraction is a time, and the day counts. Within half a second of midnight it may be the next day, rounded.
CREATE OR REPLACE MACRO read_serial(value, epoch) AS
    CASE
        WHEN looks_like_serial(value) AND TRY_CAST(value AS DOUBLE) % 1 < 1 - 0.5 / 86400
            THEN epoch + TRY_CAST(floor(TRY_CAST(value AS DOUBLE)) AS INTEGER)
    END;

-- A spreadsheet's fraction (9434765919.0) or power (9.434765919E+09) is turned back if all ten digits are still there.
CREATE OR REPLACE MACRO nhs_digits(value) AS
    CASE
        WHEN regexp_full_match(value, '[0-9]{10}\.0+') THEN left(value, 10)
        WHEN regexp_full_match(value, '[0-9]\.[0-9]{9}0*[eE][+]?0*9') THEN left(value, 1) || value[3:11]
        ELSE translate(value, ' -‐‑–', '')
    END;

CREATE OR REPLACE MACRO nhs_check_digit(nine) AS
    (11 - (
        (nine // 100000000) * 10
        + (nine // 10000000) % 10 * 9
        + (nine // 1000000) % 10 * 8
        + (nine // 100000) % 10 * 7
        + (nine // 10000) % 10 * 6
        + (nine // 1000) % 10 * 5
        + (nine // 100) % 10 * 4
        + (nine // 10) % 10 * 3
        + nine % 10 * 2
    ) % 11) % 11;

CREATE OR REPLACE MACRO nhs_number_fault(digits, synthetic) AS
    CASE
        WHEN digits IS NULL THEN NULL
        WHEN regexp_full_match(digits, '[0-9](\.[0-9]*)?[eE][+]?[0-9]+') THEN 'number_rounded'
        WHEN NOT regexp_full_match(digits, '[0-9]{10}') THEN 'nhs_number_shape'
        WHEN digits = repeat(left(digits, 1), 10) THEN 'nhs_number_repeated'
        WHEN nhs_check_digit(TRY_CAST(left(digits, 9) AS BIGINT)) <> TRY_CAST(right(digits, 1) AS BIGINT)
            THEN 'nhs_number_check_digit'
        WHEN NOT synthetic AND starts_with(digits, '999') THEN 'nhs_number_test_range'
    END;

CREATE OR REPLACE MACRO postcode_letters(value) AS upper(regexp_replace(value, '[\s.\-]', '', 'g'));

CREATE OR REPLACE MACRO postcode_text(value) AS
    CASE
        WHEN regexp_full_match(postcode_letters(value), '(GIR|[A-Z]{1,2}[0-9][A-Z0-9]?)[0-9][A-Z]{2}')
            THEN postcode_letters(value)[:-4] || ' ' || right(postcode_letters(value), 3)
    END;

CREATE OR REPLACE MACRO mapped_code(value, codes, standards) AS
    nullif(list_extract(standards, list_position(codes, value)), '');
