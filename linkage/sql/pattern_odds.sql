-- What speaks against one person, for each agreement pattern between each two sources, and the weight that leaves.
-- reads   pattern_weight, prior
-- grain   one row per pattern and source pair
-- columns source_l, source_r (numbers), pattern, as_strangers, as_twins, as_namesakes (odds of each against one person, in bits),
--         weight (bits: one person against all three)
-- params  none
WITH slipped AS (
    SELECT
        prior.source_l,
        prior.source_r,
        pattern_weight.*,
        prior.bits,
        prior.twins,
        prior.namesakes,
        CASE WHEN pattern_weight.renamed THEN prior.renamed WHEN NOT pattern_weight.renamed THEN prior.not_renamed ELSE 0 END AS name_bits,
        CASE WHEN pattern_weight.redated THEN prior.redated WHEN NOT pattern_weight.redated THEN prior.not_redated ELSE 0 END AS date_bits
    FROM pattern_weight
    CROSS JOIN prior
)

SELECT
    source_l,
    source_r,
    pattern,
    -weight - bits - name_bits - date_bits AS as_strangers,
    -- Twins are not renamed but two people, and their birth date slips as one person's does; namesakes the other way round.
    twins_bits + twins - name_bits AS as_twins,
    namesakes_bits + namesakes - date_bits AS as_namesakes,
    round(against_all(as_strangers, as_twins, as_namesakes), 9) AS weight
FROM slipped
