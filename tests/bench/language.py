"""How often each primitive of the cohort language was compared between SQL and plain Python, and what was said.

python -m tests.bench.language --examples 300 --out docs/benchmarks.md
"""

import argparse
import sys
from pathlib import Path

from tests.bench.page import put, table
from tests.lib.cohorts import warehouse
from tests.property.test_cohort_primitives import PRIMITIVES, compared

HEADING = "## The language held against plain Python"


def main() -> None:
    """Compare, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=300)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    rows, total = [], 0
    with warehouse() as con:
        for primitive in PRIMITIVES:
            said = compared(con, primitive, given.examples)
            total += said.total()
            rows.append((primitive.__name__, *(f"{said[answer]:,}" for answer in (True, False, None))))
    section = "\n\n".join(
        [
            HEADING,
            f"Verdicts on generated people (Hypothesis), each said by the compiled SQL and by a second implementation"
            f" in plain Python, and the same by both: {total:,} in all, from {given.examples} worlds of four people a"
            " primitive, crowded around window edges, gaps in coverage and missing values. Made by"
            " `make bench-language`; the tests do the same with fewer and fail if an answer hardly comes up.",
            table(("primitive", "yes", "no", "cannot tell"), rows),
        ]
    )
    sys.stdout.write(section + "\n")
    if given.out:
        put(given.out, HEADING, section)


if __name__ == "__main__":
    main()
