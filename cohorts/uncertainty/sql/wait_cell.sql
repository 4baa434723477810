-- Which counts of waits and appointments some people add to.
-- reads   counted_person  the people asked about
--         cell            every count, numbered
--         wait_person     which of these counts each person adds to
-- grain   one row per person and count
-- columns person_id, cell
-- params  none
SELECT counted_person.person_id, cell.cell
FROM counted_person
INNER JOIN wait_person USING (person_id)
INNER JOIN cell USING (measure, dimension, "group")
WHERE cell.cohort = '_everyone'
