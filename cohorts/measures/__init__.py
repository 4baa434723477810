"""Measures from published formulae, one module each; every one names its source and is held against its numbers."""
