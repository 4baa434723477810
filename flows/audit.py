"""Write the IG lead's page of one period: what ran, under which rules, keys and approval."""

from hashlib import sha256

from flows.run import Run, timestamp
from governance.audit.page import write_audit
from governance.ledger import Event
from governance.policy import check_bundle, read_facts, refuse_blocked


def audit(run: Run) -> dict[str, int | float | str]:
    """The audit page, restricted.

    Returns:
        How many rules were checked and how many warn, and the page's digest.

    Raises:
        PolicyRefusal: A rule on what the run made is broken. The page is written all the same, and says which.
    """
    # Signed first, so that the page can say whether the ledger holds up to this moment.
    run.ledger.checkpoint(at=timestamp())
    facts = read_facts(run.bundle, run.period, as_of=run.today, approval=run.approval, afterwards=True)
    findings = check_bundle(run.bundle, facts)
    page = write_audit(run.root, run.period, run.bundle, findings, run.ring.infos(), run.approval, at=timestamp())
    digest = sha256(page.read_bytes()).hexdigest()
    run.ledger.append(Event.AUDIT_WRITTEN, at=timestamp(), period=run.period, page_sha256=digest)
    refuse_blocked(finding for finding in findings if finding.level == "output")
    results = [finding.result for finding in findings]
    return {"rules": len({finding.rule for finding in findings}), "warnings": results.count("warn"), "page": digest}
