"""Disclosure control: exact counts in, the safe frame out. Everything published is computed from what leaves here."""

from governance.disclosure.cell_key import CellKeyRule
from governance.disclosure.counts_file import (
    COUNTS_FILE,
    MEASURES_FILE,
    SAFE_COUNT,
    defused,
    safe_counts,
    safe_counts_csv,
)
from governance.disclosure.frame import SafeFrame, release
from governance.disclosure.linkage import SafeLinkage, release_linkage
from governance.disclosure.measures import (
    MeasureKey,
    SafeMeasure,
    SafeMeasures,
    counted_together,
    counts_files,
    release_measures,
)
from governance.disclosure.midpoint import MidpointRule
from governance.disclosure.profiles import rule_of
from governance.disclosure.protect import ALL, EVERYONE, CellKey
from governance.disclosure.rates import SafeRate, clearly_higher, rate_per_1000
from governance.disclosure.rounding import NOT_AVAILABLE, CountRule, RoundingRule, SafeCell, Status
from governance.disclosure.since import SafeCause, Way, Weight, beyond_the_rule, release_change
from governance.disclosure.spans import SafeSpan
from governance.disclosure.steps import SafePath, SafeSteps, release_steps
from governance.disclosure.words import common_base, in_every, interval_in_every, number_in_every, symbol_meanings

__all__ = [
    "ALL",
    "COUNTS_FILE",
    "EVERYONE",
    "MEASURES_FILE",
    "NOT_AVAILABLE",
    "SAFE_COUNT",
    "CellKey",
    "CellKeyRule",
    "CountRule",
    "MeasureKey",
    "MidpointRule",
    "RoundingRule",
    "SafeCause",
    "SafeCell",
    "SafeFrame",
    "SafeLinkage",
    "SafeMeasure",
    "SafeMeasures",
    "SafePath",
    "SafeRate",
    "SafeSpan",
    "SafeSteps",
    "Status",
    "Way",
    "Weight",
    "beyond_the_rule",
    "clearly_higher",
    "common_base",
    "counted_together",
    "counts_files",
    "defused",
    "in_every",
    "interval_in_every",
    "number_in_every",
    "rate_per_1000",
    "release",
    "release_change",
    "release_linkage",
    "release_measures",
    "release_steps",
    "rule_of",
    "safe_counts",
    "safe_counts_csv",
    "symbol_meanings",
]
