"""The command of benches that simulate releases under several methods and attack them."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import TypeVar

from tests.bench.page import put

Method, Found = TypeVar("Method"), TypeVar("Found")


def simulate(
    about: str | None,
    heading: str,
    methods: Sequence[Method],
    attacked: Callable[[Method, int], Found],
    section: Callable[[Sequence[tuple[Method, Found]], int, float], str],
) -> None:
    """Simulate, attack and write.

    Args:
        about: What the bench does, for its help.
        heading: Of its section.
        methods: Ways to release.
        attacked: What an attacker finds in so many releases of one.
        section: The section's text, from what was found, the number of releases and the seconds it took.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--releases", type=int, default=1000)
    parser.add_argument("--out", type=Path, help="Markdown file whose section is written; else only printed")
    options = parser.parse_args()
    started = time.perf_counter()
    with ProcessPoolExecutor() as processes:  # methods know nothing of each other, each has random numbers of its own
        rows = list(zip(methods, processes.map(attacked, methods, repeat(options.releases)), strict=True))
    text = section(rows, options.releases, time.perf_counter() - started)
    if options.out:
        put(options.out, heading, text)
    sys.stdout.write(text + "\n")
