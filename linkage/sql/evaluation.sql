-- Counts behind pairwise and B-cubed scores of the person index.
-- reads   labelled   one row per labelled record
-- grain   one row
-- columns records, true_pairs, joined_pairs, joined_true_pairs, b3_precision, b3_recall
-- params  none
WITH cell AS (
    SELECT person_id, person, count(*)::DOUBLE AS n FROM labelled GROUP BY person_id, person
),

found AS (
    SELECT person_id, count(*)::DOUBLE AS n FROM labelled GROUP BY person_id
),

actual AS (
    SELECT person, count(*)::DOUBLE AS n FROM labelled GROUP BY person
)

SELECT
    (SELECT count(*) FROM labelled) AS records,
    (SELECT coalesce(sum(n * (n - 1) / 2), 0)::BIGINT FROM actual) AS true_pairs,
    (SELECT coalesce(sum(n * (n - 1) / 2), 0) FROM found) AS joined_pairs,
    coalesce(sum(cell.n * (cell.n - 1) / 2), 0) AS joined_true_pairs,
    -- Amigó et al. (2009): mean over records of the share of its person that is right, and of its truth found.
    sum(cell.n * cell.n / found.n) / sum(cell.n) AS b3_precision,
    sum(cell.n * cell.n / actual.n) / sum(cell.n) AS b3_recall
FROM cell
INNER JOIN found USING (person_id)
INNER JOIN actual USING (person)
