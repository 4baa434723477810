"""Link one period: open every source's views, find who is whom, publish the person index and a restricted report."""

from typing import Any

from flows.review_answers import latest_review
from flows.run import Run, timestamp
from governance.intake.wording import told
from governance.keys import kid_of
from governance.ledger import Event
from governance.package import open_package, publish_package, wanted_packages, write_tables
from governance.settings import Source
from governance.store import current, publish, read_manifest, write_manifest
from governance.warehouse import connect
from linkage.link import LinkResult, SourceViews, agreement_patterns, scored_pairs
from linkage.link import link as link_records
from linkage.person_index import PersonIndex, build_person_index
from linkage.quality import link_counts, record_quality
from linkage.report import write_linkage_report

_LINKAGE_MEMORY = "6GB"


def link(run: Run) -> dict[str, int | float | str]:
    """The person index of one period.

    Returns:
        Counts and manifest digests.
    """
    folders = {source.id: run.zone("linkage", run.period, "in", source.id) for source in run.bundle.sources}
    wanted_packages(folders)
    opened = [_delivery(run, source) for source in run.bundle.sources]
    deliveries, made_from = [views for views, _ in opened], {views.source: digest for views, digest in opened}
    # Unlocked because the model is trained with one thread.
    con = connect(memory=_LINKAGE_MEMORY, lock=False)
    result = link_records(con, deliveries, run.bundle.project.linkage)
    person_key, key_info = run.ring.person_key(run.today)
    kid = kid_of(key_info.fingerprint)
    index = build_person_index(con, person_key, kid, _previous_index(run, kid))
    facts = _facts(run, result, index, kid) | {"deliveries": made_from}
    inner = _publish_inside_linkage(run, result, index, facts)
    outer = _publish_index(run, result, index, facts)
    model = result.model.digest
    ledger, at = run.ledger, {"period": run.period, "model_sha256": model}
    ledger.append(Event.LINKED, at=timestamp(), sources=len(deliveries), manifest_sha256=inner, **at)
    epoch = run.bundle.project.linkage.epoch
    ledger.append(Event.PERSON_INDEX_PUBLISHED, at=timestamp(), manifest_sha256=outer, kid=kid, epoch=epoch, **at)
    counts = {"records": told(index.table.num_rows), "persons": told(index.persons)}
    return {**counts, "model": model, "person_index": outer}


def _delivery(run: Run, source: Source) -> tuple[SourceViews, str]:
    """One source's views, and which delivery they were made from."""
    tables, manifest = open_package(
        run.zone("linkage", run.period, "in", source.id),
        ("view", "record", "u_statistic"),
        run.ring.zone_private("linkage", run.today),
        {
            "kind": "views",
            "project": run.bundle.project.id,
            "period": run.period,
            "source": source.id,
            "config_sha256": run.bundle.digest,
        },
        recorded=run.published(Event.PACKAGE_PUBLISHED, source=source.id, package="views"),
    )
    single = source.one_record_per_person
    views = SourceViews(source.id, single, tables["view"], tables["record"], tables["u_statistic"])
    return views, manifest["delivery"]


def _previous_index(run: Run, kid: str) -> Any:
    """The last earlier period's index, or None; ids made under another person key are never carried on."""
    zone = run.zone("linkage")
    earlier = sorted(path.parent.parent.name for path in zone.glob("*/out/current"))
    before = [period for period in earlier if period < run.period]
    if not before or read_manifest(current(zone / before[-1] / "out"))["kid"] != kid:
        return None
    tables, _ = open_package(
        zone / before[-1] / "out",
        ("person_index",),
        run.ring.zone_private("linkage", run.today),
        {"project": run.bundle.project.id, "period": before[-1], "kid": kid},
        recorded=run.published(Event.LINKED, period=before[-1]),
    )
    return tables["person_index"]


def _facts(run: Run, result: LinkResult, index: PersonIndex, kid: str) -> dict[str, Any]:
    linkage = run.bundle.project.linkage
    counts = link_counts(result.con, linkage.threshold_probability)
    return {
        "kind": "person_index",
        "project": run.bundle.project.id,
        "period": run.period,
        "kid": kid,
        "config_sha256": run.bundle.digest,
        "threshold": linkage.threshold_probability,
        "model_sha256": result.model.digest,
        "model_warnings": list(result.model.warnings),
        "persons": index.persons,
        "expected_matches": {pair: round(count) for pair, count in result.expected_matches.items()},
        "parted_people": result.parted_people,
        "changes": {reason: index.changes["reason"].to_pylist().count(reason) for reason in ("merged", "split")},
        **counts,
        **({"review": review} if (review := latest_review(run)) else {}),
    }


def _publish_inside_linkage(run: Run, result: LinkResult, index: PersonIndex, facts: dict[str, Any]) -> str:
    """Scored pairs, the index and the restricted report: none of it leaves the linkage zone."""
    key = run.ring.zone_public("linkage")
    tables = {"scored_pair": scored_pairs(result), "person_index": index.table, "person_change": index.changes}
    tables["agreement_pattern"] = agreement_patterns(result)
    with publish(run.zone("linkage", run.period, "out")) as scratch:
        written = write_tables(scratch, tables, key)
        write_linkage_report(scratch, result, facts, run.bundle.project)
        return write_manifest(scratch, {**facts, "model": result.model.as_dict(), "tables": written})


def _publish_index(run: Run, result: LinkResult, index: PersonIndex, facts: dict[str, Any]) -> str:
    linkage = run.bundle.project.linkage
    quality = record_quality(result.con, linkage.threshold_probability, linkage, result.model)
    tables = {"person_index": index.table, "record_quality": quality}
    folder = run.zone("analysis", run.period, "index")
    return publish_package(folder, tables, run.ring.zone_public("analysis"), facts)
