"""Loads what a month needs, for processes that are forked from one that has: see ``tests.lib.disk_faults``."""

from flows import engine, key_life  # noqa: F401 - loaded for what comes after
from flows.period import AFTER, step_function

for _step in ("pseudonymise", *AFTER):
    step_function(_step)
