"""Disclosure control: exact counts in, the safe frame out. Everything published is computed from what leaves here."""

from governance.disclosure.cell_key import CellKeyRule
from governance.disclosure.counts_file import SAFE_COUNT, safe_counts, safe_counts_csv
from governance.disclosure.frame import SafeFrame, release
from governance.disclosure.linkage import SafeLinkage, release_linkage
from governance.disclosure.midpoint import MidpointRule
from governance.disclosure.profiles import rule_of
from governance.disclosure.protect import ALL, CellKey
from governance.disclosure.rates import SafeRate, clearly_higher, rate_per_1000
from governance.disclosure.rounding import CountRule, RoundingRule, SafeCell, Status
from governance.disclosure.words import common_base, in_every, interval_in_every, symbol_meanings

__all__ = [
    "ALL",
    "SAFE_COUNT",
    "CellKey",
    "CellKeyRule",
    "CountRule",
    "MidpointRule",
    "RoundingRule",
    "SafeCell",
    "SafeFrame",
    "SafeLinkage",
    "SafeRate",
    "Status",
    "clearly_higher",
    "common_base",
    "in_every",
    "interval_in_every",
    "rate_per_1000",
    "release",
    "release_linkage",
    "rule_of",
    "safe_counts",
    "safe_counts_csv",
    "symbol_meanings",
]
