"""The table of errors and rules: worked out right, and what it says nobody finds stands among the risks."""

import re

import numpy as np
import pandas as pd

from governance.settings.linkage import DEFAULT_RULES, STRICT_RULES
from tests.bench.error_kinds import KINDS
from tests.bench.errors import CONTEXTS, END, NO_ERROR, PAGE, START, cell, nobody_finds, page, put_risks
from tests.lib.command import REPOSITORY

RULES = list(STRICT_RULES)
AT = {rule.id: 1 << number for number, rule in enumerate(RULES)}
DOCS = REPOSITORY / "docs"


def test_a_cell_names_the_rule_that_finds_most():
    """With the share that any rule finds, and of how many; a number finds whatever names say, so it does not count."""
    found = np.array([AT["dob_surname"]] * 6 + [AT["dob_phonetic"] | AT["dob_surname"]] * 2 + [AT["nhs_number"]] * 2)

    assert cell(found, RULES) == "`dob_surname` 80% of 10"
    assert cell(found[-2:].repeat(6), RULES) == "**none** of 12"
    assert cell(found[:9], RULES) == ""


def pairs():
    """Twelve pairs of two groups in each context; of one group the swapped names are found by nobody."""
    rows = []
    for context in CONTEXTS:
        for group, rule in (("black", "nhs_number"), ("white", "dob_phonetic")):
            row = dict.fromkeys((*KINDS, NO_ERROR), False)
            row |= {"ethnic_group": group, "context": context, "number": group == "black", "found_by": AT[rule]}
            rows += [{**row, "forename and surname swapped": True}] * 12
    return pd.DataFrame(rows)


def test_the_page_tells_every_context_and_what_nobody_finds(tmp_path):
    """And the risks get the same list, between their marks and nowhere else."""
    text = page(pairs(), RULES, 1000, 1)
    expected = [f"forename and surname swapped, {context} postcode: Black" for context in CONTEXTS]

    assert nobody_finds(text) == expected
    assert text.count("`dob_phonetic` 100% of 12") == 3
    assert text.count("| 50% |") == 3
    risks = tmp_path / "risks.md"
    risks.write_text(f"before\n{START}\n  - something old.\n{END}\nafter\n", encoding="utf-8")
    put_risks(risks, nobody_finds(text))
    lines = risks.read_text("utf-8").splitlines()
    assert lines == ["before", START, *(f"  - {one}." for one in expected), END, "after"]


def test_what_no_rule_finds_is_told_as_a_risk():
    """Of the pages as they are: every cell of none is in the risks, and the risks name no other."""
    told = re.search(f"{re.escape(START)}\n(.*?){re.escape(END)}", (DOCS / "risks.md").read_text("utf-8"), re.DOTALL)
    found = nobody_finds((DOCS / PAGE).read_text("utf-8"))

    assert told is not None
    assert told[1].splitlines() == [f"  - {one}." for one in found or ["no pattern at present"]]


def test_the_page_is_about_rules_that_ship():
    """A rule that is gone or renamed makes the page stale: run `make bench-errors`."""
    named = set(re.findall(r"`([a-z0-9_]+)` \d+%", (DOCS / PAGE).read_text("utf-8")))

    assert named <= {rule.id for rule in DEFAULT_RULES}
    assert len(named) > 5
