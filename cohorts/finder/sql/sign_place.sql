-- On which of their days some people showed each sign.
-- reads   sign_day     days on which they showed any
--         person_sign  signs of people, and since when
-- grain   one row per person and sign
-- columns person_no, sign_no, place
-- params  $first INT (in), $after INT (out): numbers of the people asked
SELECT person_sign.person_no, person_sign.sign_no, sign_day.place
FROM person_sign
JOIN sign_day USING (person_no, day)
WHERE person_sign.person_no >= $first AND person_sign.person_no < $after
