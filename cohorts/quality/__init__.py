"""How good each source's data are, told to those who can mend them: one value-free page a source."""
