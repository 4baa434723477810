"""Benchmarks: run by hand, never by pytest; nothing here is named ``test_…``."""
