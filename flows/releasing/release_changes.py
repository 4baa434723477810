"""What a draft changes against what was published last, for whoever checks it. Reads released numbers; opens no key."""

from pathlib import Path

from flows.releasing.checks_of_releases import nothing_staged
from flows.run import resolve_period
from governance.errors import BadInput
from governance.package import no_package, package_digest
from governance.policy.released import read_released
from governance.release_diff import ReleaseDiff, diff_releases
from governance.release_extremes import Extremes, extremes

LAST = "last"
"""In place of a period: the newest one that was published, but for the draft itself."""


def release_changes(root: Path, period: str, against: str) -> ReleaseDiff:
    """Compare a period's draft with a release.

    Args:
        root: The project folder.
        period: ``YYYY-MM`` or ``latest``.
        against: ``last`` or ``YYYY-MM``.

    Raises:
        BadInput: Nothing is staged, or nothing was published to compare it with.
    """
    month, zones = resolve_period(root, period), root / "zones"
    draft = read_released(zones / "draft" / month)
    if draft is None:
        raise nothing_staged(month)
    other = _last(zones, month) if against.lower() == LAST else resolve_period(root, against)
    published = read_released(zones / "public" / other) if other else None
    if published is None:
        raise _nothing_published(other)
    return diff_releases(published, draft)


def to_look_at(root: Path, period: str) -> Extremes:
    """Numbers of a period's draft that speak of nobody or of everybody.

    Raises:
        BadInput: Nothing is staged.
    """
    month = resolve_period(root, period)
    draft = read_released(root / "zones" / "draft" / month)
    if draft is None:
        raise nothing_staged(month)
    return extremes(draft)


def _last(zones: Path, month: str) -> str:
    """The newest period up to this one that readers have; this one itself only if it was published otherwise."""
    found = [path.name for path in sorted((zones / "public").glob("*")) if not no_package(path) and path.name <= month]
    if (
        found
        and found[-1] == month
        and package_digest(zones / "public" / month) == package_digest(zones / "draft" / month)
    ):
        found.pop()
    return found[-1] if found else ""


def _nothing_published(period: str) -> BadInput:
    return BadInput(
        f"Nothing was published{f' for {period}' if period else ' before'}.",
        why="A draft is compared with numbers that readers have.",
        fix="Name a month that was published, such as --diff 2026-09; for a first release there is none.",
        code="E-RELEASE-FIRST",
    )
