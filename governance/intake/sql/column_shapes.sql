-- What can be said of each column of an extract without a value of it.
-- reads   value           one row per cell: place (of the column), text
-- grain   one row per column
-- columns place, n_row, n_filled, n_distinct, longest, n_nhs_number, n_postcode, n_email, n_phone, n_serial, n_long_number,
--         and how many filled cells are outside each of our lists of sex codes
-- params  $codes_numbers, $codes_letters, $codes_words VARCHAR[]
SELECT
    place,
    count(*) AS n_row,
    count(text) AS n_filled,
    count(DISTINCT text) AS n_distinct,
    coalesce(max(length(text)), 0) AS longest,
    count(*) FILTER (looks_like_nhs(text)) AS n_nhs_number,
    count(*) FILTER (postcode_text(text) IS NOT NULL) AS n_postcode,
    count(*) FILTER (looks_like_email(text)) AS n_email,
    count(*) FILTER (looks_like_phone(text)) AS n_phone,
    count(*) FILTER (looks_like_serial(text)) AS n_serial,
    count(*) FILTER (looks_like_long_number(text)) AS n_long_number,
    count(*) FILTER (NOT list_contains($codes_numbers, text)) AS n_outside_numbers,
    count(*) FILTER (NOT list_contains($codes_letters, text)) AS n_outside_letters,
    count(*) FILTER (NOT list_contains($codes_words, text)) AS n_outside_words
FROM value
GROUP BY place
ORDER BY place
