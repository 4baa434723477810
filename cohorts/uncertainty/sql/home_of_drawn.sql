-- A home of its own number for each drawn person and those who live there.
-- reads   person, drawn, mate
-- grain   one row per drawn person and whoever lives there
-- changes person (household)
UPDATE person SET household = told.household
FROM (
    WITH numbered AS (
        SELECT drawn.person_id, person.household, row_number() OVER (ORDER BY drawn.person_id) AS number
        FROM drawn
        INNER JOIN person USING (person_id)
    )

    SELECT person_id, CASE WHEN household IS NOT NULL THEN number END AS household
    FROM numbered
    UNION ALL
    -- Who lives somewhere else than the vote over the drawn person's records puts that person is no mate.
    SELECT mate.person_id, CASE WHEN person.household = numbered.household THEN numbered.number END
    FROM mate
    INNER JOIN person ON mate.person_id = person.person_id
    INNER JOIN numbered ON mate.lives_with = numbered.person_id
) AS told
WHERE person.person_id = told.person_id
