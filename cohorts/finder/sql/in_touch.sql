-- Which responding services some people were in touch with at all in the lookback, in time or not.
-- reads   response  what responding services did
-- grain   one row per person and service
-- columns person_no, source_no
-- params  $first INT (in), $after INT (out): numbers of the people asked
SELECT DISTINCT person_no, source_no
FROM response
WHERE person_no >= $first AND person_no < $after
