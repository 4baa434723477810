"""What a run will compare, told before it compares: pairs and the largest block of each rule.

Pairs grow with the square of a block. A rule that ties strangers together makes hours of work, needs more memory than
there is, and draws the graph that an intruder reads; it is refused while that is still cheap to know.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import duckdb

from governance.errors import PolicyRefusal
from governance.settings import Linkage
from governance.warehouse import fetch_table, load_sql


@dataclass(frozen=True, slots=True)
class RulePlan:
    """One blocking rule. Exact counts of records: they stay inside the linkage zone."""

    rule: str
    pairs: int
    """Pairs of records in its blocks; a pair that shares two of them, or is found by another rule too, counts again."""
    blocks: int
    """Blocks with a pair to compare."""
    largest_block: int
    """Records in the largest, whether it will be compared or is over the cap."""
    large_blocks: int
    """Blocks over the cap, which are left out."""
    large_block_records: int


_NO_BLOCK = {"pairs": 0, "blocks": 0, "largest_block": 0, "large_blocks": 0, "large_block_records": 0}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will compare."""

    records: int
    rules: tuple[RulePlan, ...]
    max_block_records: int
    max_pairs_per_record: float

    def pairs_per_record(self, rule: RulePlan) -> float:
        """Pairs a rule makes for each record of all sources."""
        return rule.pairs / max(self.records, 1)

    @property
    def exploding(self) -> tuple[RulePlan, ...]:
        """Rules over the budget."""
        return tuple(rule for rule in self.rules if self.pairs_per_record(rule) > self.max_pairs_per_record)

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        rules = [{**asdict(rule), "pairs_per_record": round(self.pairs_per_record(rule), 3)} for rule in self.rules]
        return {
            "records": self.records,
            "max_block_records": self.max_block_records,
            "max_pairs_per_record": self.max_pairs_per_record,
            "rules": rules,
            "refused": [rule.rule for rule in self.exploding],
        }


def plan(con: duckdb.DuckDBPyConnection, linkage: Linkage) -> Plan:
    """Count what each rule will compare.

    Args:
        con: Holds ``source`` and ``record``, and what :func:`linkage.pairs.find_blocks` made.
        linkage: Rules, the cap on a block, and the budget of pairs.
    """
    cap = linkage.max_block_records
    ((records,),) = con.execute("SELECT count(*) FROM record").fetchall()
    rows = fetch_table(con, load_sql("linkage", "plan"), {"max_block_records": cap}).to_pylist()
    found = {row.pop("rule"): row for row in rows}
    rules = tuple(RulePlan(rule.id, **found.get(number, _NO_BLOCK)) for number, rule in enumerate(linkage.rules))
    return Plan(records, rules, cap, linkage.max_pairs_per_record)


def refuse_exploding(planned: Plan) -> None:
    """Stop before the comparison if a rule would make more pairs than its budget.

    Raises:
        PolicyRefusal: Names the rules, and what to change.
    """
    if refused := refusal(planned.exploding, planned.max_pairs_per_record):
        raise refused


def refusal(exploding: Sequence[RulePlan], budget: float) -> PolicyRefusal | None:
    """Why these rules are refused; None if there are none."""
    if not exploding:
        return None
    named = ", ".join(f"`{rule.rule}`" for rule in exploding)
    return PolicyRefusal(
        f"{len(exploding)} of the rules would compare more than {budget:g} pairs for each record: {named}.",
        why="Pairs grow with the square of a block: it would take hours, and blocks this full tie strangers together.",
        fix="Add a component to each of them in project.yaml or take them out, or lower linkage.max_block_records; then"
        " approve and pseudonymise again. `joinedup link DIR --plan` shows every rule.",
        code="E-PLAN",
    )
