-- Pairs of views in few bytes: their facts in one word.
-- reads   view_pair   one row per pair of views
-- grain   one row per pair of views
-- columns record_l, record_r, rule, variant_l, variant_r, forename, surname, swapped, facts (two bits each, see macro.sql)
-- params  none
SELECT
    record_l,
    record_r,
    rule,
    variant_l,
    variant_r,
    forename,
    surname,
    swapped,
    packed(birth_year, 0)
    | packed(birth_month, 1)
    | packed(birth_day, 2)
    | packed(birth_swapped, 3)
    | packed(sex, 4)
    | packed(postcode, 5)
    | packed(postcode_sector, 6)
    | packed(postcode_district, 7)
    | packed(nhs_number, 8)
    | packed(phone, 9)
    | packed(email, 10)
    | packed(uprn, 11)
    | packed(birth_place, 12)
    | packed(occupation, 13)
    | packed(forenames_listed, 14) AS facts
FROM view_pair
