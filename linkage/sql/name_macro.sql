-- What several steps of standardising ask of a name, in one place.
-- reads   nothing
-- grain   scalar macros
-- columns is_placeholder_forename, is_placeholder_surname (TRUE for what is written where nothing is known),
--         one_surname (the words of a surname as one, Mac and Mc alike), one_digit (all digits are the same)
-- params  none
CREATE OR REPLACE TEMPORARY MACRO is_placeholder_forename(name) AS name IN (
    '', 'baby', 'infant', 'twin', 'unknown', 'unk', 'not', 'na', 'nk', 'test', 'male', 'female', 'none', 'null', 'nil',
    'anon', 'anonymous', 'withheld', 'declined', 'refused', 'tbc', 'tba', 'xx', 'xxx', 'xxxx'
);
CREATE OR REPLACE TEMPORARY MACRO is_placeholder_surname(name) AS name IN (
    '', 'unknown', 'unk', 'not known', 'not recorded', 'not stated', 'not given', 'na', 'n a', 'nk', 'test', 'none', 'null',
    'nil', 'anon', 'anonymous', 'withheld', 'declined', 'refused', 'tbc', 'tba', 'xx', 'xxx', 'xxxx'
);
CREATE OR REPLACE TEMPORARY MACRO one_surname(words) AS
    regexp_replace(replace(regexp_replace(words, '^saint ', 'st '), ' ', ''), '^mac([bcdfgjklmnpqrstvw][a-z]{2,})$', 'mc\1');
CREATE OR REPLACE TEMPORARY MACRO one_digit(digits) AS digits = repeat(left(digits, 1), length(digits));
