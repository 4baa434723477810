-- People counted beside the answers: at other thresholds, and with needs shared by construction; zeros included.
-- reads   extra          cohorts and measures to count
--         extra_member   who counts in them
--         person_noise   keyed number of each person
-- grain   one row per cohort and measure
-- columns cohort, measure, dimension, group, people, noise
SELECT
    extra.cohort,
    extra.measure,
    'all' AS dimension,
    'all' AS "group",
    count(extra_member.person_id) AS people,
    sum(person_noise.noise) AS noise
FROM extra
LEFT JOIN extra_member USING (cohort, measure)
LEFT JOIN person_noise USING (person_id)
GROUP BY extra.cohort, extra.measure
