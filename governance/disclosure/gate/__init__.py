"""The release gate: plays an attacker on everything that is about to be published, together with what was before."""

from governance.disclosure.gate.apart import check_apart
from governance.disclosure.gate.check import GateResult, Leak, check_release, refuse_leaks
from governance.disclosure.gate.past import read_current, read_releases, rule_facts
from governance.disclosure.gate.published import Published
from governance.disclosure.gate.truth import Truth

__all__ = [
    "GateResult",
    "Leak",
    "Published",
    "Truth",
    "check_apart",
    "check_release",
    "read_current",
    "read_releases",
    "refuse_leaks",
    "rule_facts",
]
