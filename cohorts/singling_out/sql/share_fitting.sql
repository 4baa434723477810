-- Shares of people whom nobody else fits, and whom fewer than $few fit.
-- reads   people_fitting  how many people fit what is known of a person
-- grain   one row
-- columns unique_share, few_share
-- params  $few INT
SELECT
    coalesce(avg(CASE WHEN people = 1 THEN 1.0 ELSE 0.0 END), 0.0) AS unique_share,
    coalesce(avg(CASE WHEN people < $few THEN 1.0 ELSE 0.0 END), 0.0) AS few_share
FROM people_fitting
