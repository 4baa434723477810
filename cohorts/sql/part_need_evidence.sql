-- Evidence of needs of people of some homes.
-- reads   need_evidence  evidence of needs
--         part_person    whose
-- grain   one row per person, need, source and day it was evidenced from
-- columns person_id, source, sector, need, strength, valid_from, valid_to
-- params  none
SELECT *
FROM need_evidence
SEMI JOIN part_person USING (person_id)
