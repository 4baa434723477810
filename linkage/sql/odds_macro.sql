-- One possibility against several others, all in bits.
-- reads   nothing
-- grain   scalar macro
-- columns against_all(a, b, c): -log2(2^a + 2^b + 2^c), without leaving the range of a double
-- params  none
CREATE OR REPLACE TEMPORARY MACRO against_all(a, b, c) AS
    -greatest(a, b, c) - log2(pow(2, greatest(a - greatest(a, b, c), -200)) + pow(2, greatest(b - greatest(a, b, c), -200)) + pow(2, greatest(c - greatest(a, b, c), -200)));
