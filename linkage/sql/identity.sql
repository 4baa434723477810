-- Every way a record may be known: what the source holds now, and previous, partial or other values.
-- reads   name_parts, identity_record   one row per record each
--         spelling, short_form          one row per name that has another form
-- grain   one row per record and variant; variant 0 is what the source holds now
-- columns record_id, variant, forename, surname, birth_year, birth_month, birth_day, sex, postcode, nhs_number,
--         phone, email, uprn, birth_place, occupation
-- params  $kept_apart VARCHAR[] names of faith or respect, which are no second forename
-- Variants: 1, 5 previous surnames; 2 to 4 parts of a surname; 6 to 8 further forenames; 9 previous postcode; 10 a
-- name of faith as surname; 11 the whole of a short forename; 12 another NHS number; 13 one name, as surname.
WITH own AS (
    SELECT
        name_parts.*,
        identity_record.postcode,
        identity_record.nhs_number,
        identity_record.previous_postcode,
        identity_record.other_nhs_number
    FROM name_parts
    INNER JOIN identity_record USING (record_id)
),

variant AS (
    SELECT record_id, 0 AS variant, forename, surname, postcode, nhs_number FROM own
    UNION ALL
    SELECT record_id, CASE position WHEN 1 THEN 1 ELSE 5 END, forename, previous_surnames[position], postcode, nhs_number
    FROM own, range(1, 3) AS part (position)
    WHERE position <= len(previous_surnames) AND previous_surnames[position] IS DISTINCT FROM surname
    UNION ALL
    -- Smith-Jones may be Smith or Jones elsewhere; "van der Berg" has no part worth standing alone but Berg.
    SELECT record_id, 1 + position, forename, surname_words[position], postcode, nhs_number
    FROM own, range(1, 4) AS part (position)
    WHERE
        surname IS NOT NULL
        AND len(surname_words) BETWEEN 2 AND 3
        AND position <= len(surname_words)
        AND length(surname_words[position]) > 3
        AND surname_words[position] <> 'saint'
    UNION ALL
    -- Mohammed Amir may be Amir elsewhere; Harpreet Kaur Gill may be Harpreet Kaur.
    SELECT
        record_id,
        5 + position,
        further_forenames[position],
        surname,
        postcode,
        nhs_number
    FROM own, range(1, 4) AS part (position)
    WHERE
        position <= len(further_forenames)
        AND further_forenames[position] IS DISTINCT FROM surname
        AND NOT list_contains($kept_apart, further_forenames[position])
    UNION ALL
    SELECT record_id, 10, forename, list_filter(further_forenames, lambda name: list_contains($kept_apart, name))[1], postcode, nhs_number
    FROM own
    WHERE list_has_any(further_forenames, $kept_apart) AND NOT list_has_any(surname_words, $kept_apart)
    UNION ALL
    SELECT own.record_id, 11, short_form.whole, own.surname, own.postcode, own.nhs_number
    FROM own
    INNER JOIN short_form ON own.forename = short_form.name
    UNION ALL
    SELECT record_id, 9, forename, surname, previous_postcode, nhs_number
    FROM own
    WHERE previous_postcode IS NOT NULL AND previous_postcode IS DISTINCT FROM postcode
    UNION ALL
    SELECT record_id, 12, forename, surname, postcode, other_nhs_number
    FROM own
    WHERE other_nhs_number IS NOT NULL AND other_nhs_number IS DISTINCT FROM nhs_number
    UNION ALL
    SELECT record_id, 13, NULL, only_name, postcode, nhs_number
    FROM own
    WHERE only_name IS NOT NULL
)

SELECT
    variant.record_id,
    variant.variant::TINYINT AS variant,
    coalesce(of_forename.standard, variant.forename) AS forename,
    coalesce(of_surname.standard, variant.surname) AS surname,
    identity_record.birth_year,
    identity_record.birth_month,
    identity_record.birth_day,
    identity_record.sex,
    variant.postcode,
    variant.nhs_number,
    identity_record.phone,
    identity_record.email,
    identity_record.uprn,
    identity_record.birth_place,
    identity_record.occupation
FROM variant
INNER JOIN identity_record USING (record_id)
LEFT JOIN spelling AS of_forename ON variant.forename = of_forename.name
LEFT JOIN spelling AS of_surname ON variant.surname = of_surname.name
ORDER BY variant.record_id, variant.variant
