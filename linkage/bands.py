"""How rare a name is, in three bands: the same for everyone, from one signed file that holds no name.

Two records that share a rare name are more likely one person than two that share a common one. The file lists
keyed ids of common and of rare names; every other name, known or not, is in the middle (design 3.1, step 6).
"""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from governance.errors import BadInput, PolicyRefusal
from governance.keys.ring import Secret
from governance.settings.linkage import NameBandsFile
from governance.signed_file import read_signed
from linkage.standardise import STANDARDISER
from linkage.values import value_id

COMMON, MIDDLE, RARE = 1, 2, 3
"""Bands; 0 stands for no name, or no file."""

KINDS = ("forename", "surname")
FORMAT = "joinedup:name-bands/v1"


@dataclass(frozen=True, slots=True)
class NameBands:
    """Keyed ids of common and rare names, by kind."""

    common: dict[str, frozenset[int]]
    rare: dict[str, frozenset[int]]
    key: Secret

    def of(self, kind: str, names: list[str]) -> NDArray[np.int32]:
        """Band of each distinct name, shape (n,): a function of the name alone, whoever asks."""
        key, common, rare = self.key.reveal(), self.common[kind], self.rare[kind]
        ids = (band_id(key, kind, name) for name in names)
        found = (COMMON if one in common else RARE if one in rare else MIDDLE for one in ids)
        return np.fromiter(found, np.int32, len(names))


def band_id(key: bytes, kind: str, name: str) -> int:
    """The id under which the file lists a name; used nowhere else, so the file says nothing about block codes."""
    return value_id(key, f"band_{kind}", name)


def key_check(key: bytes) -> str:
    """Sixteen hex digits that only this key, epoch and standardiser give: a file of another would know no name."""
    return f"{value_id(key, 'band_key_check', STANDARDISER):016x}"


def read_bands(root: Path, file: NameBandsFile | None, id_key: Secret) -> NameBands | None:
    """The signed band file of a project; None if it has none.

    Args:
        root: The project folder.
        file: ``linkage.name_bands`` of the signed project file.
        id_key: ``EncodingKeys.ids`` of this run.

    Raises:
        PolicyRefusal: It is not the file that was signed, or it was made under another key.
        BadInput: It is not there or cannot be read.
    """
    if file is None:
        return None
    content = read_signed(
        root, file, bad=lambda faults: _unreadable(file, faults[0].what), other=partial(_other_file, file)
    )
    return _parsed(content, file, id_key)


def _parsed(content: bytes, file: NameBandsFile, id_key: Secret) -> NameBands:
    try:
        found: dict[str, Any] = json.loads(content)
        if found["format"] != FORMAT:
            raise _unreadable(file, "has another format.")
        listed = {
            band: {kind: frozenset(int(one, 16) for one in found[kind][band]) for kind in KINDS}
            for band in ("common", "rare")
        }
        check = found["key_check"]
    except (ValueError, KeyError, TypeError):
        raise _unreadable(file, "does not hold what a band file holds.") from None
    if check != key_check(id_key.reveal()):
        raise _other_key(file)
    return NameBands(listed["common"], listed["rare"], id_key)


def _other_file(file: NameBandsFile) -> PolicyRefusal:
    return PolicyRefusal(
        f"{file.path} is not the band file that project.yaml was signed with.",
        why="Sources with different bands would call one name common and rare, and true links would be lost.",
        fix="Restore the signed file; or set linkage.name_bands.sha256 in project.yaml to the new one's and have the"
        " project approved again.",
        code="E-BANDS-DIGEST",
    )


def _other_key(file: NameBandsFile) -> PolicyRefusal:
    return PolicyRefusal(
        f"{file.path} was made under another key, epoch or version of the standardiser.",
        why="It would know no name, and every name would be in the middle band without anyone seeing it.",
        fix="Make it again with `joinedup bands build DIR`, set linkage.name_bands in project.yaml, and have the"
        " project approved again.",
        code="E-BANDS-KEY",
    )


def _unreadable(file: NameBandsFile, why: str) -> BadInput:
    return BadInput(
        f"The name bands {file.path}: the file {why}",
        why="Without them this source's names would weigh otherwise than every other source's.",
        fix="Restore the signed file, or take linkage.name_bands out of project.yaml and have it approved again.",
        code="E-BANDS",
    )
