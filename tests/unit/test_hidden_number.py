"""With the NHS number hidden: which pairs known to be true would still be found, and which would be wrongly joined."""

import math
from functools import cache

import pytest

from governance.warehouse import load_sql
from linkage.link import scored_pairs
from linkage.quality import hidden_number, known_pairs, record_quality
from tests.lib.linkage import LINKAGE, deliver, identifiers, linkage_with, linked, rule, run_link, world

THRESHOLD = LINKAGE.threshold_probability
NUMBERS = {(s, row["record_id"]): row["nhs_number"] for s, rows in world().sources.items() for row in rows}
BY_NUMBER_ONLY = 1 << [one.id for one in LINKAGE.rules].index("nhs_number")


def pairs_of(result):
    """Scored pairs between sources, each with its two numbers."""
    found = []
    for row in scored_pairs(result).to_pylist():
        sides = tuple((row[f"source_{side}"], row[f"record_id_{side}"]) for side in "lr")
        if sides[0][0] != sides[1][0]:
            found.append((sides, *(NUMBERS[side] for side in sides), row))
    return found


def probability(weight):
    """Of a match, from bits."""
    return 1 / (1 + math.pow(2, -weight))


def by_record(pairs):
    """How many of these pairs each record is in."""
    counts = dict.fromkeys(NUMBERS, 0)
    for sides, *_ in pairs:
        for side in sides:
            counts[side] += 1
    return counts


def column(table, name):
    """A column by source and record id."""
    return {(row["source"], row["record_id"]): row[name] for row in table.to_pylist()}


@pytest.fixture(scope="module")
def quality():
    """The quality rows of the shared run."""
    return record_quality(linked().con, THRESHOLD, LINKAGE, linked().model)


def is_found_blind(row, agrees):
    """By hand: some other rule, and enough weight without the number's, against strangers and against each kin."""
    against = odds()[row["source_l"], row["source_r"], row["pattern"]]
    hidden = hidden_number(LINKAGE, linked().model)
    side = "agree" if agrees else "differ"
    less = [hidden[f"{side}_bits"], -hidden[f"{side}_kin_bits"], -hidden[f"{side}_kin_bits"]]
    weight = -math.log2(sum(2 ** (bits + off) for bits, off in zip(against, less, strict=True)))
    return row["found_by"] & ~BY_NUMBER_ONLY > 0 and probability(weight) >= THRESHOLD


@cache
def odds():
    """Odds of strangers, twins and namesakes, in bits, by sources and pattern."""
    query = """
        SELECT l.source, r.source, pattern, as_strangers, as_twins, as_namesakes FROM pattern_odds
        JOIN source AS l ON source_l = l.source_no JOIN source AS r ON source_r = r.source_no
    """
    return {(a, b, pattern): bits for a, b, pattern, *bits in linked().con.execute(query).fetchall()}


def test_reference_pairs_are_those_with_one_number(quality):
    """Every two records of two sources with the same number, found or not by anything else."""
    held = {}
    for side, number in NUMBERS.items():
        held.setdefault(number, []).append(side)
    held.pop(None)
    expected = {
        side: sum(other[0] != side[0] for other in held.get(number, ())) if number else 0
        for side, number in NUMBERS.items()
    }

    assert column(quality, "reference_pairs") == expected
    assert sum(expected.values()) > 400


def test_found_and_wrong_without_the_number_are_counted_by_hand(quality):
    """Taking the number's weight off and its rule away gives what the statement counts."""
    known = [pair for pair in pairs_of(linked()) if pair[1] and pair[2]]
    compared = [pair for pair in known if pair[1] == pair[2] and pair[3]["found_by"] & ~BY_NUMBER_ONLY]
    blind = [pair for pair in known if is_found_blind(pair[3], pair[1] == pair[2])]
    same = [pair for pair in blind if pair[1] == pair[2]]
    wrong = [pair for pair in blind if pair[1] != pair[2]]

    assert column(quality, "reference_compared") == by_record(compared)
    assert column(quality, "reference_found") == by_record(same)
    assert column(quality, "blind_links") == by_record(blind)
    assert column(quality, "blind_false_links") == by_record(wrong)
    assert len(known) > len(compared) >= len(same) > 200


def test_a_hidden_number_leaves_the_pattern_that_has_none():
    """A weight less the number's own is the weight of the same pattern without a number; among kin the same is true."""
    query = "SELECT * EXCLUDE (pattern) FROM distinct_pattern INNER JOIN pattern_weight USING (pattern)"
    rows = linked().con.sql(query).to_arrow_table().to_pylist()
    hidden = hidden_number(LINKAGE, linked().model)
    bits = {"weight": "", "twins_bits": "_kin", "namesakes_bits": "_kin"}
    others = [name for name in rows[0] if name not in ("nhs_number", *bits)]
    without = {tuple(row[name] for name in others): row for row in rows if row["nhs_number"] is None}

    met = [row for row in rows if row["nhs_number"] is not None and tuple(row[name] for name in others) in without]
    for row in met:
        bare = without[tuple(row[name] for name in others)]
        for name, kin in bits.items():
            own = hidden[f"{'agree' if row['nhs_number'] else 'differ'}{kin}_bits"]
            assert row[name] - own == pytest.approx(bare[name], abs=1e-6)
    assert {row["nhs_number"] for row in met} == {0, 1}
    assert len(met) > 10


def test_hiding_is_like_never_having_had_the_number(quality):
    """Linked again without the number in any rule or comparison, nearly the same reference pairs are found."""
    fields = [field for field in LINKAGE.compare if field != "nhs_number"]
    rules = [one for one in LINKAGE.rules if "nhs_number" not in one.components]
    without = linkage_with(*rules, compare=fields)
    sources = ("clinic", "hospital")
    again = run_link(
        [deliver(s, identifiers(world().sources[s]), single=True, linkage=without) for s in sources], without
    )

    ((hidden, reference),) = (
        linked().con.execute(_SUMS, {"threshold": THRESHOLD, **hidden_number(LINKAGE, linked().model)}).fetchall()
    )
    found = sum(a == b and a is not None and row["probability"] >= THRESHOLD for _, a, b, row in pairs_of(again))

    assert hidden == pytest.approx(found, abs=0.03 * reference)
    assert hidden < reference


_SUMS = f"SELECT sum(reference_found) / 2, sum(reference_pairs) / 2 FROM ({load_sql('linkage', 'record_quality')})"


def test_without_a_rule_on_the_number_there_is_no_reference():
    """Where only other rules compare, every pair with one number was found by them: no estimate, not a good one."""
    no_rule = linkage_with(rule("date_of_birth", "surname"))
    not_compared = linkage_with(rule("nhs_number"), compare=["name"])

    assert not hidden_number(no_rule, linked().model)["has_reference"]
    assert hidden_number(not_compared, linked().model) == {
        "agree_bits": 0.0,
        "differ_bits": 0.0,
        "agree_kin_bits": 0.0,
        "differ_kin_bits": 0.0,
        "has_reference": False,
    }
    table = record_quality(linked().con, THRESHOLD, no_rule, linked().model)
    assert table["reference_pairs"].null_count == table["blind_links"].null_count == table.num_rows


def test_expected_false_links_are_what_the_links_leave_to_doubt(quality):
    """One less its probability for every link of a record."""
    doubt = dict.fromkeys(NUMBERS, 0.0)
    for row in scored_pairs(linked()).to_pylist():
        for side in "lr":
            if row["probability"] >= THRESHOLD:
                doubt[row[f"source_{side}"], row[f"record_id_{side}"]] += 1 - row["probability"]

    assert column(quality, "expected_false_links") == pytest.approx(doubt, abs=1e-6)
    assert max(doubt.values()) > 0.01


def test_known_pairs_are_told_by_source(quality):
    """A source whose records hold no number has none; where there is no reference nothing is told."""
    found = known_pairs(quality)
    pairs, hits = column(quality, "reference_pairs"), column(quality, "reference_found")

    assert set(found) == {"clinic", "hospital"}
    for source, counts in found.items():
        own = [side for side in NUMBERS if side[0] == source]
        assert counts == [sum(pairs[side] for side in own), sum(hits[side] for side in own)]
    no_rule = linkage_with(rule("date_of_birth", "surname"))
    assert known_pairs(record_quality(linked().con, THRESHOLD, no_rule, linked().model)) == {}
