"""The top of the page: a few verdicts, each with the section that holds its evidence."""

from governance.audit.blocks import Cell, Verdict
from governance.audit.checks import disagreements, reconcile
from governance.audit.evidence import Evidence
from governance.english import joined
from governance.policy import Finding

_WAIT = Cell("Not yet", "wait")


def verdicts(evidence: Evidence) -> list[Verdict]:
    """What an IG lead wants to know first."""
    return [
        _approval(evidence),
        _steps(evidence),
        _rules(evidence),
        _opt_outs(evidence),
        _rows(evidence),
        _agreement(evidence),
        _ledger(evidence),
        _retention(evidence),
    ]


def bottom_line(evidence: Evidence) -> str:
    """The page in one or two sentences."""
    found = verdicts(evidence)
    bad = [verdict.title.lower() for verdict in found if verdict.tag.kind == "bad"]
    open_ = [verdict.title.lower() for verdict in found if verdict.tag.kind in ("warn", "wait")]
    if bad:
        return f"This period cannot be relied on yet. Look at: {joined(bad + open_)}."
    if open_:
        return f"Nothing is wrong, but not everything is settled. Look at: {joined(open_)}."
    return "Nothing is wrong: what ran is what was approved, every row is accounted for, and the ledger proves it."


def _approval(evidence: Evidence) -> Verdict:
    signed = evidence.approval.kind == "signed"
    tag = Cell("Signed", "good") if signed else Cell("Demo only", "warn")
    compared = evidence.compared
    changed = f" Since the approval before: {compared.found.headline}" if compared else ""
    return Verdict(title="Approval", tag=tag, sentence=evidence.approval.sentence + changed, section="approval")


def _rules(evidence: Evidence) -> Verdict:
    by_result = {result: _ids(evidence.findings, result) for result in ("block", "warn", "waived", "not_yet")}
    if by_result["block"]:
        tag, sentence = Cell("Blocked", "bad"), f"Blocked by {', '.join(by_result['block'])}."
    elif by_result["warn"]:
        tag, sentence = Cell("Warning", "warn"), f"No rule blocks; warnings from {', '.join(by_result['warn'])}."
    elif by_result["waived"]:
        tag, sentence = Cell("Waived", "warn"), f"No rule blocks; waived for a time: {', '.join(by_result['waived'])}."
    elif by_result["not_yet"]:
        tag, sentence = _WAIT, f"No rule blocks; still to be seen: {', '.join(by_result['not_yet'])}."
    else:
        tag, sentence = Cell("Passed", "good"), f"All {len({f.rule for f in evidence.findings})} rules pass."
    return Verdict(title="Policy rules", tag=tag, sentence=sentence, section="rules")


def _ids(findings: tuple[Finding, ...], result: str) -> list[str]:
    return list(dict.fromkeys(finding.rule for finding in findings if finding.result == result))


def _steps(evidence: Evidence) -> Verdict:
    sources = len(evidence.bundle.sources) - len(evidence.receipts)
    waiting = [f"{sources} sources"] if sources else []
    later = {"linking": evidence.index, "cohorts": evidence.cohorts, "the board report": evidence.report}
    waiting += [name for name, found in later.items() if not found]
    if waiting:
        tag, sentence = _WAIT, f"Still to run: {joined(waiting)}."
    else:
        tag, sentence = Cell("Complete", "good"), "Every source, linking, cohorts and the board report have run."
    return Verdict(title="Steps of the period", tag=tag, sentence=sentence, section="flow")


def _opt_outs(evidence: Evidence) -> Verdict:
    applying = [one for one in evidence.bundle.sources if one.opt_outs.national_data_opt_out == "apply"]
    receipts = [evidence.receipt(one.id) for one in applying]
    done = [receipt for receipt in receipts if receipt and receipt["opt_outs"].get("list_sha256")]
    exempt = len(evidence.bundle.sources) - len(applying)
    sentence = f"Applied in {len(done)} of {len(applying)} sources where they apply; {exempt} sources are exempt."
    tag = Cell("Applied", "good") if len(done) == len(applying) else _WAIT
    if any(receipt and receipt not in done for receipt in receipts):
        tag = Cell("Missing", "bad")
    return Verdict(title="Opt-outs", tag=tag, sentence=sentence, section="opt-outs")


def _rows(evidence: Evidence) -> Verdict:
    found = reconcile(evidence)
    wrong = [f"{one.source}: {one.file}" for one in found if not one.holds]
    if not found:
        tag, sentence = _WAIT, "No source has run for this period yet."
    elif wrong:
        tag, sentence = Cell("Does not add up", "bad"), f"Rows are unexplained in {', '.join(wrong)}."
    else:
        tag = Cell("Adds up", "good")
        sentence = f"Every one of {sum(one.rows_in for one in found):,} rows in {len(found)} files is accounted for."
    return Verdict(title="Reconciliation", tag=tag, sentence=sentence, section="reconciliation")


def _agreement(evidence: Evidence) -> Verdict:
    wrong = disagreements(evidence)
    if wrong:
        more = f" And {len(wrong) - 1} more." if len(wrong) > 1 else ""
        tag, sentence = Cell("Do not agree", "bad"), wrong[0] + more
    elif not evidence.receipts:
        tag, sentence = _WAIT, "Nothing has been published for this period yet."
    else:
        tag, sentence = Cell("Agree", "good"), "Receipts, packages, ledger, config and key ids agree with each other."
    return Verdict(title="Packages and digests", tag=tag, sentence=sentence, section="digests")


def _retention(evidence: Evidence) -> Verdict:
    due = [clock for clock in evidence.clocks if clock.due]
    if due or evidence.unfinished:
        left = f"{len(due)} datasets are due for destruction" if due else "A destruction was begun and not finished"
        tag, sentence = (
            Cell("Due", "warn"),
            f"{left}; the oldest was to be gone by {due[0].destroy_by}." if due else left,
        )
    else:
        tag = Cell("In time", "good")
        sentence = f"{len(evidence.clocks)} datasets are kept, none past its day."
    return Verdict(title="Retention", tag=tag, sentence=sentence, section="retention")


def _ledger(evidence: Evidence) -> Verdict:
    state = evidence.ledger
    if not state.checked:
        tag, sentence = Cell("Not checked", "warn"), "There is no signer's key to check it with."
    elif state.faults:
        tag, sentence = Cell("Broken", "bad"), f"It does not hold: {len(state.faults)} things are wrong with it."
    else:
        size = state.checkpoint["size"] if state.checkpoint else 0
        tag, sentence = Cell("Verified", "good"), f"Unbroken; {size:,} entries are signed by the last checkpoint."
    return Verdict(title="Ledger", tag=tag, sentence=sentence, section="ledger")
