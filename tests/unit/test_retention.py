"""Records of older periods are destroyed; what is about nobody stays until retention ends."""

import pytest

from governance.retention import Destroyed, destroy_older, months_between


def publication(zone, period, *names, version="a1", is_current=True):
    """A folder of sealed tables as the store leaves it."""
    folder = zone / period / "out" / version
    folder.mkdir(parents=True)
    for name in names:
        (folder / f"{name}.parquet.sealed").write_bytes(b"sealed")
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    if is_current:
        (folder.parent / "current").write_text(f"{version}\n", encoding="utf-8")


def files(zone):
    """Everything below a zone."""
    return sorted(str(path.relative_to(zone)) for path in zone.rglob("*") if path.is_file())


def test_records_of_older_periods_go(tmp_path):
    """Unknown tables go too: a table is kept only if it is known to be about nobody. Later periods stay."""
    publication(tmp_path, "2026-08", "person_index", "something_new", "cohort_count")
    publication(tmp_path, "2026-09", "person_index")
    publication(tmp_path, "2026-10", "person_index")

    assert destroy_older(tmp_path, "2026-09", 24) == Destroyed(tables=2)
    assert files(tmp_path) == [
        "2026-08/out/a1/cohort_count.parquet.sealed",
        "2026-08/out/a1/manifest.json",
        "2026-08/out/current",
        "2026-09/out/a1/manifest.json",
        "2026-09/out/a1/person_index.parquet.sealed",
        "2026-09/out/current",
        "2026-10/out/a1/manifest.json",
        "2026-10/out/a1/person_index.parquet.sealed",
        "2026-10/out/current",
    ]


def test_what_was_published_again_goes(tmp_path):
    """The store keeps the last but one publication; its records may hold someone who has left since."""
    publication(tmp_path, "2026-09", "person_index", version="old", is_current=False)
    publication(tmp_path, "2026-09", "person_index", version="new")

    assert destroy_older(tmp_path, "2026-09", 24).tables == 1
    assert [name for name in files(tmp_path) if "sealed" in name] == ["2026-09/out/new/person_index.parquet.sealed"]


def test_nothing_stays_past_its_retention(tmp_path):
    """Counts and manifests too; a second call has nothing to do."""
    for period in ("2024-08", "2024-09", "2024-10"):
        publication(tmp_path, period, "cohort_count")
    publication(tmp_path, "2026-09", "cohort_count")

    assert destroy_older(tmp_path, "2026-09", 24).periods == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2024-10", "2026-09"]
    assert destroy_older(tmp_path, "2026-09", 24) == Destroyed()


def test_other_folders_are_left_alone(tmp_path):
    """Only months are periods."""
    publication(tmp_path, "diagnostics", "person_index")
    destroy_older(tmp_path, "2026-09", 1)

    assert len(files(tmp_path)) == 3


@pytest.mark.parametrize(
    ("earlier", "later", "months"), [("2026-09", "2026-10", 1), ("2025-12", "2026-01", 1), ("2024-09", "2026-09", 24)]
)
def test_months_between(earlier, later, months):
    """Across years too."""
    assert months_between(earlier, later) == months
