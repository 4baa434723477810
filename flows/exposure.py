"""Measure what a project's codes would expose, on made-up people, and keep the receipt."""

import json
from pathlib import Path
from typing import Any

from flows.reference_people import reference_sources
from governance.code_version import code_version
from governance.exposure import FILE, FORMAT, SEES, exposure_digest, held_against
from governance.settings import Bundle, load_bundle
from governance.store import write_file
from linkage.exposure.measure import Exposure, measure

SEED = 1


def measure_project(root: Path, *, people: int, names: Path | None, record: bool) -> dict[str, Any]:
    """Measure a project's linkage settings.

    Args:
        root: The project folder; no key and no extract is read.
        people: Made-up people in the register.
        names: A list of name frequencies, as for ``bands build``.
        record: Keep the receipt in the project folder.

    Returns:
        The receipt, with ``over``: the cells above their ceiling.
    """
    bundle = load_bundle(root)
    receipt = make_receipt(bundle, people=people, names=names)
    if record:
        write_file(root / FILE, json.dumps(receipt, indent=1, sort_keys=True).encode() + b"\n")
    held = held_against(bundle.project.linkage, bundle.policy, receipt)
    over = {sees: ceiling for sees, (share, ceiling) in held.items() if share > ceiling}
    return receipt | {"over": over, "recorded": record}


def make_receipt(bundle: Bundle, *, people: int, names: Path | None) -> dict[str, Any]:
    """Both scenarios as one receipt: the register alone, and with a second source that may hold a person twice."""
    linkage = bundle.project.linkage
    sources = reference_sources(people, names=names, seed=SEED)
    alone, both = measure(sources[:1], linkage, seed=SEED), measure(sources, linkage, seed=SEED)
    return {
        "format": FORMAT,
        "linkage_sha256": exposure_digest(linkage),
        "people": people,
        "people_with_second_source": people,
        "names": "a measured list" if names else "the synthetic ICS",
        "seed": SEED,
        "code_version": code_version(),
        "register": _cells(alone),
        "with_second_source": _cells(both),
        "chains": both.chains,
    }


def _cells(found: Exposure) -> list[dict[str, Any]]:
    return [{"sees": cell.sees, "seeds": cell.seeds, "unique": round(cell.unique, 6)} for cell in found.cells]


def exposure_lines(found: dict[str, Any]) -> list[str]:
    """The table in sentences."""
    lines = [
        f"Measured on {found['people']:,} made-up people with names of {found['names']}. An intruder sees every block",
        "and holds an exact list of everybody, but no key. Each line uses all that the lines above it use.",
    ]
    for key, title in (("register", "One register:"), ("with_second_source", "With a second large source:")):
        lines += ["", title, *(_sentence(cell, found["over"], key) for cell in found[key])]
    longest = max(found["chains"].items(), key=lambda chain: chain[1], default=("none", 0))
    lines += ["", f"At most {longest[1]} records are tied to one another by equal codes ({longest[0]})."]
    lines += [f"ABOVE THE CEILING of {ceiling:.2%}: {SEES[sees]}." for sees, ceiling in found["over"].items()]
    return lines + ([f"Kept as {FILE}."] if found["recorded"] else [])


def _sentence(cell: dict[str, Any], over: dict[str, float], scenario: str) -> str:
    seeds = f", with {cell['seeds']:.0%} of people known already" if cell["seeds"] else ""
    mark = "  ABOVE" if scenario == "register" and not cell["seeds"] and cell["sees"] in over else ""
    return f"  {cell['unique']:7.3%} of people can be told from all others by {SEES[cell['sees']]}{seeds}.{mark}"
