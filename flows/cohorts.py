"""Find the cohorts of one period: join payloads into people, ask every definition, publish exact counts in the zone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import duckdb
import pyarrow as pa

from cohorts.analysis import PAYLOAD_TABLES, build_analysis, loaded_index
from cohorts.board_areas import check_districts, count_areas
from cohorts.combinations import count_combinations
from cohorts.counts import count_cohorts, dimension_titles
from cohorts.definition import load_definitions
from cohorts.events import Payload
from cohorts.extracts import NO_EXTRACT, Extract
from cohorts.manifest import describe_definitions
from cohorts.measures.page import PAGE_FILE as MEASURES_PAGE
from cohorts.measures.page import write_measures_page
from cohorts.measures.run import Measured, measure
from cohorts.measures.wait_counts import count_waits
from cohorts.missed.page import PAGE_FILE, write_missed_page
from cohorts.missed.rates import GroupRates, rates_by_number
from cohorts.query import Definition
from cohorts.run import run_cohorts
from cohorts.singling_out import measure_singling_out
from cohorts.uncertainty.intervals import LinkageDraws, all_intervals
from cohorts.uncertainty.world import Setting
from flows.forgetting import destroy_older_records
from flows.run import Run, timestamp
from flows.since import change_since
from flows.staged import kept_of
from governance.centroids import load_centroids
from governance.ledger import Event
from governance.package import open_package, publish_package, published_as, wanted_packages
from governance.populations import load_population
from governance.store import publish, write_manifest
from governance.warehouse import connect, share_of_machine

ANALYSIS_MEMORY = share_of_machine(1 / 2, least_gb=6)
"""What DuckDB may use; 3 GB did not hold the records of 500,000 people."""


def cohorts(run: Run) -> dict[str, int | float | str]:
    """Exact counts of every cohort, sealed to the analysis zone; then records of older periods are destroyed there.

    Returns:
        How many definitions were asked, and manifest digests.
    """
    definitions, zone = load_definitions(run.bundle), analysis_tables(run)
    con = zone.con
    del zone.tables["person_index"]  # the warehouse has it
    check_districts(con, run.bundle.project.report.boards)
    results = run_cohorts(con, definitions, run.as_of)
    counts = count_cohorts(con, results, run.bundle.sources, noise_key=run.ring.release_key(run.today))
    project = run.bundle.project
    areas = count_areas(con, project.report.boards)
    combinations = count_combinations(con, project.spine)
    measured = _measured(run, con, definitions)
    waits_too = pa.concat_tables([counts, count_waits(con)])
    missed = _publish_missed(run, rates_by_number(con, zone.tables.pop("record_quality")))
    measures = _publish_measures(run, measured, definitions)
    facts = _facts(run, zone, definitions) | {
        "who_is_missed": missed,
        "measures": measures,
        "not_measured": list(measured.unknown_kinds),
        "singling_out": measure_singling_out(con),
        "statements": {cohort: statement.explained() for cohort, statement in results.statements.items()},
    }
    intervals, area_intervals = linkage_intervals(run, zone, waits_too, areas, definitions)
    # Last of all: it takes the warehouse over.
    since = change_since(run, con, loaded_index(con), counts, setting_of(run, zone, definitions))
    facts["since"] = since.facts
    tables = {
        "cohort_count": waits_too,
        "area_count": areas,
        "service_set_count": combinations,
        "cohort_interval": intervals,
        "area_interval": area_intervals,
        "cohort_change": since.table,
        "measure_count": measured.measure_count,
        "cohort_measure": measured.cohort_measure,
        "cohort_attrition": measured.cohort_attrition,
    }
    manifest = _publish_cohorts(run, tables, facts, asked=len(definitions))
    destroy_older_records(run, "analysis")
    return {
        "definitions": len(definitions),
        "counts": counts.num_rows,
        "since": since.facts["against"],
        "cohorts": manifest,
        "who_is_missed": missed,
    }


@dataclass(frozen=True, slots=True)
class AnalysisZone:
    """One period's records, joined into people."""

    con: duckdb.DuckDBPyConnection
    tables: dict[str, pa.Table]
    """Of the person index's package."""
    facts: dict[str, Any]
    """Its manifest."""
    payloads: Mapping[str, Payload]
    """What the sources sent; none of an optional source that sent nothing."""
    extracts: Mapping[str, Extract]
    """Which extract each source's records are from, for every source of the project."""

    @property
    def until(self) -> dict[str, date]:
        """By source that sent something, the first day that is not in its extract."""
        return {source: one.end for source, one in self.extracts.items() if one.end}


def analysis_tables(run: Run) -> AnalysisZone:
    """The analysis zone's tables of one period, in a warehouse of their own."""
    recorded = run.published(Event.PERSON_INDEX_PUBLISHED)
    names = ("person_index", "drawn_person", "linkage_draw", "record_quality")
    index, facts = _open(run, "index", names, {"kind": "person_index"}, recorded, "linkage")
    payloads, extracts = _payloads(run, facts["deliveries"])
    con = connect(memory=ANALYSIS_MEMORY)
    zone = AnalysisZone(con, index, facts, payloads, extracts)
    project = run.bundle.project
    build_analysis(con, run.bundle.sources, index["person_index"], payloads, run.as_of, project, zone.until)
    return zone


def linkage_intervals(
    run: Run, zone: AnalysisZone, counts: pa.Table, areas: pa.Table, definitions: Sequence[Definition]
) -> tuple[pa.Table, pa.Table]:
    """What linkage may have got wrong in every count.

    Args:
        run: Says what the analysis was made of.
        zone: Counted, and asked who is missed.
        counts: Contract ``cohort_count``.
        areas: Contract ``area_count``.
        definitions: Those that were counted.

    Returns:
        Contracts ``cohort_interval`` and ``area_interval``.
    """
    setting = setting_of(run, zone, definitions)
    return all_intervals(zone.con, counts, areas, draws_of(zone), setting)


def draws_of(zone: AnalysisZone) -> LinkageDraws:
    """Whom the period's people could be instead."""
    return LinkageDraws(zone.tables["drawn_person"], zone.tables["linkage_draw"], zone.facts["draws"])


def setting_of(run: Run, zone: AnalysisZone, definitions: Sequence[Definition]) -> Setting:
    """What the period's analysis was made of."""
    return Setting(
        sources=run.bundle.sources,
        payloads=zone.payloads,
        until=zone.until,
        project=run.bundle.project,
        definitions=definitions,
        as_of=run.as_of,
    )


def _measured(run: Run, con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition]) -> Measured:
    """Measures, beside the outside estimates and over the distances that the project names."""
    project = run.bundle.project
    estimates = {each.title: load_population(run.root, each) for each in project.populations}
    centroids = load_centroids(run.root, project.centroids) if project.centroids else None
    return measure(con, definitions, run.as_of, spine=project.spine, estimates=estimates, centroids=centroids)


def _publish_cohorts(run: Run, tables: Mapping[str, pa.Table], facts: dict[str, Any], *, asked: int) -> str:
    """Exact counts and what stands beside them, sealed to the analysis zone; returns their manifest's digest."""
    folder, key = run.zone("analysis", run.period, "cohorts"), run.ring.zone_public("analysis")
    manifest = publish_package(folder, tables, key, facts, keep=kept_of(run, folder))
    run.ledger.append(
        Event.COHORTS_PUBLISHED, at=timestamp(), period=run.period, definitions=asked, **published_as(folder)
    )
    return manifest


def _publish_missed(run: Run, rates: Sequence[GroupRates]) -> str:
    """The page on who is missed, restricted to the analysis zone; returns its digest."""
    folder = run.zone("analysis", run.period, "missed")
    with publish(folder, keep=kept_of(run, folder)) as scratch:
        page = sha256(write_missed_page(scratch, run.bundle, run.period, rates).read_bytes()).hexdigest()
        common = {"project": run.bundle.project.id, "period": run.period, "config_sha256": run.bundle.digest}
        write_manifest(scratch, {**common, "kind": "who_is_missed", "files": {PAGE_FILE: page}})
    run.record_files("missed", folder)
    return page


def _publish_measures(run: Run, measured: Measured, definitions: Sequence[Definition]) -> str:
    """The page of measures, restricted to the analysis zone; returns its digest."""
    folder, titles = run.zone("analysis", run.period, "measures"), {one.id: one.title for one in definitions}
    with publish(folder, keep=kept_of(run, folder)) as scratch:
        written = write_measures_page(
            scratch, run.bundle, run.period, measured.cohort_measure, measured.measure_count, titles
        )
        page = sha256(written.read_bytes()).hexdigest()
        common = {"project": run.bundle.project.id, "period": run.period, "config_sha256": run.bundle.digest}
        write_manifest(scratch, {**common, "kind": "measures", "files": {MEASURES_PAGE: page}})
    run.record_files("measures", folder)
    return page


@dataclass(frozen=True, slots=True)
class _Payloads(Mapping[str, Payload]):
    """What every source sent to the analysis zone, made from the very deliveries that were linked.

    Each is opened, and checked, when it is asked for: all of them together need not be held.
    """

    run: Run
    deliveries: Mapping[str, str]

    def __getitem__(self, source: str) -> Payload:
        return Payload(**_opened(self.run, source, self.deliveries, PAYLOAD_TABLES)[0])

    def __iter__(self) -> Iterator[str]:
        return (source.id for source in self.run.bundle.sources if source.id in self.deliveries)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _payloads(run: Run, deliveries: Mapping[str, str]) -> tuple[Mapping[str, Payload], Mapping[str, Extract]]:
    """What the sources sent, and which extract each was made from; nothing of an optional source that sent nothing."""
    payloads = _Payloads(run, deliveries)
    wanted_packages({source: run.zone("analysis", run.period, "in", source) for source in payloads})
    extracts = {source.id: NO_EXTRACT for source in run.bundle.sources}
    for source in payloads:
        facts = _opened(run, source, deliveries, ())[1]
        extracts[source] = Extract(facts["arrived"], facts["extract_period"])
    return payloads, extracts


def _opened(
    run: Run, source: str, deliveries: Mapping[str, str], tables: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, Any]]:
    expected = {"kind": "payload", "source": source, "delivery": deliveries.get(source, "")}
    recorded = run.published(Event.PACKAGE_PUBLISHED, source=source, package="payload")
    return _open(run, f"in/{source}", tables, expected, recorded, f"source_{source}")


def _open(
    run: Run, name: str, tables: tuple[str, ...], expected: Mapping[str, str], recorded: str, maker: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """One package of this period, made under this very config and signed by its maker."""
    common = {"project": run.bundle.project.id, "period": run.period, "config_sha256": run.bundle.digest}
    return open_package(
        run.zone("analysis", run.period, *name.split("/")),
        tables,
        run.ring.zone_private("analysis", run.today),
        {**common, **expected},
        recorded=recorded,
        signers=run.ring.signers(maker),
    )


def _facts(run: Run, zone: AnalysisZone, definitions: Sequence[Definition]) -> dict[str, Any]:
    """What the publication says of itself: what was asked, of which extracts, and by which groups."""
    return {
        "kind": "cohorts",
        "project": run.bundle.project.id,
        "period": run.period,
        "as_of": run.as_of.isoformat(),
        "config_sha256": run.bundle.digest,
        "edition": run.bundle.project.lookup.edition,
        "model_sha256": zone.facts["model_sha256"],
        "definitions": describe_definitions(definitions, run.bundle.sources, zone.extracts, run.period),
        "extracts": {source: one.as_dict() for source, one in zone.extracts.items()},
        "dimensions": _dimensions(zone.con, run),
    }


def _dimensions(con: duckdb.DuckDBPyConnection, run: Run) -> dict[str, dict[str, object]]:
    return dimension_titles(con, run.bundle.sources)
