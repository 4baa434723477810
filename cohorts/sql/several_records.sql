-- Who has several records at one source: only they can have one piece of evidence twice.
-- reads   person_index   records of each person
-- grain   one row per person and source
-- columns person_id, source
SELECT person_id, source
FROM person_index
GROUP BY person_id, source
HAVING count(*) > 1
