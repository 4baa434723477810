"""What changed since last time: the difference of two months' counts, split by what made it, in the analysis zone."""
