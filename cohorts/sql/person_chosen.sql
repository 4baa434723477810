-- People, each attribute by a declared rule where their records disagree: the spine, then most records, then sort order.
-- Between homes that as many records tell, the one that somebody came to last.
-- reads   person_described  what each record says of its person
-- grain   one row per person
-- columns person_id, birth_year, sex, ethnic_group, first_language, small_area, home, no_fixed_address, death_month, on_spine
-- params  none
WITH
stated AS (
    SELECT person_id, is_spine, 'birth_year' AS attribute, CAST(birth_year AS VARCHAR) AS value, NULL AS since
    FROM person_described
    UNION ALL
    SELECT person_id, is_spine, 'sex' AS attribute, sex AS value, NULL AS since FROM person_described
    UNION ALL
    SELECT person_id, is_spine, 'ethnic_group' AS attribute, ethnic_group AS value, NULL AS since FROM person_described
    UNION ALL
    SELECT person_id, is_spine, 'first_language' AS attribute, first_language AS value, NULL AS since FROM person_described
    UNION ALL
    SELECT person_id, is_spine, 'small_area' AS attribute, small_area AS value, since FROM person_described
    UNION ALL
    SELECT person_id, is_spine, 'home' AS attribute, home AS value, since FROM person_described
),

vote AS (
    SELECT person_id, attribute, value, bool_or(is_spine) AS on_spine, count(*) AS records, max(since) AS latest
    FROM stated
    WHERE value IS NOT NULL
    GROUP BY person_id, attribute, value
),

winner AS (
    SELECT person_id, attribute, value
    FROM vote
    QUALIFY row_number() OVER (
        PARTITION BY person_id, attribute ORDER BY on_spine DESC, records DESC, latest DESC NULLS LAST, value
    ) = 1
),

chosen AS (
    SELECT
        person_id,
        CAST(max(value) FILTER (attribute = 'birth_year') AS SMALLINT) AS birth_year,
        max(value) FILTER (attribute = 'sex') AS sex,
        max(value) FILTER (attribute = 'ethnic_group') AS ethnic_group,
        max(value) FILTER (attribute = 'first_language') AS first_language,
        max(value) FILTER (attribute = 'small_area') AS small_area,
        max(value) FILTER (attribute = 'home') AS home
    FROM winner
    GROUP BY person_id
),

known AS (
    SELECT
        person_id,
        bool_or(no_fixed_address) AS no_fixed_address,
        coalesce(min(death_month) FILTER (is_spine), min(death_month)) AS death_month,
        bool_or(is_spine) AS on_spine
    FROM person_described
    GROUP BY person_id
)

SELECT
    known.person_id,
    chosen.birth_year,
    chosen.sex,
    chosen.ethnic_group,
    chosen.first_language,
    chosen.small_area,
    chosen.home,
    known.no_fixed_address,
    known.death_month,
    known.on_spine
FROM known
LEFT JOIN chosen USING (person_id)
