-- Living people on the register by stage of life and by stratum: age and sex, inside which chance is reckoned.
-- reads   person         linked people
-- grain   one row per person; whose year of birth is not recorded is left out
-- columns person_no, person_id, stage, band, sex, stratum
-- params  $last_day DATE (in): ages are those reached in its year; $as_of DATE: first day after the period
WITH
aged AS (
    SELECT person_id, year($last_day) - birth_year AS age, coalesce(sex, 'not recorded') AS sex
    FROM person
    WHERE on_spine AND (death_month IS NULL OR death_month >= $as_of) AND birth_year IS NOT NULL
),

banded AS (
    SELECT
        person_id,
        CASE WHEN age < 18 THEN 'child' ELSE 'adult' END AS stage,
        sex,
        len(list_filter([5, 11, 18, 25, 35, 50, 65, 75, 85], lambda youngest: age >= youngest)) AS band
    FROM aged
)

SELECT
    CAST(row_number() OVER (ORDER BY person_id) - 1 AS INTEGER) AS person_no,
    person_id,
    stage,
    band,
    sex,
    CAST(dense_rank() OVER (ORDER BY stage, band, sex) - 1 AS SMALLINT) AS stratum
FROM banded
ORDER BY person_id
