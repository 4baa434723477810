"""Which codes of which sources a definition rests on, as one digest with its meaning.

The nodes say ``substance_use``; what that is, source files say. A result is told apart by both: a code added to a
mapping changes the digest of every definition that asks for what it maps to, and of no other.
"""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from cohorts.catalogue import kinds_used
from cohorts.evidence import NEED_PREFIX
from cohorts.query import Definition
from governance.settings import Coded, EventMapping, NeedMapping, Source


def content_sha256(definition: Definition, sources: Sequence[Source]) -> str:
    """SHA-256 over a definition's nodes and parameters and every mapping to a kind or need that it looks at."""
    rows = sorted(codelist(definition, sources), key=lambda row: json.dumps(row, sort_keys=True))
    whole = json.dumps({"definition": definition.sha256, "codelists": rows}, sort_keys=True, separators=(",", ":"))
    return sha256(whole.encode()).hexdigest()


def codelist(definition: Definition, sources: Sequence[Source]) -> list[dict[str, Any]]:
    """A row for each mapping of a source to what the definition looks at, with the codes that map to it alone."""
    used = set(kinds_used(definition.query))
    return [
        {"source": source.id, "file": file.id, **row}
        for source in sources
        for file in source.files
        for row in [
            *(row for event in file.events for row in _rows(event, used)),
            *(row for need in file.needs for row in _rows(need, used)),
        ]
    ]


def _rows(mapping: EventMapping | NeedMapping, used: set[str]) -> Iterator[dict[str, Any]]:
    is_need = isinstance(mapping, NeedMapping)
    named: str | Coded = mapping.need if isinstance(mapping, NeedMapping) else mapping.kind
    prefix = NEED_PREFIX if is_need else ""
    told = mapping.model_dump(mode="json", exclude={"need", "kind"})
    if isinstance(named, str):
        if prefix + named in used:
            yield {"is": prefix + named, **told}
        return
    codes = {code: prefix + value for code, value in named.values.items() if prefix + value in used}
    if codes:
        yield {"column": named.column, "codes": codes, **told}
