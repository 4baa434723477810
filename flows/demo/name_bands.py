"""The synthetic ICS's own list of name frequencies, and the band file made from it."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from flows.bands import bands_from_list
from flows.demo.names import Names
from flows.demo.population import Population
from governance.errors import BadInput

FREQUENCIES = "lookups/name_frequencies.csv"
_EDITION = "Northmoor fictional 2026"


def write_frequencies(names: Names, people: Population, project: Path) -> None:
    """Every name that ten of the made-up people bear, as a statistics office would publish it."""
    parts = [
        _counted(names, kind, codes) for kind, codes in (("forename", people.forename), ("surname", people.surname))
    ]
    pa_csv.write_csv(pa.concat_tables(parts), project / FREQUENCIES)


def _counted(names: Names, kind: str, codes: np.ndarray[tuple[int], np.dtype[np.int32]]) -> pa.Table:
    borne = np.bincount(codes, minlength=len(names.text))
    held = np.flatnonzero(borne >= 10)
    table = pa.table(
        {
            "name": names.text.take(pa.array(held)),
            "kind": pa.array([kind] * len(held), pa.string()),
            "frequency": borne[held],
        }
    )
    return table.sort_by("name")


def use_bands(project: Path) -> str:
    """Make the band file, name it in ``project.yaml``, and give its SHA-256. Needs the project's keys.

    Among a few hundred people too few names are borne by ten: then there are no bands, and the digest is empty.
    """
    try:
        made = bands_from_list(project, project / FREQUENCIES, edition=_EDITION)
    except BadInput as error:
        if error.code != "E-BANDS-FEW":
            raise
        return ""
    config = project / "project.yaml"
    text = config.read_text("utf-8").rstrip("\n")
    lines = (f"path: {made['path']}", f"edition: {made['edition']}", f"sha256: {made['sha256']}")
    config.write_bytes("\n    ".join((f"{text}\n  name_bands:", *lines)).encode() + b"\n")
    return str(made["sha256"])
