"""What linkage may have got wrong, as an interval around every count: in the analysis zone, from linkage's draws."""
