"""What a config means: every setting with its default filled in, and what becomes of every column.

An approval keeps the meaning beside the exact bytes. A default that a later release changes is then seen as the change
it is, although no byte of the config differs, and an old config can be compared without the code that read it.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from governance.audit.fate import fate_of
from governance.code_version import code_version
from governance.exposure import held_against, read_receipt, receipt_for
from governance.settings import POLICY_VERSION, Bundle, ExtractFile, Linkage, Source

FORMAT = "joinedup:config-meaning/v1"

Meaning = dict[str, Any]
"""JSON: ``files`` (digests), ``versions``, ``exposure``, ``project``, ``policy``, ``sources`` and ``cohorts``."""


def meaning_of(bundle: Bundle, english: Mapping[str, Sequence[str]] | None = None) -> Meaning:
    """What a bundle means under this code.

    Args:
        bundle: As read.
        english: The cohort definitions in English, by file name; ``cohorts`` makes it, and governance cannot. Without
            it definitions are compared as written.
    """
    return {
        "format": FORMAT,
        "files": subjects(bundle),
        "versions": {"policy_version": POLICY_VERSION, "code_version": code_version()},
        "exposure": _exposure(bundle),
        "project": bundle.project.model_dump(mode="json", by_alias=True),
        "policy": bundle.policy.model_dump(mode="json", by_alias=True),
        "sources": {source.id: _source(source, bundle.project.linkage) for source in bundle.sources},
        "cohorts": {
            name: {"written": file.data, "english": list((english or {}).get(name, ()))}
            for name, file in bundle.cohort_files.items()
        },
    }


def subjects(bundle: Bundle) -> dict[str, str]:
    """SHA-256 by name of all an approval covers: config files as read, look-up files as the config names them."""
    lookup, bands = bundle.project.lookup, bundle.project.linkage.name_bands
    digests = {name: sha256(file.raw).hexdigest() for name, file in bundle.files.items()} | {lookup.path: lookup.sha256}
    if bands:
        digests[bands.path] = bands.sha256
    return dict(sorted(digests.items()))


def as_bytes(meaning: Meaning) -> bytes:
    """The same meaning is the same bytes."""
    return (json.dumps(meaning, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _source(source: Source, linkage: Linkage) -> dict[str, Any]:
    """A source's settings; class and role of a column stand with what becomes of it, under ``fates``."""
    told = source.model_dump(mode="json", by_alias=True)
    for file in told["files"]:
        if not any(file["confirmed"].values()):
            del file["confirmed"]  # nobody signed: what was approved before there were signatures is told as the same
        for column in file["columns"].values():
            del column["class"], column["role"]
    return told | {"fates": {file.id: _fates(file, linkage) for file in source.files}}


def _fates(file: ExtractFile, linkage: Linkage) -> dict[str, dict[str, str]]:
    return {name: _fate(name, file, linkage) for name in file.columns}


def _fate(name: str, file: ExtractFile, linkage: Linkage) -> dict[str, str]:
    column = file.columns[name]
    fate = fate_of(name, column, file, linkage)
    return {
        "class": column.column_class.value,
        "role": column.role or "",
        "to_linkage": fate.to_linkage,
        "to_analysis": fate.to_analysis,
        "remark": fate.remark,
    }


def _exposure(bundle: Bundle) -> dict[str, float]:
    """Share of people the codes make unique, by what an intruder sees; empty if it was not measured."""
    linkage = bundle.project.linkage
    receipt = receipt_for(linkage, read_receipt(bundle.root))
    held = held_against(linkage, bundle.policy, receipt) if receipt else {}
    return {sees: share for sees, (share, _) in held.items()}
