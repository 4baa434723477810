"""Identifiers in, person_index out; never sees payload."""
