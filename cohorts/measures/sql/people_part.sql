-- Parts and wholes of every measure of people, for each cohort and everyone, by every slice: of some people at a time.
-- reads   person_measure which counts each person adds to
--         person_slices  groups of people, by their numbers
--         slice          every group, numbered
--         person_contact how contacts are spread
--         person_noise   keyed number of each person
-- grain   one row per cohort, measure, dimension and group
-- columns cohort, measure, dimension, group, part, whole, part_people, whole_people, part_noise, whole_noise
-- Measures of contacts are of a cohort's members; of everyone, they are of all people on the spine.
WITH
asked AS (
    SELECT
        cohort,
        person_id,
        bool_or(measure = 'met') AS is_met,
        bool_or(measure = 'met') OR cohort = '_everyone' AS is_member
    FROM person_measure
    WHERE measure IN ('population', 'met')
    GROUP BY cohort, person_id
),

answer AS (
    SELECT
        asked.cohort,
        asked.person_id,
        person_noise.noise,
        unnest(
            [
                {measure: 'prevalence', part: CAST(asked.is_met AS BIGINT), whole: CAST(1 AS BIGINT)},
                {
                    measure: 'seen_by_three_sectors',
                    part: CAST(person_contact.sectors >= 3 AS BIGINT),
                    whole: CAST(asked.is_member AS BIGINT)
                },
                {
                    measure: 'three_sectors_in_90_days',
                    part: CAST(person_contact.most_sectors_90d >= 3 AS BIGINT),
                    whole: CAST(asked.is_member AS BIGINT)
                },
                {
                    measure: 'contacts_scattered',
                    part: CAST(coalesce(person_contact.coc <= 0.5, FALSE) AS BIGINT),
                    whole: CAST(asked.is_member AND person_contact.coc IS NOT NULL AS BIGINT)
                },
                {
                    measure: 'mostly_in_crisis',
                    part: CAST(2 * person_contact.crisis_days >= person_contact.contact_days AS BIGINT),
                    whole: CAST(asked.is_member AND person_contact.contact_days > 0 AS BIGINT)
                },
                {
                    measure: 'crisis_share',
                    part: person_contact.crisis_days,
                    whole: CASE WHEN asked.is_member THEN person_contact.contact_days ELSE 0 END
                },
                {
                    measure: 'bounce_rate',
                    part: person_contact.bounced_referrals,
                    whole: CASE WHEN asked.is_member THEN person_contact.closed_referrals ELSE 0 END
                },
                {
                    measure: 'told_three_times',
                    part: CAST(person_contact.retellings >= 3 AS BIGINT),
                    whole: CAST(asked.is_member AS BIGINT)
                }
            ],
            recursive := TRUE
        )
    FROM asked
    JOIN person_contact USING (person_id)
    JOIN person_noise USING (person_id)
),

by_slice AS (
    SELECT
        placed.cohort,
        placed.measure,
        placed.slice,
        sum(placed.part) AS part,
        sum(placed.whole) AS whole,
        count(*) FILTER (placed.part > 0) AS part_people,
        count(*) AS whole_people,
        sum(placed.part * placed.noise) AS part_noise,
        sum(placed.whole * placed.noise) AS whole_noise
    FROM (
        SELECT answer.*, unnest(person_slices.slices) AS slice
        FROM answer
        JOIN person_slices USING (person_id)
        WHERE answer.whole > 0 AND NOT (answer.measure = 'prevalence' AND answer.cohort = '_everyone')
    ) AS placed
    GROUP BY placed.cohort, placed.measure, placed.slice
)

SELECT
    by_slice.cohort,
    by_slice.measure,
    slice.dimension,
    slice."group",
    by_slice.part,
    by_slice.whole,
    by_slice.part_people,
    by_slice.whole_people,
    by_slice.part_noise,
    by_slice.whole_noise
FROM by_slice
JOIN slice USING (slice)
