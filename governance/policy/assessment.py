"""DPIA-01 and REV-03: what was assessed before, and what an intruder could make of the results."""

from collections.abc import Iterator
from datetime import date

from governance.placeholder import is_placeholder
from governance.policy.assessed import assessed_digest
from governance.policy.rule import Problem, RunFacts, place, rule
from governance.policy.wording import plus_months
from governance.settings import Bundle

_YEAR = 12


@rule(
    id="DPIA-01",
    level="block",
    title="An impact assessment that covers just this",
    checks="`governance.dpia` gives id, version, sign-off and date, and lists the digest of what is about to run:"
    " sources, columns, legal bases, recipients and linkage. After 12 months it warns. In a synthetic project a digest"
    " that is not listed only warns.",
    why="Matching data of many people, and health or crime data on a large scale, always need an assessment. One made"
    " for fewer columns or fewer sources says nothing of the new ones.",
    source="UK GDPR Article 35; ICO list of processing that needs a DPIA (data matching)",
    good="dpia: {id: DPIA-2026-014, version: '1.2', signed_off: 2026-09-30, …, covers: [{sha256: …}]}",
    bad="dpia: {id: TBC, …}   # or a digest of last year's columns",
    fix="Have the change assessed and signed off; then add the digest named here to governance.dpia.covers.",
    passed="The impact assessment is signed off, less than a year old, and covers what is about to run.",
)
def impact_is_assessed(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """There is a signed-off DPIA of less than a year that lists the digest of this processing."""
    dpia, where = bundle.project.governance.dpia, place(bundle, "project.yaml", "governance", "dpia")
    if dpia is None or is_placeholder(dpia.id) or is_placeholder(dpia.signed_off_by):
        yield Problem(
            where=where,
            says="No data protection impact assessment is named.",
            fix="Fill in governance.dpia: id, version, signed_off, signed_off_by and covers.",
        )
        return
    if dpia.signed_off > facts.as_of:
        yield Problem(where=where, says=f"The sign-off of {dpia.id} is dated {dpia.signed_off}, after the run.")
    elif plus_months(dpia.signed_off, _YEAR) < facts.as_of:
        yield Problem(
            where=where, says=f"{dpia.id} was signed off on {dpia.signed_off}, over a year ago.", result="warn"
        )
    if (digest := assessed_digest(bundle)) not in {one.sha256 for one in dpia.covers}:
        yield Problem(
            where=place(bundle, "project.yaml", "governance", "dpia", "covers"),
            says=f"{dpia.id} does not cover what is about to run, which has the digest {digest}.",
            fix="Have the change assessed and signed off; then put a line `- sha256: DIGEST` with it under"
            " governance.dpia.covers.",
            result="warn" if bundle.project.synthetic else None,
        )


@rule(
    id="REV-03",
    level="warn",
    title="A motivated intruder has tried",
    checks="`governance.intruder_test` says when somebody tried to recognise people in what is released, who, with what"
    " data and with what result; it is not from after the run, and its review date has not passed.",
    why="Whether people can be recognised depends on what an intruder can look up, and that changes. Only trying shows"
    " it.",
    source="ICO anonymisation and pseudonymisation guidance (March 2025), motivated intruder test",
    good="intruder_test: {tested: 2026-09-01, by: …, data: …, result: …, review: 2027-09-01}",
    bad="intruder_test   # missing, or its review date is past",
    fix="Have the test done on the last release and write it down under governance.intruder_test.",
    passed="A motivated intruder's attempt is on record and not due again.",
)
def intruder_has_tried(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """There is a record of a test, whole and not overdue."""
    test, where = bundle.project.governance.intruder_test, place(bundle, "project.yaml", "governance", "intruder_test")
    if test is None or any(map(is_placeholder, (test.by, test.data, test.result))):
        yield Problem(where=where, says="No motivated intruder test is on record.")
        return
    if fault := _date_fault(test.tested, test.review, facts.as_of):
        yield Problem(where=where, says=f"The motivated intruder test {fault}")


def _date_fault(done: date, due: date, today: date) -> str:
    if done > today:
        return f"is dated {done}, after the run."
    return f"was due again on {due}." if due < today else ""


RULES = (impact_is_assessed, intruder_has_tried)
