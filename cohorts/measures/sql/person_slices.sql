-- Which groups a person is in, by their numbers: one row a person, where names would be some eighteen.
-- reads   slice_of_person  which group of each slice a person belongs to: a query, not kept
--         slice            every group, numbered
-- grain   one row per person
-- columns person_id, slices
-- params  none
SELECT slice_of_person.person_id, list(slice.slice) AS slices
FROM slice_of_person
INNER JOIN slice
    ON
        slice_of_person.dimension = slice.dimension
        AND slice_of_person."group" = slice."group"
GROUP BY slice_of_person.person_id
