-- Drawn people in the strata of the index: the same age and sex have the same number in both.
-- reads   person_stratum  drawn people and whom they live with, under numbers of their own
--         index_stratum   numbers of the index
-- grain   one row per person
-- columns as person_stratum
SELECT
    person_stratum.* REPLACE (
        CAST(
            coalesce(
                index_stratum.stratum,
                1 + person_stratum.stratum + (SELECT coalesce(max(stratum), 0) FROM index_stratum)
            ) AS SMALLINT
        ) AS stratum
    )
FROM person_stratum
LEFT JOIN index_stratum USING (stage, band, sex)
ORDER BY person_stratum.person_no
