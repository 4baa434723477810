-- The run's records and scored pairs that have labels.
-- reads   person_index, scored, truth
-- grain   one row per record (labelled) and per scored pair (labelled_pair)
-- columns labelled: person_id, person; labelled_pair: weight, probability, is_true
-- params  none
CREATE OR REPLACE TABLE labelled AS
SELECT person_index.person_id, truth.person
FROM person_index
INNER JOIN truth USING (source, record_id);

CREATE OR REPLACE TABLE labelled_pair AS
SELECT scored.weight, scored.probability, l.person = r.person AS is_true
FROM scored
INNER JOIN truth AS l ON scored.source_l = l.source AND scored.record_id_l = l.record_id
INNER JOIN truth AS r ON scored.source_r = r.source AND scored.record_id_r = r.record_id;
