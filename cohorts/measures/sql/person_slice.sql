-- Which group of each slice a person belongs to.
-- reads   person_slices  which groups a person is in, by their numbers
--         slice          every group, numbered
-- grain   one row per person and dimension
-- columns person_id, dimension, group
-- params  none
SELECT placed.person_id, slice.dimension, slice."group"
FROM (SELECT person_id, unnest(slices) AS slice FROM person_slices) AS placed
INNER JOIN slice ON placed.slice = slice.slice
