"""What is no longer needed is destroyed: tables with a row a record or a person, once a newer period stands.

Only the newest period's records are kept, so whoever a source no longer supplies is in no table at all. Manifests,
reports, models and counts of older periods stay until the retention of the project ends.
"""

from dataclasses import dataclass
from pathlib import Path

from governance import write_points
from governance.store import current

SEALED = ".parquet.sealed"

WITHOUT_PEOPLE = frozenset(
    {
        "agreement_pattern",
        "area_count",
        "cohort_attrition",
        "cohort_change",
        "cohort_count",
        "cohort_interval",
        "area_interval",
        "cohort_measure",
        "finder_proposal",
        "measure_count",
        "service_set_count",
        "u_statistic",
    }
)
"""Tables of counts or of what could be: no row is about anybody. Everything else is destroyed, known or not."""


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What was destroyed: numbers of tables and folders, never of people."""

    tables: int = 0
    periods: int = 0
    """Periods of which everything went, because their retention had ended."""


def destroy_older(zone: Path, period: str, retention_months: int) -> Destroyed:
    """Destroy the records of periods before ``period``, and what a newer publication of ``period`` took the place of.

    Each file goes by itself and a second call finishes what was cut off, so nothing half-destroyed is ever read as
    whole: manifests still name what is gone, and opening it fails.

    Args:
        zone: Has a folder for each period.
        period: ``YYYY-MM``; it and later periods stay.
        retention_months: Of periods as old as this nothing stays.
    """
    earlier = sorted(path for path in zone.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]") if path.name < period)
    expired = [path for path in earlier if months_between(path.name, period) >= retention_months]
    gone = [*(path for folder in earlier for path in _with_people(folder)), *_superseded(zone / period)]
    for path in gone:
        write_points.remove(path)
    for folder in expired:
        write_points.remove_tree(folder)
    return Destroyed(len(gone), len(expired))


def months_between(earlier: str, later: str) -> int:
    """Months from one ``YYYY-MM`` to another."""
    years, months = (int(b) - int(a) for a, b in zip(earlier.split("-"), later.split("-"), strict=True))
    return 12 * years + months


def _with_people(folder: Path) -> list[Path]:
    found = sorted(folder.rglob(f"*{SEALED}"))
    return [path for path in found if path.name.removesuffix(SEALED) not in WITHOUT_PEOPLE]


def _superseded(folder: Path) -> list[Path]:
    """Tables of publications that readers no longer follow: the store keeps the last but one."""
    pointers = sorted(folder.rglob("current"))
    return [
        path
        for pointer in pointers
        for path in _with_people(pointer.parent)
        if path.parent.parent == pointer.parent and path.parent != current(pointer.parent)
    ]
