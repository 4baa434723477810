-- Days on which some people showed a sign, under numbers that grow with the person and the day.
-- reads   person_sign  signs of people, and since when
-- grain   one row per person and day
-- columns place, person_no, day
-- params  $first INT (in), $after INT (out): numbers of the people asked
SELECT CAST(row_number() OVER (ORDER BY person_no, day) - 1 AS INTEGER) AS place, person_no, day
FROM (SELECT DISTINCT person_no, day FROM person_sign WHERE person_no >= $first AND person_no < $after)
