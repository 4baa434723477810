-- Up to $days days of each person that somebody else may know of: the rarest ones, or some drawn by lot.
-- reads   alike_day       the days of each person
-- grain   one row per person and known day
-- columns person_id, alike, day, days
-- params  $rarest BOOLEAN, $days INT
WITH known AS (
    SELECT
        person_id,
        alike,
        day
    FROM alike_day
    WHERE $days > 0
    QUALIFY row_number() OVER (
        PARTITION BY person_id
        -- the digest draws lots that are the same on every machine
        ORDER BY CASE WHEN $rarest THEN people ELSE 0 END, md5(person_id || CAST(day AS VARCHAR)), day
    ) <= $days
)

SELECT
    person_id,
    alike,
    day,
    count(*) OVER (PARTITION BY person_id) AS days
FROM known
