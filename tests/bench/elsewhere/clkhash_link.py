"""Runs in an environment of its own, which has clkhash and anonlink and nothing of joinedup.

python clkhash_link.py FOLDER reads ``job.json`` and ``rows.csv`` (and ``pairs.npy``, the pairs that may be compared)
and writes ``found.npy``, ``groups_<threshold>.npy`` and ``measured.json``.
"""

import io
import json
import sys
import time
from array import array
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from anonlink.similarities import dice_coefficient
from anonlink.solving import probabilistic_greedy_solve
from clkhash.clk import generate_clk_from_csv
from clkhash.schema import from_json_dict

LENGTH = 1024
CHUNK = 4000
BITS = 600
"""Set by a full record: in a denser filter strangers are alike."""
LOWEST = 0.7
"""Where every pair is compared, candidates are pairs at least so similar; lower ones are too many to hold."""

FIELDS: dict[str, tuple[int, bool, int]] = {
    "forename": (2, False, 200),
    "surname": (2, False, 200),
    "date_of_birth": (1, True, 200),
    "sex": (1, False, 50),
    "postcode": (1, True, 150),
    "nhs_number": (1, True, 250),
    "phone": (1, True, 150),
    "email": (2, False, 150),
    "uprn": (1, True, 150),
    "birth_place": (2, False, 150),
    "occupation": (2, False, 100),
}
"""Length of n-grams, whether their place counts, share of the bits: bigrams for words, places for digits, the same
number of bits however long a value is, as clkhash's tutorials advise."""


def main() -> None:
    """Encode, compare every pair that may be, and group."""
    folder = Path(sys.argv[1])
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    started = time.perf_counter()
    rows = (folder / "rows.csv").read_text(encoding="utf-8")
    clks = generate_clk_from_csv(io.StringIO(rows), job["secret"], _schema(job["fields"]), progress_bar=False)
    encoded = time.perf_counter()
    source, single = np.array(job["source"]), np.array(job["single"])
    left, right, alike = _candidates(clks, source, single, folder / "pairs.npy")
    compared = time.perf_counter()
    np.save(folder / "found.npy", np.column_stack([left, right, alike]))
    for threshold in job["thresholds"]:
        groups = _groups((left, right, alike), source, bool(single.all()), threshold)
        np.save(folder / f"groups_{threshold}.npy", groups)
    measured = {"encode": encoded - started, "link": compared - encoded, "peak_mib": _peak_mib()}
    measured["versions"] = {name: version(name) for name in ("clkhash", "anonlink")}
    (folder / "measured.json").write_text(json.dumps(measured), encoding="utf-8")


def _schema(fields: list[str]) -> Any:
    derivation = {"type": "HKDF", "hash": "SHA256", "salt": "", "info": "am9pbmVkdXA=", "keySize": 64}
    share = BITS / sum(FIELDS[field][2] for field in fields)
    features = [
        {"identifier": field, **_feature(*FIELDS[field][:2], round(FIELDS[field][2] * share))} for field in fields
    ]
    return from_json_dict({"version": 3, "clkConfig": {"l": LENGTH, "kdf": derivation}, "features": features})


def _feature(n: int, positional: bool, bits: int) -> dict[str, Any]:
    hashing = {
        "comparison": {"type": "ngram", "n": n, "positional": positional},
        "strategy": {"bitsPerFeature": bits},
        "hash": {"type": "blakeHash"},
    }
    return {"format": {"type": "string", "encoding": "utf-8"}, "hashing": hashing}


def _candidates(clks: list[Any], source: Any, single: Any, blocked: Path) -> tuple[Any, Any, Any]:
    """Pairs, best first; none inside a source of one record a person."""
    parts = [_blocked(clks, np.load(blocked))] if blocked.exists() else list(_every(clks))
    left, right, alike = (np.concatenate([part[n] for part in parts]) for n in range(3))
    kept = (left < right) & ~((source[left] == source[right]) & single[source[left]])
    left, right, alike = left[kept], right[kept], alike[kept]
    order = np.lexsort((right, left, -alike))
    return left[order], right[order], alike[order]


def _every(clks: list[Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Every pair at :data:`LOWEST` or above, by anonlink."""
    for start in range(0, len(clks), CHUNK):
        found, (at, other) = dice_coefficient((clks[start : start + CHUNK], clks[start:]), LOWEST)
        left, right = np.array(at, np.int64) + start, np.array(other, np.int64) + start
        upper = left < right
        yield left[upper], right[upper], np.array(found)[upper]


def _blocked(clks: list[Any], pairs: Any) -> tuple[Any, Any, Any]:
    """The same coefficient for listed pairs."""
    bits = np.frombuffer(b"".join(clk.tobytes() for clk in clks), np.uint64).reshape(len(clks), -1)
    weight = np.bitwise_count(bits).sum(1, dtype=np.int64)
    left, right = pairs[:, 0], pairs[:, 1]
    both = np.concatenate(
        [_common(bits, left[at : at + CHUNK], right[at : at + CHUNK]) for at in range(0, len(left), CHUNK)]
    )
    return left, right, 2 * both / np.maximum(weight[left] + weight[right], 1)


def _common(bits: Any, left: Any, right: Any) -> Any:
    return np.bitwise_count(bits[left] & bits[right]).sum(1, dtype=np.int64)


def _groups(candidates: tuple[Any, Any, Any], source: Any, deduplicated: bool, threshold: float) -> Any:
    """The group of each record, by anonlink's own solver."""
    left, right, alike = (column[candidates[2] >= threshold] for column in candidates)
    dataset = [array("I", source[side].tolist()) for side in (left, right)]
    record = [array("I", side.tolist()) for side in (left, right)]
    solved = probabilistic_greedy_solve((array("d", alike.tolist()), dataset, record), deduplicated=deduplicated)
    group = np.arange(len(source))
    for members in solved:
        rows = [row for _, row in members]
        group[rows] = min(rows)
    return group


def _peak_mib() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]) / 1024


if __name__ == "__main__":
    main()
