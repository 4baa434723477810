"""RET-01: how long what is kept."""

from collections.abc import Iterator
from datetime import date
from typing import get_args

from governance.intake.period import as_of_date
from governance.ledger import Event
from governance.placeholder import is_placeholder
from governance.policy.rule import Problem, RunFacts, place, rule
from governance.policy.wording import plus_months
from governance.settings import Bundle
from governance.settings.accountability import Dataset, Retention

_ZONE_OF: dict[str, Dataset] = {"linkage": "linkage_zone", "analysis": "analysis_zone"}


@rule(
    id="RET-01",
    level="block",
    title="A day by which everything is deleted, and proof of it",
    checks="`governance.retention` gives months for every dataset and every kind of key and says who keeps the proof;"
    " nothing that is here is past its day; records leave the linkage and analysis zones no later than promised; and a"
    " period that is gone from a zone was recorded as destroyed.",
    why="Data kept because nobody deleted it is the commonest breach of all, and a deletion nobody can prove did not"
    " happen.",
    source="SATRE 3.1.09 and 3.1.10; UK GDPR Article 5(1)(e)",
    good="retention: {datasets: {extracts: 3, …}, keys: {root: 12, …}, proof_kept_by: Records manager}",
    bad="datasets: {extracts: 3}   # and extracts/2024-01 is still there",
    fix="Fill in governance.retention; destroy what is past its day (`joinedup retain DIR`) wherever a copy lies, and"
    " file the certificates.",
    passed="Everything has a day by which it is deleted, and nothing is past it.",
)
def kept_no_longer(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Retention is complete, nothing is overdue, nothing vanished unrecorded."""
    kept, where = bundle.project.governance.retention, place(bundle, "project.yaml", "governance", "retention")
    if kept is None or is_placeholder(kept.proof_kept_by):
        yield Problem(
            where=where, says="It is not written down how long what is kept, and who keeps proof of deletion."
        )
        return
    wanted = [*(one for one in get_args(Dataset) if one not in kept.datasets)]
    wanted += [f"{one} keys" for one in sorted({info.kind for info in facts.keys or ()} - kept.keys.keys())]
    if wanted:
        yield Problem(where=where, says=f"No retention is given for {', '.join(wanted)}.")
    longest = bundle.project.retention_months
    for zone in _ZONE_OF.values():
        if (months := kept.datasets.get(zone)) is not None and months < longest:
            says = f"{zone} is to be kept {months} months, but retention_months keeps it {longest}."
            yield Problem(where=place(bundle, "project.yaml", "retention_months"), says=says)
    yield from _overdue(kept, facts)
    yield from _vanished(facts)


def _overdue(kept: Retention, facts: RunFacts) -> Iterator[Problem]:
    for held in facts.held:
        months = kept.datasets.get(held.dataset)
        if months is None:
            continue
        due = plus_months(as_of_date(held.period), months)
        if due < facts.as_of:
            yield Problem(where=held.where, says=f"{held.where} was to be deleted by {due}.")
    for info in facts.keys or ():
        if info.state == "destroyed" or info.kind not in kept.keys:
            continue
        due = plus_months(date.fromisoformat(info.not_after), kept.keys[info.kind])
        if due < facts.as_of:
            yield Problem(where=f"key {info.id}", says=f"Key `{info.id}` was to be destroyed by {due}.")


def _vanished(facts: RunFacts) -> Iterator[Problem]:
    """Periods that the ledger saw published in a zone and that are gone without an event that says so.

    Only where the zone is here at all: another machine's folders are not looked at.
    """
    here = {(held.dataset, held.period) for held in facts.held}
    for zone, event in (("linkage", Event.LINKED), ("analysis", Event.COHORTS_PUBLISHED)):
        if not any(dataset == _ZONE_OF[zone] for dataset, _ in here):
            continue
        made = {str(entry.facts["period"]): entry.seq for entry in facts.ledger if entry.event is event}
        gone = [
            entry.seq
            for entry in facts.ledger
            if entry.event is Event.OLDER_RECORDS_DESTROYED and entry.facts.get("zone") == zone
        ]
        certified = {
            str(entry.facts["period"])
            for entry in facts.ledger
            if entry.event is Event.DATA_DESTROYED and entry.facts["dataset"] == _ZONE_OF[zone]
        }
        for period, seq in sorted(made.items()):
            if (_ZONE_OF[zone], period) not in here and period not in certified and not any(s > seq for s in gone):
                says = (
                    f"Period {period} is gone from the {zone} zone, and the ledger does not say that it was destroyed."
                )
                yield Problem(where=f"zones/{zone}/{period}", says=says, result="warn")


RULES = (kept_no_longer,)
