"""What the next linkage will compare, rule by rule: read from the packages in the linkage zone, without comparing."""

from pathlib import Path

from flows.commands.output import aligned
from flows.link import LINKAGE_MEMORY, open_deliveries
from flows.run import open_run
from governance.warehouse import connect, load_table
from linkage.arrive import load_deliveries
from linkage.link import rule_table
from linkage.pairs import find_blocks
from linkage.plan import Plan, plan, refusal


def plan_period(root: Path, period: str) -> Plan:
    """Count pairs and blocks of every rule.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``.

    Raises:
        ConfigError: With every fault of every config file.
        PolicyRefusal: Nobody approved this exact config, or a policy rule blocks it.
        BadInput: A source has not delivered.
    """
    run = open_run(root, period, step="link")
    linkage = run.bundle.project.linkage
    con = connect(memory=LINKAGE_MEMORY)
    load_deliveries(con, open_deliveries(run, {}))
    load_table(con, "rule", rule_table(linkage))
    find_blocks(con, linkage.max_block_records)
    return plan(con, linkage)


def plan_lines(planned: Plan) -> list[str]:
    """The plan as a table, and what to change if it is refused."""
    head = (
        "rule",
        "pairs",
        "a record",
        "blocks",
        "largest block",
        f"blocks over {planned.max_block_records}",
        "records",
    )
    rows = [
        (
            rule.rule,
            f"{rule.pairs:,}",
            f"{planned.pairs_per_record(rule):.2f}",
            f"{rule.blocks:,}",
            f"{rule.largest_block:,}",
            f"{rule.large_blocks:,}",
            f"{rule.large_block_records:,}",
        )
        for rule in planned.rules
    ]
    total = sum(rule.pairs for rule in planned.rules)
    return [
        "Restricted: exact counts of records, from inside the linkage zone. Not to be passed on.",
        f"{planned.records:,} records. Pairs to be compared under each rule, and blocks left out as too large:",
        *aligned([head, *rows]),
        f"{total:,} pairs in all, those that several rules find counted more than once.",
        *_verdict(planned),
    ]


def _verdict(planned: Plan) -> list[str]:
    refused = refusal(planned.exploding, planned.max_pairs_per_record)
    return str(refused).splitlines() if refused else ["No rule is over its budget: `joinedup link DIR` may run."]
