"""LAW-03 and LAW-04: the common-law duty of confidentiality."""

from collections.abc import Iterator

from governance.placeholder import is_placeholder
from governance.policy.rule import Problem, RunFacts, place, rule
from governance.policy.wording import names_a_law
from governance.settings import Bundle, Project, Source


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
    if is_placeholder(reference):
        return "the reference for the common-law basis is only a placeholder."
    if basis == "statute" and not names_a_law(reference):
        return "the basis is a statute, but the reference names no Act, Regulations or Order."
    if basis == "s251" and not any(character.isdigit() for character in reference):
        return "the basis is section 251, but the reference has no CAG number."
    if basis == "not_confidential" and source.opt_outs.confidential_patient_information:
        return "it is called not confidential, but also marked as confidential patient information."
    return ""


@rule(
    id="LAW-04",
    level="block",
    title="Section 251 support is current and names this flow",
    checks="A source that rests on section 251 gives the last day of the support, which the run is not after, and the"
    " flows that the support names; one of them goes from this source's organisation to this project's, for this"
    " purpose.",
    why="Support is given for stated flows and for a time. What the register does not name is not supported, however"
    " alike it looks.",
    source="Confidentiality Advisory Group register; Health Service (Control of Patient Information) Regulations 2002",
    good="expires: 2028-03-31, flows: [{from: Northmoor GP practices, to: Northmoor ICB, purpose: …}]",
    bad="expires: 2024-03-31",
    fix="Copy the flow from the register into legal.common_law.flows and the end of support into expires, or apply to"
    " CAG for an amendment.",
    passed="Every section 251 support is current and names the flow.",
)
def section_251_covers(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Every s251 support has not ended and names the flow from source to project."""
    for source in bundle.sources:
        if source.legal.common_law.basis != "s251":
            continue
        where = place(bundle, f"sources/{source.id}.yaml", "legal", "common_law")
        expires = source.legal.common_law.expires
        if expires is None:
            yield Problem(where=where, says=f"{source.title}: section 251 support has no last day.")
        elif expires < facts.as_of:
            yield Problem(where=where, says=f"{source.title}: section 251 support ended on {expires}.")
        if not _names_flow(source, bundle.project):
            says = (
                f"{source.title}: section 251 support does not name the flow from it to {bundle.project.organisation}."
            )
            yield Problem(where=where, says=says)


def _names_flow(source: Source, project: Project) -> bool:
    wanted = (source.organisation, project.organisation, project.purpose)
    return any((flow.start, flow.to, flow.purpose) == wanted for flow in source.legal.common_law.flows)


RULES = (common_law_basis, section_251_covers)
