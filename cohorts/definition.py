"""Cohort files into definitions: all faults of all files at once, each with file, line, what and fix."""

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from cohorts.catalogue import Catalogue, catalogue_of
from cohorts.checks import definition_faults
from cohorts.durations import Duration
from cohorts.evidence_file import Known, age_range, evidence_node
from cohorts.parameters import check_ranges, fill_in, parameter_nodes, with_value
from cohorts.query import (
    AgeBetween,
    Alive,
    Anchor,
    Concurrent,
    Definition,
    Gate,
    LivesIn,
    Members,
    Need,
    OnSpine,
    Query,
    Response,
    Rung,
    SignOff,
    Variant,
)
from cohorts.references import in_order_of_reference, reference_faults
from cohorts.settings import (
    CohortSettings,
    LadderSettings,
    NeedSettings,
    PopulationSettings,
    RungSettings,
    SignOffSettings,
)
from cohorts.settings_values import UNMET_PATTERN
from governance.errors import Fault
from governance.settings import Bundle, YamlFile, config_error, validate_yaml


def load_definitions(bundle: Bundle) -> list[Definition]:
    """Every definition of a project, by id.

    Raises:
        ConfigError: With every fault of every cohort file.
    """
    faults: list[Fault] = []
    catalogue = catalogue_of(bundle.sources, households=bundle.project.households)
    read: list[Definition] = []
    for file in in_order_of_reference(bundle.cohort_files):
        known = {(one.id, one.version): one.query for one in read}
        if definition := read_definition(file, bundle.project.purpose, catalogue, faults, known):
            read.append(definition)
    if faults:
        raise config_error(sorted(faults, key=lambda fault: (fault.file or "", fault.line or 0)))
    return sorted(read, key=lambda definition: definition.id)


def read_definition(
    file: YamlFile, purpose: str, catalogue: Catalogue, faults: list[Fault], known: Known | None = None
) -> Definition | None:
    """One definition; ``None`` if the file has faults, which are added to ``faults``.

    Args:
        file: The file as read.
        purpose: The project's; a definition made for another purpose is refused.
        catalogue: What the project's sources map; kinds outside it would be looked for in vain.
        faults: Added to.
        known: Definitions that this one may refer to.
    """
    found: list[Fault] = []
    filled = fill_in(file, found)
    lines = {fault.line for fault in found}
    shape: list[Fault] = []
    settings = validate_yaml(filled, CohortSettings, shape)
    found += [fault for fault in shape if fault.line not in lines]  # a missing parameter has been reported
    definition = None
    if settings is not None and not found:
        check_ranges(file, settings.parameters, found)
        unknown = reference_faults(file, known or {})
        found += unknown
        if not unknown:
            variants = () if found else _variants(file, settings, known or {}, found)
            definition = replace(_definition(file, settings, known or {}), variants=variants)
            found += definition_faults(file, definition, purpose, catalogue)
    faults += sorted(found, key=lambda fault: fault.line or 0)
    return None if found else definition


def cohort_schema() -> dict[str, Any]:
    """JSON Schema of a cohort file, for editors."""
    schema = CohortSettings.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Cohort definition"}


# --- settings to nodes ------------------------------------------------------------------------------------


def _definition(file: YamlFile, settings: CohortSettings, known: Known) -> Definition:
    return Definition(
        id=settings.id,
        version=settings.version,
        title=settings.title,
        why=settings.why,
        query=_query(settings, known),
        parameters=parameter_nodes(settings.parameters),
        evidence=tuple(settings.evidence),
        sources=tuple(settings.sources),
        caveats=tuple(settings.caveats),
        review=_sign_off(settings.review),
        lived_experience=_sign_off(settings.lived_experience),
        file=PurePosixPath(file.name).as_posix(),
    )


def _variants(file: YamlFile, settings: CohortSettings, known: Known, faults: list[Fault]) -> tuple[Variant, ...]:
    """The meaning at every other value that a parameter is to be shown at."""
    found = []
    for name, parameter in settings.parameters.items():
        for value in parameter.variants:
            other = validate_yaml(fill_in(with_value(file, name, value), faults), CohortSettings, faults)
            if other:
                found.append(Variant(parameter=name, value=value, query=_query(other, known)))
    return tuple(found)


def _query(settings: CohortSettings, known: Known) -> Query:
    lookback = Duration.parse(settings.lookback)
    return Query(
        purpose=settings.purpose,
        unit=settings.unit,
        population=_population(settings.population),
        lookback=lookback,
        needs=tuple(_need(need, lookback, known) for need in settings.needs),
        members=_members(settings),
        ladder=_ladder(settings.responses) if settings.responses else (),
        unmet=_match(UNMET_PATTERN, settings.unmet)[1] if settings.unmet else None,
        min_share=settings.require_coverage.min_share,
    )


def _population(settings: PopulationSettings) -> tuple[Gate, ...]:
    gates: list[Gate] = []
    if settings.registered:
        gates.append(OnSpine())
    if settings.alive:
        gates.append(Alive())
    if settings.age:
        gates.append(AgeBetween(*age_range(settings.age)))
    if settings.district:
        gates.append(LivesIn("district", tuple(sorted(settings.district))))
    if settings.ward:
        gates.append(LivesIn("ward", tuple(sorted(settings.ward))))
    return tuple(gates)


def _need(settings: NeedSettings, lookback: Duration, known: Known) -> Need:
    evidence = tuple(evidence_node(item, lookback, known) for item in settings.evidence)
    return Need(id=settings.id, how=settings.how, evidence=evidence)


def _members(settings: CohortSettings) -> Members:
    ids = tuple(need.id for need in settings.needs)
    if settings.members is None:
        return Members(at_least=len(ids), of=ids)
    together, also = settings.members.concurrent, settings.members.also
    return Members(
        at_least=settings.members.at_least,
        of=tuple(one for one in ids if one not in also),
        also=tuple(also),
        concurrent=Concurrent(at_least=together.at_least, span=Duration.parse(together.span)) if together else None,
    )


def _ladder(settings: LadderSettings) -> tuple[Rung, ...]:
    return tuple(_rung(rung, rung.after or settings.after) for rung in settings.ladder)


def _rung(settings: RungSettings, after: str) -> Rung:
    of, _, day = after.partition(".")
    at = next(known for known in ("first", "last", "crossed") if known == day)
    return Rung(
        name=settings.rung,
        responses=tuple(
            Response(
                kinds=tuple(item.event),
                at_least=item.count,
                attended=item.attended,
                planned=item.planned,
                ongoing=item.ongoing,
            )
            for item in settings.any
        ),
        within=Duration.parse(settings.within),
        after=Anchor(of, at),
    )


def _sign_off(settings: SignOffSettings) -> SignOff:
    return SignOff(status=settings.status, by=settings.by, on=settings.on)


def _match(pattern: str, text: str) -> re.Match[str]:
    found = re.match(pattern, text)
    assert found  # noqa: S101 - the model has checked the pattern
    return found
