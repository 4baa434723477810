"""LAW: the legal bases of each source."""

import re
from collections.abc import Iterator

from governance.policy.rule import Problem, RunFacts, place, rule
from governance.settings import Bundle, Source

_PLACEHOLDER = re.compile(r"^\W*(tbc|tbd|todo|to be (confirmed|decided)|pending|unknown|n/?a|none|x+)?\W*$", re.I)
_NAMES_A_LAW = re.compile(r"\b(Act|Regulations?|Order|Measure|Directions?)\b")


@rule(
    id="LAW-03",
    level="block",
    title="The common-law duty of confidentiality is met",
    checks="Each source says why the duty of confidentiality is met: consent, a statute (named), section 251 support"
    " (with its reference), or that the information is not confidential (with the reason).",
    why="A lawful basis under UK GDPR does not answer the common-law duty. People told a doctor or a social worker"
    " something in confidence, and that needs its own answer.",
    source="Common-law duty of confidentiality; NHS Act 2006 section 251; CAG guidance",
    good="common_law: {basis: s251, reference: 23/CAG/0123}",
    bad="common_law: {basis: s251, reference: TBC}",
    fix="Give the consent wording, the Act and section, the CAG reference, or the reason it is not confidential.",
    passed="Every source says why the common-law duty of confidentiality is met.",
)
def common_law_basis(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Every source has a common-law basis with a reference that fits it."""
    for source in bundle.sources:
        if fault := _fault(source):
            where = place(bundle, f"sources/{source.id}.yaml", "legal", "common_law")
            yield Problem(where=where, says=f"{source.title}: {fault}")


def _fault(source: Source) -> str:
    basis, reference = source.legal.common_law.basis, source.legal.common_law.reference
    if _PLACEHOLDER.match(reference):
        return "the reference for the common-law basis is only a placeholder."
    if basis == "statute" and not _NAMES_A_LAW.search(reference):
        return "the basis is a statute, but the reference names no Act, Regulations or Order."
    if basis == "s251" and not any(character.isdigit() for character in reference):
        return "the basis is section 251, but the reference has no CAG number."
    if basis == "not_confidential" and source.opt_outs.confidential_patient_information:
        return "it is called not confidential, but also marked as confidential patient information."
    return ""


RULES = (common_law_basis,)
