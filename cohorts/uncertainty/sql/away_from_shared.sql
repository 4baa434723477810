-- Whether a home is shared by many is told by everybody who lives there, not by the few who are drawn.
-- reads   person, shared_home
-- grain   one row per person whose home is shared
-- changes person (household, address_kind)
UPDATE person SET household = NULL, address_kind = 'communal'
WHERE household IN (SELECT household FROM shared_home)
