-- People by number of records.
-- reads   record_cluster
-- grain   one row per number of records
-- columns size, people
-- params  none
SELECT size, count(*) AS people
FROM (SELECT count(*) AS size FROM record_cluster GROUP BY cluster)
GROUP BY size
ORDER BY size
