"""Who is missed by linkage: rates by group, in the analysis zone, where the groups are."""
