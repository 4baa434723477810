"""What may be said in public about how well each source could be linked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from governance.disclosure.rates import SafeRate, rate_per_1000
from governance.disclosure.rounding import NOT_AVAILABLE, RoundingRule, SafeCell
from governance.settings import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeLinkage:
    """How many records of one source could be compared and were joined, after disclosure control."""

    source: str
    records: SafeCell
    """Unit: records, one a person in most sources; small numbers are hidden alike."""
    no_view: SafeCell
    """Records with too little on them to be compared with anyone."""
    linked: SafeCell
    """Records joined to at least one other record."""

    @property
    def no_view_share(self) -> SafeRate:
        """Records that could not be compared, per 1,000 records."""
        return rate_per_1000(self.no_view, self.records)

    @property
    def linked_share(self) -> SafeRate:
        """Records joined to at least one other record, per 1,000 records."""
        return rate_per_1000(self.linked, self.records)


def release_linkage(index: Mapping[str, Any], policy: Policy, *, sources: Iterable[str]) -> tuple[SafeLinkage, ...]:
    """The public part of the person index's manifest.

    Args:
        index: The manifest with ``records``, ``no_view`` and ``linked_records`` by source; exact, so it stays here.
        policy: Which counts are withheld, and the rounding base.
        sources: Source ids, in the order wanted.

    Returns:
        One entry a source. What the manifest does not say is not available. Shares are worked out from the
        released counts.
    """
    rule = RoundingRule.of(policy)
    return tuple(_release_source(index, rule, source) for source in sources)


def _release_source(index: Mapping[str, Any], rule: RoundingRule, source: str) -> SafeLinkage:
    counts = (index.get(name, {}).get(source) for name in ("records", "no_view", "linked_records"))
    records, no_view, linked = (_release(count, rule) for count in counts)
    return SafeLinkage(source=source, records=records, no_view=no_view, linked=linked)


def _release(count: int | None, rule: RoundingRule) -> SafeCell:
    return NOT_AVAILABLE if count is None else rule.release(count)
