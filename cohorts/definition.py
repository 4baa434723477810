"""Cohort files into definitions: all faults of all files at once, each with file, line, what and fix."""

import re
from pathlib import PurePosixPath
from typing import Any

from cohorts.catalogue import Catalogue, catalogue_of
from cohorts.checks import definition_faults
from cohorts.durations import Duration
from cohorts.parameters import check_ranges, fill_in, parameter_nodes
from cohorts.query import (
    AgeBetween,
    Alive,
    Anchor,
    Concurrent,
    Definition,
    EventsCounted,
    Evidence,
    Gate,
    LivesIn,
    Members,
    Need,
    NeedSeen,
    NoFixedAddress,
    OnSpine,
    Query,
    Response,
    Rung,
    SignOff,
    Strength,
)
from cohorts.settings import (
    AGE_PATTERN,
    EVER,
    UNMET_PATTERN,
    CohortSettings,
    EvidenceSettings,
    LadderSettings,
    NeedSettings,
    PopulationSettings,
    RungSettings,
    SignOffSettings,
)
from governance.errors import Fault
from governance.settings import Bundle, YamlFile, config_error, validate_yaml


def load_definitions(bundle: Bundle) -> list[Definition]:
    """Every definition of a project, by id.

    Raises:
        ConfigError: With every fault of every cohort file.
    """
    faults: list[Fault] = []
    catalogue = catalogue_of(bundle.sources)
    read = [
        read_definition(file, bundle.project.purpose, catalogue, faults)
        for _, file in sorted(bundle.cohort_files.items())
    ]
    if faults:
        raise config_error(faults)
    return [definition for definition in read if definition]


def read_definition(file: YamlFile, purpose: str, catalogue: Catalogue, faults: list[Fault]) -> Definition | None:
    """One definition; ``None`` if the file has faults, which are added to ``faults``.

    Args:
        file: The file as read.
        purpose: The project's; a definition made for another purpose is refused.
        catalogue: What the project's sources map; kinds outside it would be looked for in vain.
        faults: Added to.
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
        definition = _definition(file, settings)
        found += definition_faults(file, definition, purpose, catalogue)
    faults += sorted(found, key=lambda fault: fault.line or 0)
    return None if found else definition


def cohort_schema() -> dict[str, Any]:
    """JSON Schema of a cohort file, for editors."""
    schema = CohortSettings.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Cohort definition"}


# --- settings to nodes ------------------------------------------------------------------------------------


def _definition(file: YamlFile, settings: CohortSettings) -> Definition:
    return Definition(
        id=settings.id,
        version=settings.version,
        title=settings.title,
        why=settings.why,
        query=_query(settings),
        parameters=parameter_nodes(settings.parameters),
        evidence=tuple(settings.evidence),
        sources=tuple(settings.sources),
        caveats=tuple(settings.caveats),
        review=_sign_off(settings.review),
        lived_experience=_sign_off(settings.lived_experience),
        file=PurePosixPath(file.name).as_posix(),
    )


def _query(settings: CohortSettings) -> Query:
    lookback = Duration.parse(settings.lookback)
    return Query(
        purpose=settings.purpose,
        unit=settings.unit,
        population=_population(settings.population),
        lookback=lookback,
        needs=tuple(_need(need, lookback) for need in settings.needs),
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
        age = _match(AGE_PATTERN, settings.age)
        gates.append(AgeBetween(int(age[1]), int(age[2]) if age[2] else None))
    if settings.district:
        gates.append(LivesIn("district", tuple(sorted(settings.district))))
    if settings.ward:
        gates.append(LivesIn("ward", tuple(sorted(settings.ward))))
    return tuple(gates)


def _need(settings: NeedSettings, lookback: Duration) -> Need:
    evidence = settings.any or settings.all or []
    return Need(
        id=settings.id,
        how="any" if settings.any else "all",
        evidence=tuple(_evidence(item, lookback) for item in evidence),
    )


def _evidence(settings: EvidenceSettings, lookback: Duration) -> Evidence:
    ever = settings.within == EVER
    within = Duration.parse(settings.within) if settings.within and not ever else lookback
    if settings.need:
        return NeedSeen(
            need=settings.need,
            at_least=Strength(settings.strength),
            sectors=tuple(sorted(sector.value for sector in settings.sectors)),
            within=None if ever else within,
        )
    if settings.event:
        span = Duration.parse(settings.span) if settings.span else None
        return EventsCounted(kinds=tuple(settings.event), at_least=settings.count, within=within, span=span)
    return NoFixedAddress()


def _members(settings: CohortSettings) -> Members:
    ids = tuple(need.id for need in settings.needs)
    if settings.members is None:
        return Members(at_least=len(ids), of=ids)
    together = settings.members.concurrent
    return Members(
        at_least=settings.members.at_least,
        of=ids,
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
