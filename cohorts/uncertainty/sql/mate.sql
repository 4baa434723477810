-- Records of everybody who lives with a drawn person and is not made of the same records.
-- reads   drawn_record, person_index, person, record_home
-- grain   one row per drawn person, person who lives there, and record
-- columns person_id (a name for each drawn person and mate), source, record_id, lives_with
-- params  none
WITH home AS (
    SELECT DISTINCT drawn_record.person_id, record_home.household
    FROM drawn_record
    INNER JOIN record_home USING (source, record_id)
    WHERE record_home.household IS NOT NULL
),

same AS (
    SELECT DISTINCT drawn_record.person_id, person_index.person_id AS mate_id
    FROM drawn_record
    INNER JOIN person_index USING (source, record_id)
),

mate AS (
    SELECT DISTINCT home.person_id AS lives_with, person.person_id
    FROM home
    INNER JOIN person USING (household)
    ANTI JOIN same ON home.person_id = same.person_id AND person.person_id = same.mate_id
)

SELECT
    'mate:' || mate.lives_with || ':' || mate.person_id AS person_id,
    person_index.source,
    person_index.record_id,
    mate.lives_with
FROM mate
INNER JOIN person_index USING (person_id)
