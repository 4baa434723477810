"""What will be compared is known before it is compared, and a rule that would explode is refused."""

from datetime import date

import pytest

from governance.errors import PolicyRefusal
from governance.warehouse import connect, load_table
from linkage.arrive import load_deliveries
from linkage.link import link, rule_table
from linkage.pairs import find_blocks
from linkage.plan import plan
from tests.lib.linkage import LINKAGE, deliver, deliveries, linkage_with, linked, rule

ONE_RULE = linkage_with(rule("surname", "date_of_birth"))

PAIRS_IN_BLOCKS = """
WITH held AS (SELECT DISTINCT rule, block, source_no, record_id FROM view)
SELECT l.rule, count(*)
FROM held AS l
INNER JOIN held AS r
    ON l.rule = r.rule AND l.block = r.block AND (l.source_no, l.record_id) < (r.source_no, r.record_id)
INNER JOIN source ON l.source_no = source.source_no
WHERE l.source_no <> r.source_no OR NOT source.one_record_per_person
GROUP BY l.rule
"""


def in_blocks(delivered, linkage):
    """A warehouse in which records stand in their blocks, as linkage has it before it compares anything."""
    con = connect(threads=1)
    load_deliveries(con, delivered)
    load_table(con, "rule", rule_table(linkage))
    find_blocks(con, linkage.max_block_records)
    return con


def crowd(people: int) -> list[dict[str, object]]:
    """Records with one surname and birth date: one block of them all."""
    return [{"record_id": n, "surname": "Archer", "date_of_birth": date(1987, 4, 3)} for n in range(people)]


def test_the_plan_counts_the_pairs_that_are_compared():
    """By rule, to the pair, over families, variants of names and sources that keep one record a person."""
    con = in_blocks(deliveries(), LINKAGE)
    planned = plan(con, LINKAGE)

    counted, found = dict(con.execute(PAIRS_IN_BLOCKS).fetchall()), {one.rule: one.pairs for one in planned.rules}
    assert found == {one.id: counted.get(n, 0) for n, one in enumerate(LINKAGE.rules)}
    assert sum(found.values()) > 1000
    for number, one in enumerate(planned.rules):  # a pair that shares two blocks of a rule is compared once
        ((pairs,),) = (
            linked()
            .con.execute("SELECT count(*) FROM pattern WHERE (found_by >> $n) & 1 = 1", {"n": number})
            .fetchall()
        )
        assert one.pairs * 0.8 <= pairs <= one.pairs
    assert planned.exploding == ()


def test_blocks_over_the_cap_are_counted_apart():
    """They make no pair; the largest block is told whether it is compared or not."""
    linkage = ONE_RULE.model_copy(update={"max_block_records": 5})
    (found,) = plan(in_blocks([deliver("one", crowd(6), single=False, linkage=linkage)], linkage), linkage).rules

    assert (found.pairs, found.blocks, found.largest_block) == (0, 0, 6)
    assert (found.large_blocks, found.large_block_records) == (1, 6)


@pytest.mark.parametrize(("people", "refused"), [(5, False), (6, True)])
def test_a_rule_over_its_budget_is_refused_before_anything_is_compared(people, refused):
    """Six records in a block are 2.5 pairs a record, five are 2; the message names the rule and no record."""
    linkage = ONE_RULE.model_copy(update={"max_pairs_per_record": 2.0})
    delivered, con = deliver("one", crowd(people), single=False, linkage=linkage), connect(threads=1, lock=False)

    if not refused:
        assert link(con, [delivered], linkage).compared.pairs == 10
        return
    with pytest.raises(PolicyRefusal) as raised:
        link(con, [delivered], linkage)

    assert raised.value.code == "E-PLAN"
    assert raised.value.exit_code == 2
    assert "`a_rule`" in str(raised.value)
    assert "Archer" not in str(raised.value)
    assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'view_pair'").fetchall() == [(0,)]


def test_nobody_is_planned_inside_a_source_that_keeps_one_record_a_person():
    """A block of such a source alone is no work, however large."""
    (found,) = plan(in_blocks([deliver("one", crowd(6), single=True, linkage=ONE_RULE)], ONE_RULE), ONE_RULE).rules

    assert (found.pairs, found.blocks, found.largest_block) == (0, 0, 0)
