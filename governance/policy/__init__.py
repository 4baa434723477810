"""Policy rules: what an information governance lead would check by hand, as pure functions with reasons."""

from governance.policy.facts import read_facts
from governance.policy.registry import (
    RULES,
    RulesBlock,
    check_bundle,
    check_outputs,
    explain,
    family_of,
    refuse_blocked,
    rules_markdown,
)
from governance.policy.rule import Finding, Level, Problem, Result, Rule, RunFacts

__all__ = [
    "RULES",
    "Finding",
    "Level",
    "Problem",
    "Result",
    "Rule",
    "RulesBlock",
    "RunFacts",
    "check_bundle",
    "check_outputs",
    "explain",
    "family_of",
    "read_facts",
    "refuse_blocked",
    "rules_markdown",
]
