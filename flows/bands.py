"""Make a project's name bands: from a public list of frequencies, or from the largest source's own names."""

from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.own_people import encoding_keys, own_people
from governance.errors import BadInput
from governance.intake.clean import clean_text
from governance.intake.decode import NotText
from governance.intake.deliver import inside, path_of
from governance.intake.read import Dialect, read_csv
from governance.intake.table import RawTable
from governance.keys.ring import KeyRing, Secret
from governance.settings import load_bundle
from governance.store import write_file
from governance.warehouse import connect
from linkage.band_build import count_listed_names, count_own_names, make_band_file
from linkage.bands import KINDS

DEFAULT_PATH = "lookups/name_bands.json"
_COLUMNS = ("name", "kind", "frequency")


def bands_from_list(root: Path, frequencies: Path, *, edition: str, path: str = DEFAULT_PATH) -> dict[str, Any]:
    """Make the band file from a public list.

    Args:
        root: The project folder; its keys must be here, an approval is not needed: no record is read.
        frequencies: CSV with columns name, kind (``forename`` or ``surname``) and frequency.
        edition: What the list is.
        path: Where the file goes, below the project folder.

    Raises:
        BadInput: The list cannot be read, or is too short.
    """
    counts = count_listed_names(connect(), read_list(frequencies))
    bundle = load_bundle(root)
    return _write(root, counts, encoding_keys(bundle, KeyRing(root / "keys")).ids, edition=edition, path=path)


def bands_from_source(
    root: Path, source_id: str, period: str, *, edition: str, path: str = DEFAULT_PATH
) -> dict[str, Any]:
    """Make the band file from one source's own names, with opt-outs applied.

    Args:
        root: An approved project.
        source_id: The largest source.
        period: ``YYYY-MM`` or ``latest``.
        edition: What was counted.
        path: Where the file goes, below the project folder.

    Raises:
        PolicyRefusal: Nobody approved this config, or a policy rule blocks it.
    """
    own = own_people(root, source_id, period)
    return _write(root, count_own_names(own.intake.con), own.keys.ids, edition=edition, path=path)


def _write(root: Path, counts: pa.Table, id_key: Secret, *, edition: str, path: str) -> dict[str, Any]:
    content, receipts = make_band_file(counts, id_key, edition=edition)
    write_file(inside(root, path_of(path, "")), content)
    bands = {kind: asdict(receipts[kind]) for kind in KINDS}
    return {"path": path, "edition": edition, "sha256": sha256(content).hexdigest(), "bands": bands}


def read_list(path: Path) -> pa.Table:
    """A public list of name frequencies: columns name, kind and frequency.

    Raises:
        BadInput: It cannot be read as such.
    """
    try:
        raw = read_csv(path.read_bytes(), Dialect())
    except (OSError, NotText):
        raise _bad_list("cannot be read as CSV in UTF-8.") from None
    if any(raw.header.count(name) != 1 for name in _COLUMNS):
        raise _bad_list("needs the columns name, kind and frequency, each once.")
    columns = {name: _column(raw, name) for name in _COLUMNS}
    try:
        columns["frequency"] = pc.cast(columns["frequency"], pa.int64())
    except pa.ArrowInvalid:
        raise _bad_list("has frequencies that are no whole numbers.") from None
    if pc.all(pc.is_in(columns["kind"], value_set=pa.array(KINDS))).as_py() is False:
        raise _bad_list("has kinds other than forename and surname.")
    return pa.table(columns)


def _column(raw: RawTable, name: str) -> pa.ChunkedArray:
    return clean_text(raw.columns[raw.header.index(name)], missing=[])


def _bad_list(what: str) -> BadInput:
    return BadInput(
        f"The list of name frequencies {what}",
        why="Bands made from a list that was half understood would weigh names wrongly in every source.",
        fix="Give a CSV file with a header and the columns name, kind (forename or surname) and frequency.",
        code="E-BANDS-LIST",
    )
