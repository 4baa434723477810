"""Every policy rule, run over a bundle, explained, and written out as documentation."""

from collections.abc import Iterable
from dataclasses import replace
from textwrap import fill

from governance.errors import BadInput, Fault, PolicyRefusal
from governance.policy import (
    accounts,
    agreement,
    approved,
    assessment,
    coarse,
    confidentiality,
    crypto,
    custody,
    exposure,
    identifiers,
    keeping,
    kept_nowhere,
    law,
    opt_outs,
    outputs,
    purpose,
    release_rules,
    scanned,
    sensitive,
    singling_out,
    storage,
    transparency,
    type_one,
)
from governance.policy.rule import Finding, Problem, Rule, RunFacts
from governance.settings import POLICY_VERSION, Bundle
from governance.waivers import WAIVABLE, in_force

_FAMILIES = {
    "PURP": "Purpose",
    "LAW": "Legal bases",
    "AGR": "Agreements",
    "DPIA": "Impact assessment",
    "ROPA": "Record of processing",
    "TRN": "Transparency",
    "NDOO": "Opt-outs",
    "SENS": "Protected records and codes",
    "ID": "What identifies people",
    "CRY": "Encodings and keys",
    "EXP": "What the codes expose",
    "STO": "Storage",
    "RET": "Retention",
    "OUT": "What is released",
    "REV": "Review and approval",
    "LOG": "Ledger and logs",
}
"""Families in the order they are printed, and their headings."""

_MODULES = (
    accounts,
    agreement,
    approved,
    assessment,
    coarse,
    confidentiality,
    crypto,
    custody,
    exposure,
    identifiers,
    keeping,
    kept_nowhere,
    law,
    opt_outs,
    outputs,
    purpose,
    release_rules,
    scanned,
    sensitive,
    singling_out,
    storage,
    transparency,
    type_one,
)


def family_of(rule_id: str) -> str:
    """The heading a rule stands under."""
    return _FAMILIES[rule_id.split("-")[0]]


RULES: tuple[Rule, ...] = tuple(
    sorted(
        (rule for module in _MODULES for rule in module.RULES),
        key=lambda rule: ([*_FAMILIES].index(rule.id.split("-")[0]), rule.id),
    )
)
"""In the order they are printed."""

_LEVELS = {"block": "stops the run", "warn": "warns", "output": "checked on what a run made"}


def check_bundle(bundle: Bundle, facts: RunFacts) -> list[Finding]:
    """What every rule says of a bundle.

    Args:
        bundle: The project's configs.
        facts: What is known beyond them; rules that need what is not there yet answer ``not_yet``.

    Returns:
        At least one finding a rule, in the order of :data:`RULES`.
    """
    return [finding for rule in RULES for finding in _findings(rule, bundle, facts)]


def _findings(rule: Rule, bundle: Bundle, facts: RunFacts) -> list[Finding]:
    problems = list(rule.check(bundle, facts))
    if not problems:
        return [Finding(rule=rule.id, level=rule.level, result="pass", where="", sentence=rule.passed, fix="")]
    return [_waived(_finding(rule, problem), facts) for problem in problems]


def _waived(finding: Finding, facts: RunFacts) -> Finding:
    """The finding, let be if a waiver of its rule is in force; one that ended is told."""
    waivers = [one for one in facts.waivers if one.rule == finding.rule]
    if finding.result not in ("block", "warn") or not waivers:
        return finding
    if stands := in_force(waivers, facts.as_of):
        return replace(finding, result="waived", sentence=f"{finding.sentence} {stands[0].sentence}")
    return replace(finding, sentence=f"{finding.sentence} Its waiver ended on {waivers[0].until}.")


def _finding(rule: Rule, problem: Problem) -> Finding:
    result = problem.result or ("warn" if rule.level == "warn" else "block")
    fix = "" if result == "not_yet" else problem.fix or rule.fix
    return Finding(rule=rule.id, level=rule.level, result=result, where=problem.where, sentence=problem.says, fix=fix)


_OF_A_RELEASE = ("NDOO-04", "OUT-01", "OUT-03", "OUT-04", "OUT-05", "OUT-06", "OUT-07")


def check_outputs(bundle: Bundle, facts: RunFacts) -> list[Finding]:
    """What the rules on outputs say of a release, such as one that is about to be published."""
    return [finding for rule in RULES if rule.id in _OF_A_RELEASE for finding in _findings(rule, bundle, facts)]


class RulesBlock(PolicyRefusal):
    """Policy rules say no; each fault begins with its rule's id."""

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that block, in order, each once."""
        return tuple(sorted({fault.what.split()[0] for fault in self.faults}))


def refuse_blocked(findings: Iterable[Finding]) -> None:
    """Stop here if any rule blocks.

    Raises:
        PolicyRefusal: With every blocking finding.
    """
    blocked = [finding for finding in findings if finding.result == "block"]
    if blocked:
        raise RulesBlock(
            f"Policy rules block this run: {', '.join(sorted({finding.rule for finding in blocked}))}.",
            why="Each rule keeps a promise made to the people in the data.",
            fix="Mend what is listed; `joinedup explain RULE-ID` teaches each rule. Nothing was written.",
            code="E-POLICY",
            faults=[
                Fault(what=f"{finding.rule} {finding.sentence}", fix=finding.fix, file=finding.where)
                for finding in blocked
            ],
        )


def explain(rule_id: str) -> str:
    """Teach one rule: what is checked, why, on whose authority, an example of each kind, and the fix.

    Raises:
        BadInput: There is no such rule.
    """
    found = next((rule for rule in RULES if rule.id == rule_id.upper()), None)
    if found is None:
        raise BadInput(
            "There is no policy rule with that id.",
            why="Only the rules of this version can be explained.",
            fix=f"Use one of: {', '.join(rule.id for rule in RULES)}.",
            code="E-RULE-UNKNOWN",
        )
    parts = {
        "Checked": found.checks,
        "Why": found.why,
        "Source": found.source,
        "Good": found.good,
        "Bad": found.bad,
        "Fix": found.fix,
    }
    indent = " " * 9
    text = "\n".join(
        fill(f"{name + ':':<9}{words}", 100, subsequent_indent=indent, break_on_hyphens=False)
        for name, words in parts.items()
    )
    waivable = "" if found.id not in WAIVABLE else f"\nIt can be waived for a time: joinedup waive {found.id} DIR\n"
    return f"{found.id} {found.title} ({_LEVELS[found.level]})\n\n{text}\n{waivable}"


def _level(rule: Rule) -> str:
    return _LEVELS[rule.level] + ("; can be waived" if rule.id in WAIVABLE else "")


def rules_markdown() -> str:
    """The documentation page of all rules, generated so that it cannot drift from the code."""
    head = (
        "# Policy rules\n\n"
        f"Generated from `governance/policy/`; policy version {POLICY_VERSION}, {len(RULES)} rules. A rule is a pure"
        " function over the project's files, or over what a run wrote. An information governance lead decides; the"
        " rules make sure that nothing is decided by accident.\n\n"
        "| Rule | Title | Level | Source |\n|---|---|---|---|\n"
    )
    rows = "".join(f"| {rule.id} | {rule.title} | {_level(rule)} | {rule.source} |\n" for rule in RULES)
    return head + rows + "".join(f"\n{_section(rule)}" for rule in RULES)


def _section(rule: Rule) -> str:
    return (
        f"## {rule.id} {rule.title}\n\n"
        f"**Checked.** {rule.checks}\n\n"
        f"**Why.** {rule.why}\n\n"
        f"**Fix.** {rule.fix}\n\n"
        f"Good: `{rule.good}`\n\n"
        f"Bad: `{rule.bad}`\n"
    )
