"""What rules may know of the project folder itself: modes, files in the clear, periods that are here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from governance.platform_calls import has_modes, open_to_others, umask
from governance.settings.accountability import Dataset
from governance.warehouse import SETTINGS

PRIVATE_FOLDERS = ("extracts", "optout", "sensitive", "keys", "zones", "ledger", ".joinedup")
_TABLES_IN_THE_CLEAR = frozenset(
    {".parquet", ".csv", ".tsv", ".psv", ".duckdb", ".db", ".arrow", ".feather", ".xlsx", ".tmp", ".pkl"}
)
_SEALED_ZONES = ("source", "linkage", "analysis")
_SETTINGS = ("temp_directory", "allow_community_extensions")
_PERIOD_GLOB = "[0-9][0-9][0-9][0-9]-[0-9][0-9]"
_BY_PERIOD: tuple[tuple[Dataset, str], ...] = (
    ("extracts", f"extracts/{_PERIOD_GLOB}"),
    ("opt_out_lists", f"optout/{_PERIOD_GLOB}"),
    ("source_zone", f"zones/source/*/{_PERIOD_GLOB}"),
    ("linkage_zone", f"zones/linkage/{_PERIOD_GLOB}"),
    ("analysis_zone", f"zones/analysis/{_PERIOD_GLOB}"),
    ("released", f"zones/draft/{_PERIOD_GLOB}"),
    ("released", f"zones/public/{_PERIOD_GLOB}"),
)


@dataclass(frozen=True, slots=True)
class Held:
    """One dataset of one period that is here."""

    dataset: Dataset
    period: str
    where: str
    """Path below the project folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """What can be seen of how things are stored."""

    modes_checked: bool
    """False where files have no modes, as on Windows."""
    open_to_others: Mapping[str, int]
    """How many files and folders others can open, by folder."""
    umask: int
    unsealed: tuple[str, ...]
    """Tables in the clear in a zone, by path below the project folder."""
    warehouse: Mapping[str, str]
    """Settings of the database every step uses."""
    unsafe_crypto: bool
    """Whether DuckDB is forced to write with a library that is not fit for it."""


def read_disk(root: Path) -> Disk:
    """Look at the project folder; files are listed, none is opened."""
    checked, settings = has_modes(), _warehouse()
    return Disk(
        modes_checked=checked,
        open_to_others={name: count for name in PRIVATE_FOLDERS if (count := _open_to_others(root / name))}
        if checked
        else {},
        umask=umask(),
        unsealed=tuple(sorted(path.relative_to(root).as_posix() for path in _unsealed(root / "zones"))),
        warehouse={name: settings.get(name, "") for name in _SETTINGS},
        unsafe_crypto=settings.get("force_mbedtls_unsafe", "false").lower() == "true",
    )


def read_held(root: Path) -> tuple[Held, ...]:
    """Every dataset and period that is here."""
    return tuple(
        Held(dataset, path.name, path.relative_to(root).as_posix())
        for dataset, pattern in _BY_PERIOD
        for path in sorted(root.glob(pattern))
        if path.is_dir()
    )


def _open_to_others(folder: Path) -> int:
    paths = [folder, *folder.rglob("*")] if folder.exists() else []
    return sum(open_to_others(path) for path in paths)


def _unsealed(zones: Path) -> Iterator[Path]:
    for zone in _SEALED_ZONES:
        yield from (path for path in (zones / zone).rglob("*") if path.suffix in _TABLES_IN_THE_CLEAR)


def _warehouse() -> dict[str, str]:
    """What every connection is told before it is locked; that DuckDB obeys is tested in ``test_warehouse``."""
    return {name: value.strip("'") for name, value in (one.removeprefix("SET ").split(" = ") for one in SETTINGS)}
