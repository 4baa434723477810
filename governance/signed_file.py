"""Files that ``project.yaml`` names with their digest: what was signed is what is read, or nothing is."""

import io
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.csv as pa_csv

from governance.errors import BadInput, Fault, PolicyRefusal
from governance.intake.decode import NotText
from governance.intake.deliver import path_of, read_bytes


class Signed(Protocol):
    """A part of the project file that names a file."""

    @property
    def path(self) -> str:
        """Relative to the project folder."""

    @property
    def sha256(self) -> str:
        """Of the file's bytes, in hex digits."""


Bad = Callable[[list[Fault]], BadInput]
Other = Callable[[], PolicyRefusal]


def read_signed(root: Path, file: Signed, *, bad: Bad, other: Other) -> bytes:
    """The bytes of a file, which are those that were signed.

    Args:
        root: The project folder.
        file: Its path and digest.
        bad: Says that it is not there or cannot be read.
        other: Says that it is another file.

    Raises:
        BadInput: What ``bad`` says.
        PolicyRefusal: What ``other`` says; or a link leads out of the project folder.
    """
    try:
        content = read_bytes(root, path_of(file.path, ""))
    except NotText as error:
        raise bad([error.fault]) from None
    if sha256(content).hexdigest() != file.sha256:
        raise other()
    return content


def read_signed_csv(root: Path, file: Signed, schema: pa.Schema, *, wanted: str, bad: Bad, other: Other) -> pa.Table:
    """The columns of a schema out of a CSV file that was signed.

    Args:
        root: The project folder.
        file: Its path and digest.
        schema: Columns and their types.
        wanted: Says which columns there have to be.
        bad: As in :func:`read_signed`; also where the columns are not there or not of their types.
        other: As in :func:`read_signed`.

    Raises:
        BadInput: What ``bad`` says.
        PolicyRefusal: What ``other`` says; or a link leads out of the project folder.
    """
    content = read_signed(root, file, bad=bad, other=other)
    options = pa_csv.ConvertOptions(column_types=schema, include_columns=schema.names)
    try:
        return pa_csv.read_csv(io.BytesIO(content), convert_options=options)
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        raise bad([Fault(what=wanted)]) from None
