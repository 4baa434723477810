"""How far the block graph tells people apart: the colour-refinement index of a linkage config."""
