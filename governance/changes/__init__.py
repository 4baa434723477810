"""What a config means, what became more or less identifying between two of them, and who has to sign for it."""
