"""Person index and events in, people and safe counts out; never sees identifiers."""
