-- A public list of names in the shape of raw identifiers, so that it is spelt as records are.
-- reads   listed_name   one row per kind and name
-- grain   one row per listed name
-- columns record_id, full_name, forename, surname, previous_surname, sex, postcode, previous_postcode, nhs_number, uprn,
--         phone, email, birth_place, occupation, date_of_birth, other_nhs_number
-- params  none
SELECT
    row_number() OVER (ORDER BY kind, name) AS record_id,
    NULL::VARCHAR AS full_name,
    CASE WHEN kind = 'forename' THEN name END AS forename,
    CASE WHEN kind = 'surname' THEN name END AS surname,
    NULL::VARCHAR AS previous_surname,
    NULL::VARCHAR AS sex,
    NULL::VARCHAR AS postcode,
    NULL::VARCHAR AS previous_postcode,
    NULL::VARCHAR AS nhs_number,
    NULL::VARCHAR AS uprn,
    NULL::VARCHAR AS phone,
    NULL::VARCHAR AS email,
    NULL::VARCHAR AS birth_place,
    NULL::VARCHAR AS occupation,
    NULL::DATE AS date_of_birth,
    NULL::VARCHAR AS other_nhs_number
FROM listed_name
ORDER BY record_id
