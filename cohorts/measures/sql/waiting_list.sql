-- Referrals that a source has open at the end of the data, and who on that list no longer waits.
-- reads   episode        referrals and what became of them
-- grain   one row per open referral
-- columns person_id, source, state
-- params  $as_of DATE (out)
SELECT
    person_id,
    source,
    CASE
        WHEN died < $as_of THEN 'dead'
        WHEN first_contact IS NOT NULL THEN 'seen already'
        WHEN NOT on_spine THEN 'not on the register'
        ELSE 'waiting'
    END AS state
FROM episode
WHERE is_open
