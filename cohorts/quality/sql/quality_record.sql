-- Which attributes each record has, and which of them another source's record of the same person contradicts.
-- reads   person_index    records of each person
--         record_person   attributes of each record, with its source
--         record_quality  how well a record could be linked
-- grain   one row per record and attribute
-- columns source, record_id, person_id, attribute, is_filled, can_differ, differs, is_linked
-- can_differ: the record and a record of the same person at another source both have the attribute.
WITH
value AS (
    SELECT
        person_index.source,
        person_index.record_id,
        person_index.person_id,
        record_quality.links > 0 AS is_linked,
        unnest(
            [
                {attribute: 'birth_year', text: CAST(record_person.birth_year AS VARCHAR)},
                {attribute: 'sex', text: record_person.sex},
                {attribute: 'ethnic_group', text: record_person.ethnic_group},
                {
                    attribute: 'address',
                    text: CASE
                        WHEN record_person.no_fixed_address THEN 'no fixed address' ELSE record_person.small_area
                    END
                },
                -- Which home, or what else than a private one: a home that is not told which says nothing.
                {
                    attribute: 'home',
                    text: CASE record_person.address_kind
                        WHEN 'home' THEN CAST(record_person.household AS VARCHAR)
                        WHEN 'unknown' THEN NULL
                        ELSE record_person.address_kind
                    END
                },
                {attribute: 'nhs_number', text: CASE WHEN record_quality.has_nhs_number THEN 'yes' END},
                {attribute: 'death_month', text: CAST(record_person.death_month AS VARCHAR)}
            ],
            recursive := TRUE
        )
    FROM person_index
    JOIN record_person USING (source, record_id)
    JOIN record_quality USING (source, record_id)
),

-- What other sources say: all that is said of a person, less what only this source says.
said AS (
    SELECT person_id, attribute, text, source FROM value WHERE text IS NOT NULL GROUP BY ALL
),

other AS (
    SELECT
        value.source,
        value.record_id,
        value.attribute,
        bool_or(said.text <> value.text) AS differs
    FROM value
    JOIN said
        ON
            said.person_id = value.person_id
            AND said.attribute = value.attribute
            AND said.source <> value.source
    WHERE value.text IS NOT NULL AND value.attribute <> 'nhs_number'
    GROUP BY value.source, value.record_id, value.attribute
)

SELECT
    value.source,
    value.record_id,
    value.person_id,
    value.attribute,
    value.text IS NOT NULL AS is_filled,
    other.differs IS NOT NULL AS can_differ,
    coalesce(other.differs, FALSE) AS differs,
    value.is_linked
FROM value
LEFT JOIN other USING (source, record_id, attribute)
