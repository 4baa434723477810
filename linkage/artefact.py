"""A trained model as a thing that is kept: numbered, named by its digest, and used again only where it fits."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from governance.errors import ConfigError, Fault
from governance.settings import Linkage
from linkage.comparisons import BANDED, HOUSEHOLD, LEVELS, Parameters, compared
from linkage.kin import KINDS, SLIPS
from linkage.model import Model
from linkage.prior import Priors
from linkage.standardise import STANDARDISER

Shares = dict[str, dict[str, float]]
"""Share of expected matches at each level, by comparison; ``none`` where there is no evidence."""

_MADE_FOR = {
    "rules": "blocking rules",
    "compare": "compared fields",
    "swapped_names": "linkage.swapped_names",
    "name_bands": "name bands",
    "standardiser": "standardiser",
    "levels": "levels of agreement",
    "kin": "classes of relatives",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """Everything that decides what a pair weighs, and what it was when it was trained."""

    version: int
    """Counts the trainings of a project."""
    trained_in: str
    """The period whose records it was trained on."""
    made_for: dict[str, Any]
    """What weights depend on besides the parameters; see :func:`made_for`."""
    sources: dict[str, bool]
    """By source: whether it keeps one record a person. Both decide between which records priors stand."""
    model: Model
    priors: Priors
    """Log2 odds of a match of two random records, and of kin, by source pair ``a|b``."""
    threshold: float
    shares: Shares
    """Level frequencies among expected matches in the training run: what drift is measured against."""
    training_rows: int
    """Pairs that training saw, each once for every rule that found it."""

    def as_dict(self) -> dict[str, Any]:
        """For ``model.json``."""
        return {"kind": "linkage_model", **asdict(self), "model": self.model.as_dict()}

    def as_bytes(self) -> bytes:
        """The file: sorted keys, so that equal models are equal bytes."""
        return (json.dumps(self.as_dict(), indent=1, sort_keys=True) + "\n").encode()

    @property
    def digest(self) -> str:
        """SHA-256 of the file; it names the model in manifests and in the ledger."""
        return sha256(self.as_bytes()).hexdigest()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Artefact":
        """What :meth:`as_bytes` wrote."""
        found = json.loads(content)
        found.pop("kind")
        return cls(**{**found, "model": model_of(found["model"])})


def model_of(document: Mapping[str, Any]) -> Model:
    """A model from :meth:`linkage.model.Model.as_dict`."""
    m, u = (_parameters(document[side]) for side in ("m", "u"))
    return Model(m, u, tuple(document["warnings"]))


def rounded(model: Model) -> Model:
    """The model as its file has it: a run that trains and one that reuses weigh alike to the last bit."""
    return model_of(model.as_dict())


def _parameters(side: Mapping[str, Mapping[str, float]]) -> Parameters:
    return {name: {int(level): p for level, p in levels.items()} for name, levels in side.items()}


def made_for(linkage: Linkage) -> dict[str, Any]:
    """What a model's weights are good for: another rule, field, level or standardiser makes other evidence."""
    levels = {c.name: [[level.value, level.label] for level in c.levels] for c in (*compared(linkage), HOUSEHOLD)}
    return {
        "rules": [[rule.id, *rule.components] for rule in linkage.rules],
        "compare": list(linkage.compare),
        "swapped_names": linkage.swapped_names,
        "name_bands": linkage.name_bands.sha256 if linkage.name_bands else "",
        "standardiser": STANDARDISER,
        "levels": {"edition": LEVELS, **levels},
        "kin": [*KINDS, *SLIPS],
    }


def check_reusable(artefact: Artefact, linkage: Linkage, sources: Mapping[str, bool]) -> None:
    """Refuse a model that was made for other evidence, or that has never met one of the sources.

    Args:
        artefact: The model to be used again.
        linkage: The project's settings now.
        sources: By source: whether it keeps one record a person.

    Raises:
        ConfigError: Names everything that differs.
    """
    now = made_for(linkage)
    faults = [
        Fault(what=f"{title} are not those of model {artefact.version}")
        for name, title in _MADE_FOR.items()
        if artefact.made_for.get(name) != now[name]
    ]
    known = artefact.sources.items()
    faults += [
        Fault(what=f"source {source} is new to model {artefact.version}, or kept its records otherwise then")
        for source, single in sorted(sources.items())
        if (source, single) not in known
    ]
    if linkage.name_bands and any(BANDED.isdisjoint(artefact.model.m.get(n, BANDED)) for n in ("forename", "surname")):
        faults.append(Fault(what=f"model {artefact.version} has no weights for names by rarity band"))
    if faults:
        raise ConfigError(
            f"Model {artefact.version}, trained in {artefact.trained_in}, does not fit this project any more.",
            why="Weights learnt from other evidence would join the wrong people, and nobody would see it.",
            fix="Set linkage.model to train in project.yaml for this period, have it approved, and run again.",
            code="E-MODEL-REUSE",
            faults=faults,
        )
