-- Every group of every slice, numbered in the order of its name.
-- reads   slice_part  groups of the slices of some people at a time
-- grain   one row per dimension and group
-- columns slice, dimension, group
-- params  none
SELECT
    CAST(row_number() OVER (ORDER BY dimension, "group") AS INTEGER) AS slice,
    dimension,
    "group"
FROM (SELECT DISTINCT dimension, "group" FROM slice_part)
