"""Centres of small areas, as the Office for National Statistics publishes them: how far people live from a service.

A public file of places, not of people. Distances are worked out where small areas are known already, and leave in four
bands only.
"""

from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from governance.errors import BadInput, Fault, PolicyRefusal
from governance.settings.project import Centroids
from governance.signed_file import read_signed_csv

SCHEMA = pa.schema([("small_area", pa.string()), ("easting", pa.float64()), ("northing", pa.float64())])

_GRID = {"easting": 700_000.0, "northing": 1_300_000.0}
"""How far the national grid reaches, in metres; degrees would lie in its first corner."""
_CORNER = 1_000.0


def load_centroids(root: Path, centroids: Centroids) -> pa.Table:
    """The centre of each small area.

    Args:
        root: The project folder.
        centroids: Path and SHA-256 from the signed ``project.yaml``.

    Returns:
        Columns small_area, easting and northing (metres on the British National Grid), sorted by small_area.

    Raises:
        PolicyRefusal: It is not the file that was signed.
        BadInput: Columns are missing, an area stands twice, or a centre is not on the grid.
    """
    table = read_signed_csv(
        root,
        centroids,
        SCHEMA,
        wanted="columns small_area, easting and northing (metres) are wanted",
        bad=partial(_bad, centroids),
        other=partial(_other_file, centroids),
    )
    if faults := _faults(table):
        raise _bad(centroids, faults)
    return table.sort_by("small_area")


def _faults(table: pa.Table) -> list[Fault]:
    faults = []
    if not table.num_rows:
        faults.append(Fault(what="has a header and no rows"))
    if pc.count_distinct(table["small_area"]).as_py() < table.num_rows:
        faults.append(Fault(what="a small area stands in more than one row"))
    for name, end in _GRID.items():
        inside = pc.and_(pc.greater_equal(table[name], _CORNER), pc.less_equal(table[name], end))
        if not pc.all(pc.fill_null(inside, False)).as_py():
            faults.append(Fault(what=f"{name} is not metres on the national grid in every row"))
    return faults


def _other_file(centroids: Centroids) -> PolicyRefusal:
    return PolicyRefusal(
        f"{centroids.path} is not the file of centroids that project.yaml was signed with.",
        why="Another edition puts people at other distances, and nobody would see it.",
        fix="Restore the signed file; or, for a new edition, set centroids.edition and centroids.sha256 in project.yaml"
        " and have the project approved again.",
        code="E-CENTROIDS-DIGEST",
    )


def _bad(centroids: Centroids, faults: list[Fault]) -> BadInput:
    return BadInput(
        f"{centroids.path} cannot be used as centroids of small areas.",
        why="How far people live from a service is worked out from it.",
        fix="Give a CSV file with one row a small area: small_area, easting and northing, in metres on the"
        " national grid.",
        code="E-CENTROIDS",
        faults=faults,
    )
