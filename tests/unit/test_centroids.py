"""Centres of small areas are the signed file, on the grid in metres, one an area."""

from hashlib import sha256

import pytest

from governance.centroids import load_centroids
from governance.errors import BadInput, PolicyRefusal
from governance.settings.project import Centroids

GOOD = "small_area,easting,northing\nE2,400100,300000\nE1,400000,300000.5\n"


def centroids(root, text, *, digest=None):
    """A file below the project folder, and its settings."""
    (root / "centres.csv").write_text(text, encoding="utf-8")
    made = digest or sha256(text.encode()).hexdigest()
    return Centroids(path="centres.csv", edition="LSOA 2021", sha256=made)


def test_centres_are_read_and_sorted(tmp_path):
    """By area."""
    found = load_centroids(tmp_path, centroids(tmp_path, GOOD)).to_pylist()

    assert [tuple(row.values()) for row in found] == [("E1", 400_000.0, 300_000.5), ("E2", 400_100.0, 300_000.0)]


def test_another_file_is_refused(tmp_path):
    """Approval covers the digest."""
    with pytest.raises(PolicyRefusal) as caught:
        load_centroids(tmp_path, centroids(tmp_path, GOOD, digest="0" * 64))

    assert caught.value.code == "E-CENTROIDS-DIGEST"


@pytest.mark.parametrize(
    "text",
    [
        "area,easting,northing\nE1,400000,300000\n",
        "small_area,easting,northing\nE1,far,300000\n",
        "small_area,easting,northing\nE1,,300000\n",
        "small_area,easting,northing\nE1,-1.54,53.8\n",
        "small_area,easting,northing\nE1,400000,300000\nE1,400000,300000\n",
        "small_area,easting,northing\n",
    ],
    ids=["no area", "no number", "empty", "degrees", "twice", "no rows"],
)
def test_a_bad_file_is_told(tmp_path, text):
    """Before any distance is worked out: degrees would put everybody next door."""
    with pytest.raises(BadInput) as caught:
        load_centroids(tmp_path, centroids(tmp_path, text))

    assert caught.value.code == "E-CENTROIDS"


def test_a_missing_file_is_told(tmp_path):
    """By its name."""
    wanted = centroids(tmp_path, GOOD)
    (tmp_path / "centres.csv").unlink()

    with pytest.raises(BadInput) as caught:
        load_centroids(tmp_path, wanted)

    assert (caught.value.code, "centres.csv" in str(caught.value)) == ("E-CENTROIDS", True)
