"""A new epoch in a run: sources translate their record pseudonyms, and the linkage zone carries its index over."""

from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from flows.run import Run, timestamp, uses_of
from governance import write_points
from governance.intake.extracts import local_ids
from governance.keys.issue import record_context
from governance.keys.rekey import CountProof, carried_over, facts_of, translation
from governance.keys.ring import IssuedKeys, Secret
from governance.ledger import Event
from governance.package import no_package, open_package, publish_package
from governance.settings import Source
from linkage.person_index import Previous

_TABLE = "record_translation"


def publish_translation(run: Run, source: Source, facts: dict[str, Any], record_ids: pa.ChunkedArray) -> dict[str, str]:
    """For the linkage zone: which pseudonym of the epoch before is which of this one.

    Only while the source holds the keys of both; destroying the earlier ones ends it.

    Args:
        run: The run.
        source: The source.
        facts: What every package of this run says of itself.
        record_ids: Of the records that leave the source.

    Returns:
        The manifest's digest by kind of package; empty if there is nothing to translate.
    """
    earlier = run.ring.earlier_encoding(source.id, uses_of(run.bundle), run.today)
    if earlier is None:
        return {}
    before = local_ids(run.root, source, run.period, record_key=_record_key(run, earlier, source.id))
    after = local_ids(run.root, source, run.period, record_key=run.record_key(source.id))
    table, proof = translation(before, after, record_ids)
    epochs = {"from_epoch": earlier.info.epoch, "epoch": run.bundle.project.linkage.epoch}
    digest = publish_package(
        _folder(run, source.id),
        {_TABLE: table},
        run.ring.zone_public("linkage"),
        {**facts, "kind": "translation", **epochs, "proof": proof.as_dict()},
        signing=run.ring.signing(f"source_{source.id}", run.today),
    )
    return {"translation": digest}


def earlier_record_key(run: Run, source: str) -> Secret | None:
    """The source's key of record pseudonyms of the epoch before, as long as it holds that."""
    earlier = run.ring.earlier_encoding(source, uses_of(run.bundle), run.today)
    return _record_key(run, earlier, source) if earlier else None


def _record_key(run: Run, issued: IssuedKeys, source: str) -> Secret:
    return issued.subkey(*record_context(replace(uses_of(run.bundle), epoch=issued.info.epoch), source))


def _folder(run: Run, source: str) -> Any:
    return run.zone("linkage", run.period, "translate", source)


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """Ids before this period under this epoch's record ids, and what the manifest says of it."""

    previous: Previous | None
    facts: dict[str, Any]


def under_this_epoch(run: Run, previous: Previous | None) -> Rekeyed:
    """Carry an index of another epoch over.

    Args:
        run: The run.
        previous: Ids before this period.

    Returns:
        The same if the epoch is this one; nothing if no source translated.
    """
    if previous is None or previous.epoch == run.bundle.project.linkage.epoch:
        return Rekeyed(previous, {})
    made_in = previous.epoch
    tables = {source.id: _opened(run, source.id, made_in) for source in run.bundle.sources if _translated(run, source)}
    if not tables:
        return Rekeyed(None, {})
    index, proof = carried_over(previous.index, tables)
    return Rekeyed(
        replace(previous, index=index, epoch=run.bundle.project.linkage.epoch),
        _told(run, proof, made_in, sorted(tables)),
    )


def _told(run: Run, proof: CountProof, made_in: str, sources: list[str]) -> dict[str, Any]:
    return {"rekeyed": facts_of(proof, from_epoch=made_in, sources=sources)}


def _translated(run: Run, source: Source) -> bool:
    return not no_package(_folder(run, source.id))


def _opened(run: Run, source: str, made_in: str) -> pa.Table:
    tables, _ = open_package(
        _folder(run, source),
        (_TABLE,),
        run.ring.zone_private("linkage", run.today),
        {
            "kind": "translation",
            "project": run.bundle.project.id,
            "period": run.period,
            "source": source,
            "config_sha256": run.bundle.digest,
            "from_epoch": made_in,
        },
        recorded=run.published(Event.PACKAGE_PUBLISHED, source=source, package="translation"),
        signers=run.ring.signers(f"source_{source}"),
    )
    return tables[_TABLE]


def destroy_translations(run: Run, rekeyed: Rekeyed) -> None:
    """Once the index is carried over and published, nothing says any more which earlier pseudonym was whose."""
    folder = run.zone("linkage", run.period, "translate")
    if rekeyed.facts and folder.exists():
        write_points.remove_tree(folder)
        said = rekeyed.facts["rekeyed"]
        run.ledger.append(
            Event.INDEX_REKEYED,
            at=timestamp(),
            period=run.period,
            sources=len(said["sources"]),
            epoch=run.bundle.project.linkage.epoch,
            from_epoch=said["from_epoch"],
        )
