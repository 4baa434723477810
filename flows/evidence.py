"""``joinedup audit evidence``: the pack for an impact assessment and a record of processing."""

from hashlib import sha256
from pathlib import Path

from flows.lock import alone
from flows.run import open_run, timestamp
from governance.audit.evidence import gather
from governance.audit.pack import write_pack
from governance.digests import digests_of
from governance.intact.papers import EVIDENCE
from governance.ledger import Event
from governance.policy import check_bundle, read_facts


@alone
def write_evidence(root: Path, period: str) -> list[Path]:
    """Write the pack of one period; whatever the rules say, for it is where that is read.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``.
    """
    run = open_run(root, period, step="audit")
    findings = check_bundle(run.bundle, read_facts(run.bundle, run.period, as_of=run.today))
    found = gather(root, run.period, run.bundle, findings, run.ring.infos(), run.approval, at=timestamp())
    about = {"period": run.period, "package": EVIDENCE}

    def announce(digest: str) -> None:
        run.ledger.append(Event.FILES_ANNOUNCED, at=timestamp(), announced_sha256=digest, **about)

    written = write_pack(root, found, announce)
    digest = sha256(digests_of(written, written[0].parent)).hexdigest()
    run.ledger.append(Event.FILES_RECORDED, at=timestamp(), files_sha256=digest, **about)
    return written
