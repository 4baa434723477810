"""Measure what a project's codes would expose, on made-up people, and keep the receipt."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cohorts.singling_out import measure_alone
from flows import progress
from flows.demo.generate import PERIODS
from flows.reference_people import reference_payload, reference_sources
from governance.code_version import code_version
from governance.english import rounded
from governance.exposure import FILE, FORMAT, SEES, exposure_digest, held_against, seen_by
from governance.home_rungs import home_rungs, tells_homes
from governance.intake.period import as_of_date
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
    return receipt | {"over": over, "recorded": record, "homes_are_told": bundle.project.households}


def make_receipt(bundle: Bundle, *, people: int, names: Path | None) -> dict[str, Any]:
    """Both scenarios as one receipt: the register alone, and with a second source that may hold a person twice."""
    linkage = bundle.project.linkage
    progress.expect(len(_PARTS))
    with _part(_PARTS[0]):
        sources = reference_sources(people, names=names, seed=SEED)
    with _part(_PARTS[1]):
        alone = measure(sources[:1], linkage, seed=SEED)
    with _part(_PARTS[2]):
        both = measure(sources, linkage, seed=SEED)
    with _part(_PARTS[3]):
        zone = _zone_shares(bundle, people)
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
        "analysis_zone": zone,
    }


_PARTS = ("making people", "the register alone", "with a second source", "in the analysis zone")


@contextmanager
def _part(name: str) -> Iterator[None]:
    progress.started(name)
    yield
    progress.finished(name)


def _zone_shares(bundle: Bundle, people: int) -> dict[str, dict[str, float]]:
    """Who could be singled out in the analysis zone, with and without the home token; days are not made up."""
    project = bundle.project
    payload = reference_payload(people, seed=SEED)
    found = measure_alone(payload, bundle.source(project.spine), project, as_of_date(PERIODS[-1]))
    return {rung: shares for rung, shares in found.items() if not rung.startswith("three_")}


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
    lines += ["", *zone_lines(found["analysis_zone"], homes=found["homes_are_told"])]
    lines += [f"ABOVE THE CEILING of {ceiling:.2%}: {_all_down_to(sees)}." for sees, ceiling in found["over"].items()]
    return lines + ([f"Kept as {FILE}."] if found["recorded"] else [])


def zone_lines(shares: dict[str, dict[str, float]], *, homes: bool) -> list[str]:
    """What is known of a person in the analysis zone, and who fits it alone: without and with the home token."""
    lines = ["In the analysis zone, for somebody who may look into it. " + _told(shares, homes=homes)]
    for rung in home_rungs(shares):
        token = "   with the home token: " if rung.with_token else "without the home token: "
        alone = f"{rounded(rung.unique, 1):>6} are one of a kind, {rounded(rung.under_5, 1):>6} in groups under five"
        lines.append(f"  {alone}, {token}{rung.words}.")
    return lines


def _told(shares: dict[str, dict[str, float]], *, homes: bool) -> str:
    """Whether the project tells homes, as far as these lines show it."""
    if homes:
        return "The project sends a token that says who shares a home (`households`)."
    told = "this is what one would add" if tells_homes(shares) else "none was measured"
    return f"The project sends no token that says who shares a home (`households`): {told}."


def _all_down_to(sees: str) -> str:
    """What an intruder uses up to one line, named by it."""
    return f"all down to {SEES[sees].removeprefix('and ')}" if SEES[sees].startswith("and ") else SEES[sees]


def _sentence(cell: dict[str, Any], over: dict[str, float], scenario: str) -> str:
    seeds = f", with {cell['seeds']:.0%} of people known already" if cell["seeds"] else ""
    mark = "  ABOVE" if scenario == "register" and not cell["seeds"] and cell["sees"] in over else ""
    return (
        f"  {rounded(cell['unique'], 3):>7} of people can be told from all others {seen_by(cell['sees'])}{seeds}.{mark}"
    )
