"""Find the cohorts of one period: join payloads into people, ask every definition, publish exact counts in the zone."""

from collections.abc import Mapping
from typing import Any

import duckdb

from cohorts.analysis import build_analysis
from cohorts.counts import count_cohorts, dimension_titles
from cohorts.definition import load_definitions
from cohorts.events import Payload
from cohorts.manifest import describe_definitions
from cohorts.run import run_cohorts
from flows.run import Run, timestamp
from governance.ledger import Event
from governance.package import open_package, publish_package, wanted_packages
from governance.warehouse import connect

_PAYLOAD = ("record_person", "record_event", "record_need")


def cohorts(run: Run) -> dict[str, int | float | str]:
    """Exact counts of every cohort, sealed to the analysis zone.

    Returns:
        How many definitions were asked, and manifest digests.
    """
    definitions = load_definitions(run.bundle)
    recorded = run.published(Event.PERSON_INDEX_PUBLISHED)
    index, index_facts = _open(run, "index", ("person_index",), {"kind": "person_index"}, recorded)
    payloads = _payloads(run, index_facts["deliveries"])
    con = connect()
    build_analysis(con, run.bundle.sources, index["person_index"], payloads, run.as_of, run.bundle.project)
    results = run_cohorts(con, definitions, run.as_of)
    counts = count_cohorts(con, results, run.bundle.sources)
    facts = {
        **_facts(run, index_facts),
        "definitions": describe_definitions(definitions, run.bundle.sources),
        "dimensions": _dimensions(con, run),
        "statements": {cohort: statement.explained() for cohort, statement in results.statements.items()},
    }
    folder, key = run.zone("analysis", run.period, "cohorts"), run.ring.zone_public("analysis")
    manifest = publish_package(folder, {"cohort_count": counts}, key, facts)
    run.ledger.append(
        Event.COHORTS_PUBLISHED,
        at=timestamp(),
        period=run.period,
        manifest_sha256=manifest,
        definitions=len(definitions),
    )
    return {"definitions": len(definitions), "counts": counts.num_rows, "cohorts": manifest}


def _payloads(run: Run, deliveries: Mapping[str, str]) -> Mapping[str, Payload]:
    """What every source sent to the analysis zone, made from the very deliveries that were linked."""
    wanted_packages({source.id: run.zone("analysis", run.period, "in", source.id) for source in run.bundle.sources})
    return {source.id: _payload(run, source.id, deliveries.get(source.id, "")) for source in run.bundle.sources}


def _payload(run: Run, source: str, delivery: str) -> Payload:
    expected = {"kind": "payload", "source": source, "delivery": delivery}
    recorded = run.published(Event.PACKAGE_PUBLISHED, source=source, package="payload")
    return Payload(**_open(run, f"in/{source}", _PAYLOAD, expected, recorded)[0])


def _open(
    run: Run, name: str, tables: tuple[str, ...], expected: Mapping[str, str], recorded: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """One package of this period, made under this very config."""
    common = {"project": run.bundle.project.id, "period": run.period, "config_sha256": run.bundle.digest}
    return open_package(
        run.zone("analysis", run.period, *name.split("/")),
        tables,
        run.ring.zone_private("analysis", run.today),
        {**common, **expected},
        recorded=recorded,
    )


def _facts(run: Run, index: Mapping[str, Any]) -> dict[str, Any]:
    """What the publication says of itself."""
    return {
        "kind": "cohorts",
        "project": run.bundle.project.id,
        "period": run.period,
        "as_of": run.as_of.isoformat(),
        "config_sha256": run.bundle.digest,
        "edition": run.bundle.project.lookup.edition,
        "model_sha256": index["model_sha256"],
    }


def _dimensions(con: duckdb.DuckDBPyConnection, run: Run) -> dict[str, dict[str, object]]:
    return dimension_titles(con, run.bundle.sources)
