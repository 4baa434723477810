"""The finder's proposals on their way into the report: as words, and as counts that pass what every count passes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.run import Run
from governance.contracts import COHORT_COUNT
from governance.disclosure import SafeMeasures
from governance.errors import PolicyRefusal
from governance.ledger import Event
from governance.package import no_package, open_package, package_digest
from governance.store import current, read_manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Proposals that may stand in a report, best first, and their exact counts."""

    questions: tuple[Mapping[str, Any], ...] = ()
    """In words: ``id``, ``title``, ``questions``, ``months_before``."""
    counts: pa.Table = field(default_factory=COHORT_COUNT.schema.empty_table)
    """Contract ``cohort_count``."""
    package: str = ""
    """Digest of the manifest they come from; empty where none is wanted, or none was made."""

    def of(self, kept: Sequence[str]) -> pa.Table:
        """Counts of some proposals, by id."""
        return self.counts.filter(pc.is_in(self.counts["cohort"], pa.array(kept, pa.string())))


def proposals_to_ask(run: Run, definitions: Sequence[Mapping[str, Any]]) -> Asked:
    """What `joinedup find` found of this very month, if the project wants it in the report.

    Args:
        run: The report's.
        definitions: Those that are counted: a proposal that became one is no question any more.

    Raises:
        PolicyRefusal: It was found of other records, or under another config.
    """
    folder, most = run.zone("analysis", run.period, "finder"), run.bundle.project.report.questions
    if not most or no_package(folder):
        return Asked()
    own = {"config_sha256": run.bundle.digest, "person_index": run.published(Event.PERSON_INDEX_PUBLISHED)}
    manifest = read_manifest(current(folder))
    if any(manifest.get(name) != value for name, value in own.items()):
        raise _old(run.period)
    tables, facts = open_package(
        folder,
        ("cohort_count",),
        run.ring.zone_private("analysis", run.today),
        {"kind": "proposals", "period": run.period, **own},
        recorded=run.published(Event.PROPOSALS_WRITTEN),
    )
    known = {each["id"] for each in definitions}
    questions = tuple(one for one in facts["proposals"][:most] if one["id"] not in known)
    found = Asked(questions=questions, counts=tables["cohort_count"], package=package_digest(folder))
    return replace(found, counts=found.of([one["id"] for one in questions]))


def release_with_questions(
    asked: Asked, released_with: Callable[[pa.Table], SafeMeasures]
) -> tuple[SafeMeasures, Asked]:
    """Release a report with those proposals whose size may be shown.

    A hidden size would say that there are such people, and few: the proposal is left out whole. What is hidden depends
    on what stands beside it, so the rest is released anew until every size is shown.

    Args:
        asked: All that may be asked.
        released_with: Releases the report with these further counts.

    Returns:
        The release, and the proposals that are in it.
    """
    kept = [one["id"] for one in asked.questions]
    while True:
        counts = asked.of(kept)
        released = released_with(counts)
        shown = [one for one in kept if released.frame.cell(one, "met").people]
        if shown == kept:
            questions = tuple(one for one in asked.questions if one["id"] in kept)
            return released, replace(asked, questions=questions, counts=counts)
        kept = shown


def _old(period: str) -> PolicyRefusal:
    return PolicyRefusal(
        f"The finder's proposals for {period} are of other records, or of another config, than the report.",
        why="Their sizes would stand beside numbers of other people, and differences between the two tell of a few.",
        fix=f"Run `joinedup find DIR --period {period}` again, or set report.questions to 0.",
        code="E-FIND-OLD",
    )
