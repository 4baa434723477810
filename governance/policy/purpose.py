"""PURP: what the project is for."""

from collections.abc import Iterator

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


RULES = (purpose_is_registered,)
