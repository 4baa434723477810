-- What a single value looks like, to suggest what its column may hold.
-- defines looks_like_nhs, looks_like_email, looks_like_phone, looks_like_long_number,
--         looks_like_date
-- grain   one value in, true or false out; NULL in, NULL out
CREATE OR REPLACE MACRO looks_like_nhs(value) AS
    nhs_digits(value) IS NOT NULL AND nhs_number_fault(nhs_digits(value), true) IS NULL;

CREATE OR REPLACE MACRO looks_like_email(value) AS regexp_full_match(value, '[^@\s]+@[^@\s]+\.[^@\s]+');

CREATE OR REPLACE MACRO looks_like_phone(value) AS
    regexp_full_match(translate(value, ' ()-.', ''), '(\+44|0044|0)[1-9][0-9]{8,9}');

-- As SNOMED CT codes are; ids and telephone numbers without a nought, too.
CREATE OR REPLACE MACRO looks_like_long_number(value) AS regexp_full_match(value, '[1-9][0-9]{5,17}');

-- Long enough and with a digit: only then are the known formats tried.
CREATE OR REPLACE MACRO looks_like_date(value) AS
    length(value) BETWEEN 6 AND 30 AND regexp_matches(value, '[0-9]') AND NOT looks_like_nhs(value);
