"""Keys: made, shared among custodians, issued, opened by id, rotated and destroyed."""
