-- Pairs of views in one block, from records that could be one person, with what is known of each field.
-- reads   kept_view, arriving_view (all of kept_view, or its fresh records), source, rule
-- grain   one row per pair of views
-- columns record_l, record_r, rule, variant_l, variant_r, then evidence per field: TRUE, FALSE or NULL for equality,
--         a similarity in thousandths for names (1000 only if equal); NULL where either side is missing
-- params  none
SELECT
    l.record AS record_l,
    r.record AS record_r,
    l.rule,
    l.variant AS variant_l,
    r.variant AS variant_r,
    -- A field that the rule fixes is equal by construction and has no sketch. Equal names have 1000 and their rarity band.
    CASE
        WHEN l.present & r.present & 1 = 0 THEN NULL
        WHEN rule.fixes_forename THEN 1000 + ((l.present >> 8) & 3)
        WHEN l.forename_lo = r.forename_lo AND l.forename_hi = r.forename_hi THEN 1000 + ((l.present >> 8) & 3)
        ELSE thousandths(name_similarity(l.forename_lo, l.forename_hi, r.forename_lo, r.forename_hi))
    END::SMALLINT AS forename,
    CASE
        WHEN l.present & r.present & 2 = 0 THEN NULL
        WHEN rule.fixes_surname THEN 1000 + ((l.present >> 10) & 3)
        WHEN l.surname_lo = r.surname_lo AND l.surname_hi = r.surname_hi THEN 1000 + ((l.present >> 10) & 3)
        ELSE thousandths(name_similarity(l.surname_lo, l.surname_hi, r.surname_lo, r.surname_hi))
    END::SMALLINT AS surname,
    -- Where either name is equal as it stands nothing is swapped, and nothing need be worked out.
    CASE
        WHEN l.forename_lo = r.forename_lo AND l.forename_hi = r.forename_hi THEN NULL
        WHEN l.surname_lo = r.surname_lo AND l.surname_hi = r.surname_hi THEN NULL
        ELSE thousandths(
            least(
                name_similarity(l.forename_lo, l.forename_hi, r.surname_lo, r.surname_hi),
                name_similarity(l.surname_lo, l.surname_hi, r.forename_lo, r.forename_hi)
            )
        )
    END AS swapped,
    -- Bands 1 and 3 stand for names on the list (values.py): a slip of the pen is hardly ever there.
    CASE WHEN l.present & r.present & 1 > 0 THEN l.present & r.present & 256 > 0 END AS forenames_listed,
    CASE WHEN l.present & r.present & 4 > 0 THEN (l.birth_sex >> 48) & 65535 = (r.birth_sex >> 48) & 65535 END AS birth_year,
    CASE WHEN l.present & r.present & 8 > 0 THEN (l.birth_sex >> 32) & 65535 = (r.birth_sex >> 32) & 65535 END AS birth_month,
    CASE WHEN l.present & r.present & 16 > 0 THEN (l.birth_sex >> 16) & 65535 = (r.birth_sex >> 16) & 65535 END AS birth_day,
    CASE
        WHEN l.present & r.present & 24 = 24
            THEN (l.birth_sex >> 32) & 65535 = (r.birth_sex >> 16) & 65535
                AND (l.birth_sex >> 16) & 65535 = (r.birth_sex >> 32) & 65535
    END AS birth_swapped,
    CASE WHEN l.present & r.present & 32 > 0 THEN l.birth_sex & 65535 = r.birth_sex & 65535 END AS sex,
    CASE WHEN l.present & r.present & 64 > 0 THEN l.place = r.place END AS postcode,
    CASE
        WHEN l.present & r.present & 64 > 0 THEN (l.place >> 18) & 1048575 = (r.place >> 18) & 1048575
    END AS postcode_sector,
    CASE WHEN l.present & r.present & 64 > 0 THEN l.place & 262143 = r.place & 262143 END AS postcode_district,
    -- NULL on either side compares to NULL: missing is missing.
    CASE WHEN rule.fixes_nhs_number THEN TRUE ELSE l.nhs_number = r.nhs_number END AS nhs_number,
    CASE WHEN rule.fixes_phone THEN TRUE ELSE l.phone = r.phone END AS phone,
    CASE WHEN rule.fixes_email THEN TRUE ELSE l.email = r.email END AS email,
    CASE WHEN rule.fixes_uprn THEN TRUE ELSE l.uprn = r.uprn END AS uprn,
    CASE WHEN rule.fixes_birth_place THEN TRUE ELSE l.birth_place = r.birth_place END AS birth_place,
    CASE WHEN rule.fixes_occupation THEN TRUE ELSE l.occupation = r.occupation END AS occupation
FROM kept_view AS l
INNER JOIN arriving_view AS r ON l.rule = r.rule AND l.block = r.block AND l.record < r.record
INNER JOIN rule ON l.rule = rule.rule
INNER JOIN source ON l.source_no = source.source_no
WHERE l.source_no <> r.source_no OR NOT source.one_record_per_person
