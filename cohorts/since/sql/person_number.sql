-- Everybody of last time or this time has a small number: sets of people are compared by it.
-- reads   earlier_index, carried_index, now_index  records of each person
-- grain   one row per person
-- columns person_id, number
SELECT person_id, CAST(row_number() OVER (ORDER BY person_id) AS INTEGER) AS number
FROM (
    SELECT person_id FROM earlier_index
    UNION
    SELECT person_id FROM carried_index
    UNION
    SELECT person_id FROM now_index
)
