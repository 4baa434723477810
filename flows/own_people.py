"""One source's own people, read for what is measured of them where the source lives: nothing is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flows.run import Run, now, open_run, timestamp, uses_of
from governance.intake.extracts import Intake, read_extracts
from governance.keys.ring import KeyRing
from governance.leaving_out import LeftOut, leave_out
from governance.ledger import Event
from governance.settings import Bundle, Source
from linkage.encode import EncodingKeys, identities
from linkage.values import Components


@dataclass(frozen=True, slots=True)
class OwnPeople:
    """What a source knows of its people, without those who opted out or are protected."""

    run: Run
    source: Source
    intake: Intake
    keys: EncodingKeys
    found: Components
    """Keyed ids of what identifies each record."""


def own_people(root: Path, source_id: str, period: str) -> OwnPeople:
    """Read them from the month's extract; the ledger tells that it was read, and who was left out.

    Raises:
        PolicyRefusal: Nobody approved this config, or a policy rule blocks it.
    """
    run = open_run(root, period, step="pseudonymise")
    source, keys = run.bundle.source(source_id), encoding_keys(run.bundle, run.ring, source_id)
    synthetic, record_key = run.bundle.project.synthetic, run.record_key(source.id)
    intake = read_extracts(run.root, source, run.period, record_key=record_key, synthetic=synthetic)
    left_out = leave_out(intake, run.bundle, run.root, run.period, run.today, record_key)
    _record_reading(run, source.id, intake.digests, left_out)
    return OwnPeople(run, source, intake, keys, identities(intake.con, source.people_file, keys))


def encoding_keys(bundle: Bundle, ring: KeyRing, *sources: str) -> EncodingKeys:
    """Ids of names are made with the same key in every source: any source's will do."""
    named = sources or [source.id for source in bundle.sources]
    issued, project = ring.any_encoding(named, uses_of(bundle), now().date()), bundle.project
    return EncodingKeys.derive(issued, project=project.id, purpose=project.purpose, linkage=project.linkage)


def _record_reading(run: Run, source: str, digests: Mapping[str, str], left_out: LeftOut) -> None:
    where = {"period": run.period, "source": source}
    for file, digest in digests.items():
        run.ledger.append(Event.EXTRACT_READ, at=timestamp(), file=file, sha256=digest, **where)
    run.ledger.append(Event.OPT_OUTS_APPLIED, at=timestamp(), status=left_out.opt_outs.status, **where)
    run.ledger.append(Event.PROTECTED_LEFT_OUT, at=timestamp(), status=left_out.sensitive.status, **where)
