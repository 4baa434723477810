-- Where a provider is, under the name that events give it; a source's only provider goes by the source's own name, too.
-- reads   provider       providers of each source, from the config
--         centroid       centre of each small area; empty where the project lists none
-- grain   one row per source and provider
-- columns source, provider, easting, northing
-- params  none
-- Events that name no provider, of a source with several, are at no known place: any of them may be meant.
WITH
site AS (
    SELECT provider.source, provider.provider, min(provider.small_area) AS small_area
    FROM provider
    GROUP BY provider.source, provider.provider
    HAVING count(DISTINCT provider.small_area) = 1
),

single AS (
    SELECT source FROM provider GROUP BY source HAVING count(DISTINCT provider) = 1
),

named AS (
    SELECT source, substr(provider, length(source) + 2) AS provider, small_area
    FROM site
    WHERE provider <> source
    UNION
    SELECT site.source, site.source AS provider, site.small_area
    FROM site
    JOIN single USING (source)
)

SELECT named.source, named.provider, centroid.easting, centroid.northing
FROM named
JOIN centroid USING (small_area)
