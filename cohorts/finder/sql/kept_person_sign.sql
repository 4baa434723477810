-- Signs of people under their final numbers, without those that too few show.
-- reads   person_sign  signs of people, and since when
--         kept_sign    signs that enough people show
-- grain   one row per person and sign
-- columns person_no, sign_no, day
SELECT person_sign.person_no, kept_sign.place AS sign_no, person_sign.day
FROM person_sign
JOIN kept_sign USING (sign_no)
