"""What the sources of a project can say: the event kinds and needs they map, and when their silence counts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from cohorts.evidence import NEED_PREFIX, kinds_of
from cohorts.query import Query
from governance.contracts import COVERAGE, PROVIDER
from governance.settings import Coded, Coverage, ExtractFile, Provider, Source


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Which sources map which kinds; evidence of a need is the kind ``need.<need>``."""

    sources_of: dict[str, tuple[str, ...]]
    responded_to: frozenset[str] = frozenset()
    """Needs that some source's organisation is there to meet."""
    households: bool = True
    """Whether the project tells who shares a home."""

    @property
    def kinds(self) -> list[str]:
        """Event kinds that some source maps, sorted."""
        return sorted(kind for kind in self.sources_of if not kind.startswith(NEED_PREFIX))

    @property
    def needs(self) -> list[str]:
        """Needs that some source maps, sorted."""
        return sorted(kind.removeprefix(NEED_PREFIX) for kind in self.sources_of if kind.startswith(NEED_PREFIX))


def catalogue_of(sources: Iterable[Source], *, households: bool = True) -> Catalogue:
    """What these sources map, from their settings alone."""
    found: dict[str, list[str]] = {}
    known = list(sources)
    for source in known:
        for kind in sorted(_mapped_kinds(source)):
            found.setdefault(kind, []).append(source.id)
    responded_to = frozenset(need for source in known for need in (*source.responds_to, *_provided(source)))
    return Catalogue({kind: tuple(ids) for kind, ids in sorted(found.items())}, responded_to, households)


def kinds_used(query: Query) -> list[str]:
    """Every kind a definition looks at, needs as ``need.<need>``, sorted."""
    found = {kind for need in query.needs for evidence in need.evidence for kind in kinds_of(evidence)}
    for rung in query.ladder:
        found.update(kind for response in rung.responses for kind in response.kinds)
    return sorted(found)


def _provided(source: Source) -> list[str]:
    return [need for provider in source.providers for need in provider.responds_to]


def coverage_table(sources: Sequence[Source], as_of: date, delivered: Mapping[str, date]) -> pa.Table:
    """The spans for which each source can speak for each kind it maps.

    Args:
        sources: Their settings say what they cover; a span without an end runs to the end of the extract.
        as_of: First day after the period.
        delivered: By source whose data are here, the first day after its extract; the others cannot speak, whatever
            they declare.

    Returns:
        Contract ``coverage``. Spans of one source and kind never touch or overlap: those that did are one, with
        the smallest of their shares. A kind that is mapped but not covered has one empty span, because a source
        that could hold the answer and cannot speak is why nobody can tell.
    """
    rows = [
        {"source": source.id, "sector": source.sector.value, "kind": kind, "start": start, "stop": stop, "share": share}
        for source in sources
        for kind in sorted(_mapped_kinds(source))
        for start, stop, share in (
            _spans(source, kind, as_of, delivered[source.id]) if source.id in delivered else [(as_of, as_of, 0.0)]
        )
    ]
    return pa.Table.from_pylist(rows, schema=COVERAGE.schema)


def provider_table(sources: Sequence[Source]) -> pa.Table:
    """Which provider is there to meet which need, and where it is: contract ``provider``, from settings alone.

    A source that names no providers is one itself, of unknown place.
    """
    rows = [
        {"source": source.id, "sector": source.sector.value, "need": need, **_place(source.id, provider)}
        for source in sources
        for provider in _providers(source)
        for need in sorted(provider.responds_to if provider else source.responds_to)
    ]
    return pa.Table.from_pylist(rows, schema=PROVIDER.schema)


def _providers(source: Source) -> list[Provider | None]:
    return [*source.providers] or [None]


def _place(source: str, provider: Provider | None) -> dict[str, object]:
    if provider is None:
        return {"provider": source, "zones": []}
    names = ("small_area", "ward", "district")
    return {"provider": f"{source}.{provider.id}", "zones": provider.zones, **{n: getattr(provider, n) for n in names}}


def _mapped_kinds(source: Source) -> set[str]:
    return {kind for file in source.files for kind in _event_kinds(file) | _need_kinds(file)}


def _event_kinds(file: ExtractFile) -> set[str]:
    return {kind for event in file.events for kind in _names(event.kind)}


def _need_kinds(file: ExtractFile) -> set[str]:
    return {NEED_PREFIX + need for mapping in file.needs for need in _names(mapping.need)}


def _names(named: str | Coded) -> set[str]:
    return set(named.values.values()) if isinstance(named, Coded) else {named}


def _spans(source: Source, kind: str, as_of: date, until: date) -> Iterator[tuple[date, date, float]]:
    """Disjoint spans of one kind in date order."""
    named = {kind} | _recorded_with(source, kind)
    declared = sorted(
        (coverage.start, min(coverage.end or until, until), coverage.share)
        for coverage in source.coverage
        if any(_speaks_for(coverage, name) for name in named)
    )
    spans = [span for span in declared if span[0] < span[1]]
    if not spans:
        yield as_of, as_of, 0.0
        return
    start, stop, share = spans[0]
    for next_start, next_stop, next_share in spans[1:]:
        if next_start <= stop:
            stop, share = max(stop, next_stop), min(share, next_share)
        else:
            yield start, stop, share
            start, stop, share = next_start, next_stop, next_share
    yield start, stop, share


def _recorded_with(source: Source, kind: str) -> set[str]:
    """Event kinds from the files that record a need: who covers the contacts covers what was noted at them."""
    return {event for file in source.files if kind in _need_kinds(file) for event in _event_kinds(file)}


def _speaks_for(coverage: Coverage, kind: str) -> bool:
    """Whether a declaration names this kind, its family, or nothing in particular."""
    families = [name.removesuffix("*") for name in coverage.kinds if name.endswith(".*")]
    return not coverage.kinds or kind in coverage.kinds or kind.startswith(tuple(families))
