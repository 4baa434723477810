"""What earlier runs left for this one: ids to keep, a model to weigh with, pairs that need not be compared again."""

from dataclasses import dataclass
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any

import pyarrow as pa

from flows.run import Run
from governance.code_version import code_version
from governance.errors import BadInput, PolicyRefusal
from governance.ledger import Event
from governance.package import open_package, package_digest
from governance.settings import Linkage
from governance.store import current, read_manifest
from linkage.arrivals import Arrivals, from_facts
from linkage.artefact import Artefact, made_for
from linkage.incremental import Before
from linkage.person_index import Previous

MODEL_FILE = "model.json"
PAIR_TABLES = ("scored_pair", "agreement_pattern", "record_state", "large_block")


@dataclass(frozen=True, slots=True)
class Carried:
    """Pairs of the last run, or why everything is compared."""

    before: Before | None
    why_full: str = ""


def evidence_digest(linkage: Linkage) -> str:
    """Names what decides how two records agree: rules, fields, bands, keys and this very code."""
    parts = {**made_for(linkage), "epoch": linkage.epoch, "code": code_version()}
    return sha256(dumps(parts, sort_keys=True).encode()).hexdigest()


def previous_people(run: Run, kid: str) -> Previous | None:
    """Ids as they were before this period; None if there are none, or they were made under another person key.

    After a new epoch they stand under new record ids, as far as sources translated them; see ``flows.rekeying``.
    """
    earlier = _periods(run)[:-1] if _is_linked(run, run.period) else _periods(run)
    if earlier and _has(run, earlier[-1], "person_index"):
        return _under(run, kid, earlier[-1], "person_index")
    # This period was linked before, and then destroyed what it had taken its ids from: it kept those still in use,
    # until a later period destroyed them, too. Then people get the ids that they would be born with.
    kept = _is_linked(run, run.period) and _has(run, run.period, "previous_index")
    return _under(run, kid, run.period, "previous_index") if kept else None


def last_model(run: Run) -> Artefact | None:
    """The model of the last period before this one: a period that is run again comes out as it did."""
    before = [period for period in _with_model(run) if period < run.period]
    return read_model(run, before[-1]) if before else None


def model_to_reuse(run: Run) -> Artefact | None:
    """The model that the project says is to be used again; None if it says to train.

    Raises:
        BadInput: There is no model, or none of the period that is named.
        PolicyRefusal: The file is not the one its manifest names.
    """
    linkage = run.bundle.project.linkage
    if linkage.model == "train":
        return None
    named = linkage.model_from
    # With nothing before it a period may use the model of its own last run.
    wanted = [period for period in _with_model(run) if named in (None, period)]
    wanted = [period for period in wanted if period < run.period] or wanted
    if not wanted:
        raise BadInput(
            f"There is no model to use again{f' from {named}' if named else ''}.",
            why="linkage.model is reuse, but no period before this one has a trained model in the linkage zone.",
            fix="Set linkage.model to train in project.yaml for this period, have it approved, and run again.",
            code="E-MODEL-MISSING",
        )
    return read_model(run, wanted[-1])


def _with_model(run: Run) -> list[str]:
    return [period for period in _periods(run) if (_out(run, period) / MODEL_FILE).exists()]


def read_model(run: Run, period: str) -> Artefact:
    """The model a period was linked with.

    Raises:
        PolicyRefusal: The file is not the one its manifest names.
    """
    folder = _out(run, period)
    content = (folder / MODEL_FILE).read_bytes()
    recorded = package_digest(folder.parent) == run.published(Event.LINKED, period=period)
    if not recorded or read_manifest(folder)["model_sha256"] != sha256(content).hexdigest():
        raise PolicyRefusal(
            f"The model of {period} is not the one that the ledger says was used.",
            why="Its file or manifest was changed after the run: whoever sets the weights decides who is joined.",
            fix="Set linkage.model to train in project.yaml for this period, and tell the IG lead.",
            code="E-MODEL-ALTERED",
        )
    return Artefact.from_bytes(content)


def earlier_arrivals(run: Run) -> list[dict[str, Arrivals]]:
    """What each source newly sent in the months before this one in which that could be told."""
    months = [from_facts(read_manifest(_out(run, period))) for period in _periods(run) if period < run.period]
    return [month for month in months if month]


def last_pairs(run: Run) -> Carried:
    """Pairs of the newest run up to this period, if they were compared exactly as this run compares."""
    linkage, linked = run.bundle.project.linkage, _periods(run)
    if linkage.model == "train":
        return Carried(None, "a model is trained on all pairs")
    if not linked or not all(_has(run, linked[-1], name) for name in PAIR_TABLES):
        return Carried(None, "the last run left no pairs")
    if read_manifest(_out(run, linked[-1])).get("evidence_sha256") != evidence_digest(linkage):
        return Carried(None, "rules, fields, keys or this program changed since the last run")
    tables = _open(run, linked[-1], PAIR_TABLES, {})
    return Carried(Before(*(tables[name] for name in PAIR_TABLES)))


def _under(run: Run, kid: str, period: str, index: str) -> Previous | None:
    manifest = read_manifest(_out(run, period))
    if manifest["kid"] != kid:
        return None
    names = (index,) if index == "person_index" else (index, "person_change")
    tables = _open(run, period, names, {"kid": kid})
    return Previous(tables[index], tables.get("person_change"), manifest["epoch"])


def _open(run: Run, period: str, names: tuple[str, ...], expected: dict[str, Any]) -> dict[str, pa.Table]:
    tables, _ = open_package(
        run.zone("linkage", period, "out"),
        names,
        run.ring.zone_private("linkage", run.today),
        {"project": run.bundle.project.id, "period": period, **expected},
        recorded=run.published(Event.LINKED, period=period),
    )
    return tables


def _periods(run: Run) -> list[str]:
    """Periods up to this one that were linked, in order."""
    found = sorted(path.parent.parent.name for path in run.zone("linkage").glob("*/out/current"))
    return [period for period in found if period < run.period or (period == run.period and _is_linked(run, period))]


def _is_linked(run: Run, period: str) -> bool:
    """Whether what lies there is what the ledger says; a run that was cut off before that counts for nothing."""
    folder = run.zone("linkage", period, "out")
    return (folder / "current").exists() and package_digest(folder) == run.published(Event.LINKED, period=period)


def _has(run: Run, period: str, table: str) -> bool:
    return (_out(run, period) / f"{table}.parquet.sealed").exists()


def _out(run: Run, period: str) -> Path:
    return current(run.zone("linkage", period, "out"))
