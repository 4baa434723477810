-- Which services answered some people, had they shown enough signs by a day: a first response soon, or support that lasted.
-- reads   sign_day  days on which they showed any sign
--         response  what responding services did
-- grain   one row per day and service that responded at all in time
-- columns place (of the day), source_no, soon, lasting
-- params  $soon_days INT, $lasting_days INT, $several INT, $first INT (in), $after INT (out): numbers of the people asked
SELECT
    sign_day.place,
    response.source_no,
    bool_or(response.start < sign_day.day + $soon_days) AS soon,
    bool_or(response.is_service) OR count(*) >= $several AS lasting
FROM sign_day
JOIN response
    ON response.person_no = sign_day.person_no
    AND response.start < sign_day.day + $lasting_days
    AND response.until >= sign_day.day
WHERE response.person_no >= $first AND response.person_no < $after
GROUP BY ALL
