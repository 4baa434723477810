"""The record of a release: what was let out, by which criteria, made of what, and who looked. Nothing in it is a count.

It lies beside the published files as ``release_record.json``; the ledger names its digest. Its JSON Schema is exported
with those of the config files.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from governance.area_folders import each_named
from governance.policy.released import COUNTS, RECORD, rows_of
from governance.settings.base import Strict, Text

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Period = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Count = Annotated[int, Field(ge=0)]


class TableDigest(Strict):
    """One published table: a breakdown of one cohort."""

    cohort: Text
    version: Text
    dimension: Text
    area: Text = "all"
    """Of one board's area; `all` is the whole."""
    rows: Count
    sha256: Digest
    """Of its rows of `safe_counts.csv`, as JSON arrays in the order of the file."""


class DefinitionDigest(Strict):
    """One cohort definition."""

    id: Text
    version: Text
    title: Text
    sha256: Digest
    """Of its file."""
    content_sha256: Digest
    """Of its file and of everything it looks up."""


class SourceDates(Strict):
    """One organisation's feed."""

    id: Text
    title: Text
    covers_from: str
    """First day it can speak for; empty if it does not say."""
    received_at: str
    """When what was used of it came to the analysis zone; empty if the ledger does not say."""
    extract: str = ""
    """The month of the extract that was used, `YYYY-MM`; empty if none came, or in a record of before this was told."""
    arrived: Literal["delivered", "carried_forward", "absent", "not_told"] = "not_told"
    """Whether that is the period's own, an earlier one that was carried forward, or none."""


class KeyUsed(Strict):
    """A key by its public facts."""

    id: Text
    fingerprint: Text


class Checker(Strict):
    """Somebody who looked at the draft before it was published."""

    name: Text
    key: Text
    """Fingerprint of the key that signed."""


class Attack(Strict):
    """What the release gate tried before publication; it found no way, or nothing would be published."""

    attacked: Count
    """Hidden cells."""
    releases: Count
    """This one and those before it."""
    scenarios: Count
    """Stories of who joined, moved or left between two releases."""


class ReleaseRecord(Strict):
    """One release."""

    schema_version: Literal["1"] = "1"
    project: Text
    organisation: Text
    period: Period
    as_of: Text
    """First day that is not in the data."""
    edition: Text
    """Of the area look-up."""
    manifest_sha256: Digest
    """Names the release: what checkers signed and the ledger has."""
    supersedes: str
    """The release of the same period that readers were led to before; empty if this is the first."""
    checkpoint: Digest
    """Root of the ledger when the draft was made."""
    files: dict[str, Digest]
    tables: list[TableDigest]
    profile: Text
    rule: dict[str, Any]
    """The rule that counts obey, with its parameters."""
    policy: dict[str, Any]
    """Every threshold of the policy file."""
    definitions: list[DefinitionDigest]
    sources: list[SourceDates]
    keys: list[KeyUsed]
    made_of: dict[str, str]
    """Digests of everything that decided what the draft says."""
    config_sha256: Digest
    approval_sha256: str
    """The approval of the config; empty in a demonstration that nobody signed."""
    gate: Attack
    checkers: list[Checker]


def table_digests(files: Mapping[str, bytes]) -> list[TableDigest]:
    """Every table of each released ``safe_counts.csv``, those of the whole first."""
    return [table for area, counts in each_named(files, COUNTS).items() for table in _tables_of(area, counts)]


def _tables_of(area: str, counts: bytes) -> Iterator[TableDigest]:
    tables: dict[tuple[str, str, str], list[list[str]]] = {}
    for row in rows_of(counts):
        tables.setdefault((row["cohort"], row["version"], row["dimension"]), []).append(list(row.values()))
    for (cohort, version, dimension), rows in sorted(tables.items()):
        yield TableDigest(
            cohort=cohort, version=version, dimension=dimension, area=area, rows=len(rows), sha256=_digest(rows)
        )


def record_bytes(record: ReleaseRecord) -> bytes:
    """As it is written; the same record gives the same bytes."""
    return (json.dumps(record.model_dump(), indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def read_record(folder: Path) -> ReleaseRecord | None:
    """The record beside published files; None where a release was made before records were."""
    path = folder / RECORD
    return ReleaseRecord.model_validate_json(path.read_bytes()) if path.exists() else None


def definition_digests(definitions: list[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What a manifest keeps of each definition, in order of their ids."""
    names = tuple(DefinitionDigest.model_fields)
    return sorted(({name: str(each[name]) for name in names} for each in definitions), key=lambda each: each["id"])


def _digest(rows: list[list[str]]) -> str:
    return sha256(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
