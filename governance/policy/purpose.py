"""PURP: what the project is for."""

from collections.abc import Iterator

from governance.placeholder import is_placeholder
from governance.policy.rule import Problem, RunFacts, place, rule
from governance.settings import Bundle


@rule(
    id="PURP-01",
    level="block",
    title="One purpose, and it is approved",
    checks="The project names one purpose, and the purpose register (`approved_purposes` in policy.yaml) lists it.",
    why="People's records were collected to care for them. Each further use has to be justified on its own; a project"
    " without one approved purpose can drift into uses nobody agreed to.",
    source="Caldicott Principle 1; UK GDPR Article 5(1)(b)",
    good="purpose: population_health_planning",
    bad="purpose: various   # not in the register",
    fix="Use a purpose from the register, or have the new purpose approved and added to policy.yaml.",
    passed="The project has one purpose and the register lists it.",
)
def purpose_is_registered(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """The purpose is in the register."""
    if bundle.project.purpose not in bundle.policy.approved_purposes:
        yield Problem(
            where=place(bundle, "project.yaml", "purpose"),
            says=f"Purpose `{bundle.project.purpose}` is not in the purpose register.",
        )


@rule(
    id="PURP-02",
    level="block",
    title="Not for direct care, unless approved",
    checks="`direct_care` is false, or `governance.direct_care_approval` names the approval. `risk_stratification:"
    " true` is let through and flagged every time.",
    why="Opt-outs, legal bases and how far a record may be opened differ between care for one person and planning for"
    " all. Data gathered for one must not slide into the other.",
    source="National Data Opt-Out operational policy, section 7; NHS England risk stratification assurance",
    good="direct_care: false",
    bad="direct_care: true   # and no approval",
    fix="Set direct_care to false, or put the approval's id into governance.direct_care_approval.",
    passed="The project is not for direct care, or has an approval for it; it does no risk stratification.",
)
def direct_care_is_approved(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Direct care has an approval; risk stratification is flagged."""
    project = bundle.project
    if project.direct_care and is_placeholder(project.governance.direct_care_approval):
        says = "The project is for direct care, but no approval for that is named."
        yield Problem(where=place(bundle, "project.yaml", "direct_care"), says=says)
    if project.risk_stratification:
        yield Problem(
            where=place(bundle, "project.yaml", "risk_stratification"),
            says="The project does risk stratification.",
            fix="Check that section 251 support and the privacy notice name risk stratification, and that a clinician"
            " answers for it.",
            result="warn",
        )


RULES = (purpose_is_registered, direct_care_is_approved)
