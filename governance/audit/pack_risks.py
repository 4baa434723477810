"""Risks, what is done about each, and what shows in this very project that it is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.audit.blocks import Cell, Row, Section, Table, Text
from governance.audit.evidence import Evidence


@dataclass(frozen=True, slots=True)
class _Risk:
    """A way in which people could come to harm."""

    what: str
    measure: str
    rules: Sequence[str]
    """Policy rules whose results show whether the measure holds here."""
    left: str
    """What is left of it, in plain words."""


_RISKS: Sequence[_Risk] = (
    _Risk(
        "Somebody who sees the linkage zone works out who people are from the codes",
        "Every block has codes of its own, under keys that are never in that zone; crowds are not sent",
        ("CRY-01", "EXP-01"),
        "With a key every record can be identified; see what has to be trusted",
    ),
    _Risk(
        "Somebody who sees the analysis zone finds a person they know by age, area and dates",
        "No identifier or code is there; nobody but its analysts opens it; no output lists people",
        ("ID-02", "ID-05", "EXP-02"),
        "Exact days make nearly everybody one of a kind: it stays personal data",
    ),
    _Risk(
        "A small count in a report tells who somebody is",
        "Counts are withheld, rounded and perturbed, and a release is attacked before it is published",
        ("OUT-02",),
        "A bound on what may be learnt, not its absence",
    ),
    _Risk(
        "Somebody who opted out is included",
        "Opt-outs are applied inside the source, before anything is encoded",
        ("NDOO-01", "NDOO-02", "NDOO-03", "NDOO-05"),
        "Records without an NHS number cannot be checked",
    ),
    _Risk(
        "More is received or used than was agreed",
        "Every column is classed and listed in the agreement; a column that is not stops the run",
        ("ID-01", "AGR-02", "PURP-01"),
        "What a column really holds is for its source to say",
    ),
    _Risk(
        "Two people are taken for one, or one for two, and a group is missed more than others",
        "Linkage is measured every month, also by ethnic group and deprivation; nothing is decided about a person",
        (),
        "See the linkage report and who is missed",
    ),
    _Risk(
        "A key is lost, leaks, or is in one person's hands",
        "The root is split between custodians, keys end, and what a lost key exposes can be listed",
        ("CRY-03", "CRY-04", "CRY-05"),
        "Whoever administers a machine can read what is decrypted on it",
    ),
    _Risk(
        "A config is changed without anybody looking",
        "Only the exact bytes that were signed run; what is riskiest needs two people; the diff is in plain English",
        ("LOG-01",),
        "A signature proves who signed, not that it was read",
    ),
    _Risk(
        "Data are kept longer than promised",
        "Every dataset has a day; certificates prove destruction",
        ("RET-01",),
        "Backups and copies elsewhere are for people to find",
    ),
    _Risk(
        "Files are stolen from a disk",
        "Every table at rest is sealed to one zone's key; disks are encrypted; files are for their owner only",
        ("STO-01", "STO-02"),
        "Extracts and look-ups lie as their sources delivered them",
    ),
)

_WORST = {"block": Cell("Stops the run", "bad"), "warn": Cell("Warns", "warn"), "not_yet": Cell("Not yet", "wait")}


def risks_section(evidence: Evidence) -> Section:
    """Each risk with its measures and the results of the rules that watch over them."""
    table = Table(
        caption="Risks to people, what is done, and what shows it",
        head=("Risk", "What is done", "Rules", "They say", "What is left"),
        rows=[_row(risk, evidence) for risk in _RISKS],
        wide=True,
    )
    text = (
        "Likelihood and severity are not scored here: that is a judgement for the people who know the services. The"
        " rules are explained by `joinedup explain RULE`."
    )
    return Section(id="risks", title="Risks and measures", blocks=(Text(text), table))


def _row(risk: _Risk, evidence: Evidence) -> Row:
    results = {one.result for one in evidence.findings if one.rule in risk.rules}
    worst = next((cell for result, cell in _WORST.items() if result in results), Cell("Pass", "good"))
    said = worst if results else Cell("No rule: see the report", "wait")
    return (risk.what, risk.measure, ", ".join(risk.rules) or "-", said, risk.left)
