-- Every way a record may be known: what the source holds now, and previous or partial values.
-- reads   name_parts, identity_record   one row per record each
-- grain   one row per record and variant; variant 0 is what the source holds now
-- columns record_id, variant, forename, surname, birth_year, birth_month, birth_day, sex, postcode, nhs_number,
--         phone, email, uprn, birth_place, occupation
-- params  none
WITH surname_variant AS (
    SELECT record_id, 0 AS variant, surname FROM name_parts
    UNION ALL
    SELECT record_id, 1, previous_surname FROM name_parts
    WHERE previous_surname IS NOT NULL AND previous_surname IS DISTINCT FROM surname
    UNION ALL
    -- Smith-Jones may be Smith or Jones elsewhere; "van der Berg" has no part worth standing alone but Berg.
    SELECT record_id, 1 + position, surname_words[position]
    FROM name_parts, range(1, 4) AS part (position)
    WHERE
        surname IS NOT NULL
        AND len(surname_words) BETWEEN 2 AND 3
        AND position <= len(surname_words)
        AND length(surname_words[position]) > 3
),

variant AS (
    SELECT surname_variant.record_id, surname_variant.variant, surname_variant.surname, identity_record.postcode
    FROM surname_variant
    INNER JOIN identity_record USING (record_id)
    UNION ALL
    SELECT record_id, 9, name_parts.surname, identity_record.previous_postcode
    FROM name_parts
    INNER JOIN identity_record USING (record_id)
    WHERE
        identity_record.previous_postcode IS NOT NULL
        AND identity_record.previous_postcode IS DISTINCT FROM identity_record.postcode
)

SELECT
    variant.record_id,
    variant.variant::TINYINT AS variant,
    name_parts.forename,
    variant.surname,
    identity_record.birth_year,
    identity_record.birth_month,
    identity_record.birth_day,
    identity_record.sex,
    variant.postcode,
    identity_record.nhs_number,
    identity_record.phone,
    identity_record.email,
    identity_record.uprn,
    identity_record.birth_place,
    identity_record.occupation
FROM variant
INNER JOIN name_parts USING (record_id)
INNER JOIN identity_record USING (record_id)
ORDER BY variant.record_id, variant.variant
