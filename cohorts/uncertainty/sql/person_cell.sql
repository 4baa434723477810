-- Which counts some people add to, by group and by step.
-- reads   counted_person  the people asked about
--         cell            every count, numbered
--         person_measure, person_group, cohort_step, cohort_member
-- grain   one row per person and count
-- columns person_id, cell
-- params  none
SELECT counted_person.person_id, cell.cell
FROM counted_person
INNER JOIN person_measure USING (person_id)
INNER JOIN person_group USING (person_id)
INNER JOIN cell USING (cohort, measure, dimension, "group")
UNION ALL
SELECT counted_person.person_id, cell.cell
FROM counted_person
INNER JOIN cohort_member USING (person_id)
INNER JOIN cohort_step USING (cohort)
INNER JOIN cell USING (cohort, measure)
WHERE
    CASE
        WHEN cohort_step.is_rung THEN cohort_member.met AND cohort_member.rungs[cohort_step.number]
        ELSE cohort_member.passed >= cohort_step.number
    END
