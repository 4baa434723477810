-- Similarity of two name sketches, corrected for chance agreement of their bits.
-- reads   nothing
-- grain   scalar macros
-- columns name_similarity in [-1, 1]: 1 for equal sketches, near 0 for unrelated names of any length; NULL if one is
--         missing; thousandths writes it as a whole number, and keeps it below the 1000 of equal names; packed and
--         unpacked, what pairs of views know in one word
-- params  none
-- ln(1 - w / 128) estimates how many tokens set w of 128 bits; the common factor -128 / k cancels.
-- least(NULL, 127) is 127: a missing sketch would be taken for a full one.
CREATE OR REPLACE TEMPORARY MACRO tokens(w) AS ln(1 - CASE WHEN w > 127 THEN 127 ELSE w END / 128.0);
-- bit_count of a BIGINT is a TINYINT whose sum overflows at 128: cast each half first.
CREATE OR REPLACE TEMPORARY MACRO weight(lo, hi) AS bit_count(lo)::SMALLINT + bit_count(hi)::SMALLINT;
CREATE OR REPLACE TEMPORARY MACRO name_similarity(lo_l, hi_l, lo_r, hi_r) AS
    2 * (tokens(weight(lo_l, hi_l)) + tokens(weight(lo_r, hi_r)) - tokens(weight(lo_l | lo_r, hi_l | hi_r)))
    / nullif(tokens(weight(lo_l, hi_l)) + tokens(weight(lo_r, hi_r)), 0);
-- Whole numbers add to one sum in any order, so that any number of threads gives the same evidence.
CREATE OR REPLACE TEMPORARY MACRO thousandths(s) AS CASE WHEN s > 0.99 THEN 990 ELSE floor(1000 * s) END::SMALLINT;
-- Fifteen facts in one word, two bits each: whether it is known, and whether it is so. Words of several views are put
-- together bit by bit: so in any view is so, known in any is known.
CREATE OR REPLACE TEMPORARY MACRO packed(fact, place) AS coalesce(1 + 2 * fact::INTEGER, 0) << (2 * place);
CREATE OR REPLACE TEMPORARY MACRO unpacked(facts, place) AS
    CASE WHEN facts & (1 << (2 * place)) > 0 THEN facts & (2 << (2 * place)) > 0 END;
