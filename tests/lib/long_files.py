"""Files of tests that take long by themselves: workers begin with them, so that none is left alone with one at the end.

Whole files go to workers, and a processor that waits for the last of them is lost. A file belongs here if it takes more
than half a minute of a processor.
"""

from pathlib import Path

TESTS = Path(__file__).parents[1]
LONG = (
    "flows/test_people_of_the_ics.py",
    "flows/test_machines_apart.py",
    "privacy/test_planted_identifiers.py",
    "flows/test_prefect.py",
    "flows/test_find.py",
    "unit/test_library_recovery.py",
    "unit/test_finder.py",
)


def place_in_line(path: Path) -> int:
    """Where a file of tests comes: the long ones in the order of :data:`LONG`, all others after them."""
    name = path.relative_to(TESTS).as_posix()
    return LONG.index(name) if name in LONG else len(LONG)
