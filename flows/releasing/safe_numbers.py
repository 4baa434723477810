"""The safe numbers of one period, worked out afresh from exact counts, and the attack on them.

Staging and publishing both start here: what is published is compared with what the numbers say at that moment.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pyarrow as pa

from cohorts.board import read_boards
from cohorts.board.facts import board_facts
from cohorts.report.board_facts import BoardFacts
from cohorts.report.facts import EarlierReport, SinceFacts, SuppressedFacts
from flows.cohort_package import open_cohorts
from flows.releasing.board_ids import hold_to_their_areas
from flows.releasing.earlier_reports import earlier_reports
from flows.releasing.since_words import last_report, since_last_report
from flows.releasing.suppressed_words import suppressed_facts
from flows.releasing.withstanding_noise import TABLES, attack_on, withstanding_noise
from flows.releasing.worth_asking import proposals_to_ask
from flows.run import Run
from flows.since import TABLE as CHANGE
from flows.voices import Told, voices_of
from governance.code_version import code_version
from governance.disclosure import SafeMeasures
from governance.disclosure.gate import GateResult, check_apart, read_releases, refuse_leaks
from governance.ledger import Event
from governance.package import check_recorded, package_digest
from governance.release_notices import read_notices
from governance.store import current, read_manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What may be released of one period, and what it is made of."""

    released: SafeMeasures
    exact: pa.Table
    """Contract ``area_count``: every count of people behind ``released``. Never leaves the analysis zone."""
    cohorts: dict[str, Any]
    """The manifest of the cohorts' package, and the finder's ``questions`` that may be told."""
    index: dict[str, Any]
    """The manifest of the person index."""
    notices: tuple[str, ...]
    """What became of reports of this period and earlier ones, one sentence each."""
    since: SinceFacts | None
    """The last report's numbers, and why today's differ; None where there is no report to compare with."""
    told: Told
    """What people told us, as far as it may be printed today."""
    earlier: tuple[EarlierReport, ...]
    """What was published of earlier periods, oldest first."""
    board: BoardFacts
    """What the board decided, and how it weighs groups."""
    boards: Mapping[str, BoardFacts]
    """The same of each board of an area."""
    made_of: dict[str, str]
    """Digests of everything that decides what is released, by name: the same digests, the same bytes."""
    suppressed: tuple[SuppressedFacts, ...]
    """Breakdowns that would have told of small counts."""


def safe_numbers(run: Run) -> Numbers:
    """Open the period's counts and put them through disclosure control; what would tell of a few is suppressed.

    Raises:
        BadInput: An earlier step has not finished.
        PolicyRefusal: What it made is not what the ledger says, a board has other districts than it had, or there is no
            end to what would have to be suppressed.
    """
    project = run.bundle.project
    hold_to_their_areas(run.zone("public"), project.report.boards)
    tables, cohorts = open_cohorts(run, (*TABLES, CHANGE))
    made = withstanding_noise(run, tables, proposals_to_ask(run, cohorts["definitions"]))
    last = last_report(run)
    earlier, made_of_earlier = earlier_reports(run)
    index = run.zone("analysis", run.period, "index")
    check_recorded(index, run.published(Event.PERSON_INDEX_PUBLISHED))
    notices = tuple(
        one.sentence_in(run.period) for one in read_notices(run.bundle, run.ring.infos()) if one.period <= run.period
    )
    told, counted = voices_of(run), [each["id"] for each in cohorts["definitions"]]
    decided = read_boards(run.root, counted, [each.id for each in project.report.boards])
    return Numbers(
        told=told,
        board=board_facts(decided.whole),
        boards={area: board_facts(each) for area, each in decided.areas.items()},
        notices=notices,
        earlier=earlier,
        since=since_last_report(run, tables[CHANGE], cohorts) if last else None,
        released=made.released,
        exact=made.exact,
        cohorts={**cohorts, "questions": made.asked.questions},
        index=read_manifest(current(index)),
        made_of={
            "cohorts": package_digest(run.zone("analysis", run.period, "cohorts")),
            **({"proposals": made.asked.package} if made.asked.package else {}),
            "person_index": package_digest(index),
            "config": run.bundle.digest,
            **last,
            **made_of_earlier,
            "notices": sha256(json.dumps(notices).encode()).hexdigest(),
            "voices": told.digest,
            "board": decided.sha256,
            "waivers": sha256(json.dumps(run.waivers).encode()).hexdigest(),
            "code": code_version(),
        },
        suppressed=tuple(suppressed_facts(one, cohorts) for one in sorted(made.suppressed)),
    )


def attacked(run: Run, numbers: Numbers) -> GateResult:
    """The gate: nothing is published that gives a small count away, alone or with what was published before.

    Raises:
        PolicyRefusal: The attack succeeds, or does not end in time.
    """
    attack = attack_on(run, numbers.released, numbers.exact, read_releases(run.zone("public")))
    result = check_apart(attack.new, attack.earlier, attack.truth, run.bundle.policy, known=attack.known)
    refuse_leaks(result)
    return result
