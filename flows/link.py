"""Link one period: open every source's views, find who is whom, publish the person index and a restricted report."""

from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from flows.chosen import sources_of
from flows.earlier import (
    MODEL_FILE,
    PAIR_TABLES,
    Carried,
    earlier_arrivals,
    evidence_digest,
    last_model,
    last_pairs,
    model_to_reuse,
    previous_people,
)
from flows.forgetting import destroy_older_records
from flows.rekeying import destroy_translations, under_this_epoch
from flows.review_answers import latest_review
from flows.run import Run, timestamp
from flows.staged import kept_of
from governance.errors import PolicyRefusal
from governance.intake.wording import told
from governance.keys.ring import kid_of
from governance.ledger import Event
from governance.package import open_package, packed_table, publish_package, published_as, wanted_packages, write_tables
from governance.settings import Source
from governance.store import publish, write_file, write_manifest
from governance.warehouse import connect, share_of_machine
from linkage.arrivals import as_facts, count_arrivals, unusual
from linkage.artefact import Artefact
from linkage.bridges import Held, hold_bridges
from linkage.draws import DRAWS, draw_links
from linkage.drift import drift
from linkage.link import LinkResult, SourceViews, artefact_of, left_for_next
from linkage.link import link as link_records
from linkage.person_index import LEFT, PersonIndex, Previous, build_person_index
from linkage.quality import known_pairs, link_counts, record_quality
from linkage.report import write_linkage_report

LINKAGE_MEMORY = share_of_machine(2 / 3, least_gb=7)
"""What the linkage warehouse may use; Arrow tables and Splink need some more. Two million records need less than 3 GB,
six million more than 7."""


def link(run: Run) -> dict[str, int | float | str]:
    """The person index of one period; then records of older periods are destroyed in the linkage zone.

    Returns:
        Counts and manifest digests; ``drifted``: comparisons that no longer look as when the model was trained;
        ``unusual_arrivals``: what sources sent otherwise than in any month before; ``held_records``: newcomers that
        alone would have merged established people.

    Raises:
        PolicyRefusal: Something arrived that was never so before, and policy.yaml says to hold it.
    """
    folders = {source.id: run.zone("linkage", run.period, "in", source.id) for source in sources_of(run, "linkage")}
    wanted_packages(folders)
    made_from: dict[str, str] = {}
    deliveries = open_deliveries(run, made_from)
    # Unlocked because the model is trained with one thread.
    con = connect(memory=LINKAGE_MEMORY, lock=False)
    reused, carried = model_to_reuse(run), last_pairs(run)
    result = link_records(con, deliveries, run.bundle.project.linkage, reuse=reused, before=carried.before)
    model = _model(run, result, reused)
    person_key, key_info = run.ring.person_key(run.today)
    kid = kid_of(key_info.fingerprint)
    rekeyed = under_this_epoch(run, previous_people(run, kid))
    held = _held(run, result, rekeyed.previous)
    index = build_person_index(con, person_key, kid, rekeyed.previous)
    # A first month that is run again has an index before it, with nobody in it: then nobody is new.
    known = rekeyed.previous is not None and rekeyed.previous.index.num_rows > 0
    arrived = _arrivals(run, result, known=known)
    linkage = run.bundle.project.linkage
    quality = record_quality(con, linkage.threshold_probability, linkage, result.model)
    draws = draw_links(con, linkage.threshold_probability)
    facts = _facts(run, result, index, kid) | model.facts | _how_compared(result, carried)
    facts |= {"known_pairs": known_pairs(quality), "deliveries": made_from, "draws": DRAWS}
    facts |= {"records_in_doubt": draws.records_in_doubt, "held": asdict(held)} | rekeyed.facts | arrived
    _publish_inside_linkage(run, result, index, facts, model.artefact)
    people = {"person_index": index.table, "drawn_person": draws.drawn_person, "linkage_draw": draws.linkage_draw}
    outer = _publish_index(run, {**people, "record_quality": quality}, facts)
    _record(run, kid, model.artefact.digest, sources=len(made_from))
    destroy_older_records(run, "linkage")
    destroy_translations(run, rekeyed)
    counts = {"records": told(index.table.num_rows), "persons": told(index.persons), "drifted": model.drifted}
    counts |= {"unusual_arrivals": len(arrived["unusual_arrivals"]), "held_records": told(held.records)}
    return {**counts, "model": model.artefact.digest, "person_index": outer}


def _record(run: Run, kid: str, model: str, *, sources: int) -> None:
    """Tell the ledger what was published in both zones, and by which model and key."""
    ledger, at = run.ledger, {"period": run.period, "model_sha256": model}
    linked = published_as(run.zone("linkage", run.period, "out"))
    index = published_as(run.zone("analysis", run.period, "index"))
    ledger.append(Event.LINKED, at=timestamp(), sources=sources, **linked, **at)
    epoch = run.bundle.project.linkage.epoch
    ledger.append(Event.PERSON_INDEX_PUBLISHED, at=timestamp(), kid=kid, epoch=epoch, **index, **at)


@dataclass(frozen=True, slots=True)
class _ModelUsed:
    """The model of this run, and what the manifest says of it."""

    artefact: Artefact
    facts: dict[str, Any]
    drifted: int


def _model(run: Run, result: LinkResult, reused: Artefact | None) -> _ModelUsed:
    """The model that was reused, or the newly trained one with the next number; and drift against the one before."""
    last = reused or last_model(run)
    version = last.version + 1 if last else 1
    linkage = run.bundle.project.linkage
    artefact = reused or artefact_of(result, linkage, version=version, trained_in=run.period)
    moved = drift(last, result.shares, result.u) if last else []
    facts = {
        "model_sha256": artefact.digest,
        "model_version": artefact.version,
        "model_trained_in": artefact.trained_in,
        "model_reused": reused is not None,
        "drift_against": last.trained_in if last else "",
        "drift": [one.as_dict() for one in moved],
    }
    # A model trained on these very pairs fits them: only one that is used again can be past its time.
    return _ModelUsed(artefact, facts, sum(one.warns for one in moved) if reused else 0)


def _how_compared(result: LinkResult, carried: Carried) -> dict[str, Any]:
    done = result.compared
    return {
        "incremental": carried.before is not None,
        "why_full": carried.why_full,
        "compared": {"records": done.records, "pairs": done.pairs, "pairs_carried": done.carried},
    }


def _arrivals(run: Run, result: LinkResult, *, known: bool) -> dict[str, Any]:
    """New records by source, and what about them is unusual; empty where no earlier month says which are new.

    Raises:
        PolicyRefusal: Something is unusual, and policy.yaml says to hold it.
    """
    now, months = count_arrivals(result.con) if known else {}, earlier_arrivals(run)
    marked = unusual(now, months, run.bundle.policy)
    if marked and run.bundle.policy.hold_unusual_arrivals:
        told = "; ".join(f"{one.source}: {one.what}" for one in marked)
        raise PolicyRefusal(
            f"Something arrived that was never so before ({told}).",
            why="Planted records come in numbers, and policy.yaml says that such a month is held.",
            fix="Ask the source what changed. If it is right, set hold_unusual_arrivals to false in policy.yaml for"
            " this month, have it approved, and run again. Nothing was published.",
            code="E-ARRIVALS-HELD",
        )
    return {
        "arrivals": as_facts(now),
        "arrivals_months": len(months),
        "unusual_arrivals": [asdict(one) for one in marked],
    }


def _held(run: Run, result: LinkResult, previous: Previous | None) -> Held:
    """Newcomers who would merge established people, kept apart unless policy.yaml lets them."""
    if previous is None or not run.bundle.policy.hold_bridging_records:
        return Held(0, 0)
    return hold_bridges(result.con, previous.index, run.bundle.project.linkage.threshold_probability)


def open_deliveries(run: Run, made_from: dict[str, str]) -> list[SourceViews]:
    """What every source sent, its views unopened; ``made_from`` learns what they were made from."""
    return [_delivery(run, source, made_from) for source in sources_of(run, "linkage")]


def _delivery(run: Run, source: Source, made_from: dict[str, str]) -> SourceViews:
    folder, key = run.zone("linkage", run.period, "in", source.id), run.ring.zone_private("linkage", run.today)
    tables, manifest = open_package(
        folder,
        ("record", "u_statistic"),
        key,
        {
            "kind": "views",
            "project": run.bundle.project.id,
            "period": run.period,
            "source": source.id,
            "config_sha256": run.bundle.digest,
        },
        recorded=run.published(Event.PACKAGE_PUBLISHED, source=source.id, package="views"),
        signers=run.ring.signers(f"source_{source.id}"),
    )
    single = source.one_record_per_person
    made_from[source.id] = manifest["delivery"]
    views = packed_table(folder, "view", key, manifest)
    return SourceViews(source.id, single, views, tables["record"], tables["u_statistic"])


def _facts(run: Run, result: LinkResult, index: PersonIndex, kid: str) -> dict[str, Any]:
    linkage = run.bundle.project.linkage
    counts = link_counts(result.con, linkage.threshold_probability)
    reasons = index.changes["reason"].to_pylist()
    return {
        "kind": "person_index",
        "project": run.bundle.project.id,
        "period": run.period,
        "kid": kid,
        "epoch": linkage.epoch,
        "config_sha256": run.bundle.digest,
        "threshold": linkage.threshold_probability,
        "evidence_sha256": evidence_digest(linkage),
        "waivers": list(run.waivers),
        "model_warnings": list(result.model.warnings),
        "persons": index.persons,
        "expected_matches": {pair: round(count) for pair, count in result.expected_matches.items()},
        "parted_people": result.parted_people,
        "changes": {reason: reasons.count(reason) for reason in ("merged", "split", LEFT)},
        **counts,
        **({"review": review} if (review := latest_review(run)) else {}),
    }


def _publish_inside_linkage(
    run: Run, result: LinkResult, index: PersonIndex, facts: dict[str, Any], model: Artefact
) -> None:
    """Scored pairs, the index, the model and the restricted report: none of it leaves the linkage zone."""
    left = left_for_next(result)
    people = {"person_index": index.table, "person_change": index.changes, "previous_index": index.previous}
    pairs = dict(zip(PAIR_TABLES, (left.scored, left.patterns, left.states, left.large), strict=True))
    with publish(run.zone("linkage", run.period, "out")) as scratch:
        written = write_tables(scratch, {**people, **pairs}, run.ring.zone_public("linkage"))
        write_file(scratch / MODEL_FILE, model.as_bytes())
        write_linkage_report(scratch, result, facts, run.bundle.project)
        write_manifest(scratch, {**facts, "model": result.model.as_dict(), "tables": written})


def _publish_index(run: Run, tables: dict[str, pa.Table], facts: dict[str, Any]) -> str:
    folder = run.zone("analysis", run.period, "index")
    key, signing = run.ring.zone_public("analysis"), run.ring.signing("linkage", run.today)
    return publish_package(folder, tables, key, facts, signing=signing, keep=kept_of(run, folder))
