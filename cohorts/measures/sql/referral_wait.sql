-- Waits from referral to first contact; a death, a closure or the end of the data ends the watch, not the wait.
-- reads   episode        referrals and what became of them
-- grain   one row per referral
-- columns person_id, source, opened, days, is_seen
-- params  $as_of DATE (out)
SELECT
    person_id,
    source,
    opened,
    greatest(
        0,
        date_diff(
            'day', opened, coalesce(first_contact, least(coalesce(closed, $as_of), coalesce(died, $as_of), $as_of))
        )
    ) AS days,
    first_contact IS NOT NULL AS is_seen
FROM episode
ORDER BY person_id, source, opened, days
