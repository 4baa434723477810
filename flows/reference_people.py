"""Made-up people on whom the exposure of a config is measured: a register of everybody, and a second large source.

Households come from the synthetic ICS. Names come from a measured list where one is given, and its own list otherwise.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cohorts.events import Payload
from flows.bands import read_list
from flows.demo.draws import Streams
from flows.demo.ethnicity import GROUPS
from flows.demo.generate import PERIODS
from flows.demo.languages import LANGUAGES, languages_of
from flows.demo.name_lists import COMMUNITIES
from flows.demo.names import Names, make_names
from flows.demo.places import Places, area_code, make_places
from flows.demo.population import Population, make_population
from flows.demo.timeline import NEVER, make_timeline
from flows.demo.wider.homes import settle
from governance.contracts import RECORD_EVENT, RECORD_NEED, RECORD_PERSON
from governance.keys.ring import Secret
from governance.settings import ExtractFile
from governance.warehouse import connect, load_table
from linkage.exposure.sent import Source
from linkage.standardise import standardise
from linkage.values import components

SECOND_SHARE, TWICE_SHARE = 0.4, 0.25
"""The second source knows so many of the register's people, and so many of those under a second number."""

_KEY = Secret(bytes(32))
"""Ids need only be equal where values are."""
_ROLES = ("forename", "surname", "sex", "date_of_birth", "postcode", "uprn")


def reference_sources(people: int, *, names: Path | None = None, seed: int = 1) -> list[Source]:
    """A register of everybody, and a large source that may hold a person twice.

    Args:
        people: How many.
        names: CSV with columns name, kind (``forename`` or ``surname``) and frequency; without it the synthetic ICS's
            names.
        seed: The same seed makes the same people.
    """
    register = _register(people, names, seed)
    chosen = np.random.default_rng(seed + 1).random((2, people))
    known = np.flatnonzero(chosen[0] < SECOND_SHARE)
    twice = known[chosen[1][known] < TWICE_SHARE]
    second = register.take(np.concatenate([known, twice]))
    return [_source(register, single=True), _source(second, single=False)]


def reference_payload(people: int, *, seed: int = 1) -> Payload:
    """What a register of the same people would send to the analysis zone: five attributes and a token of the home.

    One household a home, as the token is meant to tell; ten or more at one are a communal home, as everywhere.
    """
    streams, _, places, drawn = _made(people, seed)
    found = settle(streams, drawn, places)
    home = np.where(found.moved < NEVER, found.dwellings[:, 2], found.dwellings[:, 1])
    language = languages_of(streams, found)
    columns: dict[str, Any] = {
        "record_id": np.arange(1, people + 1),
        "birth_year": found.birth.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970,
        "sex": np.where(found.female, "female", "male"),
        "ethnic_group": np.array(GROUPS)[found.group],
        "first_language": pa.array(np.array(LANGUAGES)[language], pa.string(), mask=language < 0),
        "small_area": np.array(area_code(np.arange(len(places.area_ward), dtype=np.int32)))[places.dwelling_area[home]],
        "household": home,
        "address_kind": np.full(people, "home"),
    }
    schema = RECORD_PERSON.schema
    arrays = [
        pa.array(columns[one.name]).cast(one.type) if one.name in columns else pa.nulls(people, one.type)
        for one in schema
    ]
    record_person = pa.Table.from_arrays(arrays, schema=schema)
    return Payload(
        record_person=record_person,
        record_event=RECORD_EVENT.schema.empty_table(),
        record_need=RECORD_NEED.schema.empty_table(),
    )


def _made(people: int, seed: int) -> tuple[Streams, Names, Places, Population]:
    streams = Streams(seed)
    listed, places = make_names(streams.rng("names")), make_places(streams.rng("places"), people=people)
    return streams, listed, places, make_population(streams, places, listed, make_timeline(PERIODS), people=people)


def _register(people: int, names: Path | None, seed: int) -> pa.Table:
    streams, listed, places, found = _made(people, seed)
    text = np.array(listed.text.to_pylist(), object)
    forename, surname = text[found.forename], text[found.surname]
    if names is not None:
        british = found.community == COMMUNITIES.index("british")
        drawn, rng = read_list(names), streams.rng("measured names")
        person = np.arange(people, dtype=np.int64)
        forename = np.where(british, _drawn(rng, drawn, "forename", person), forename)
        family = found.household.astype(np.int64) * len(text) + found.surname
        surname = np.where(british, _drawn(rng, drawn, "surname", family), surname)
    home = np.where(found.moved < NEVER, found.dwellings[:, 2], found.dwellings[:, 1])
    columns: dict[str, Any] = {
        "forename": pa.array(forename, pa.string()),
        "surname": pa.array(surname, pa.string()),
        "sex": pa.array(np.where(found.female, "F", "M")),
        "date_of_birth": pa.array(found.birth.astype("datetime64[D]")),
        "postcode": pa.array(places.postcode[places.dwelling_postcode[home]], pa.string()),
        "uprn": pa.array(home).cast(pa.string()),
    }
    return pa.table(columns)


def _drawn(rng: np.random.Generator, listed: pa.Table, kind: str, owner: NDArray[np.int64]) -> NDArray[np.object_]:
    """A name in proportion to its frequency for each owner: families share their surname."""
    of_kind = listed.filter(pc.equal(listed["kind"], kind))
    reach = np.cumsum(of_kind["frequency"].to_numpy())
    owners, place = np.unique(owner, return_inverse=True)
    at = np.searchsorted(reach, rng.random(len(owners)) * reach[-1], side="right")
    text = np.array(of_kind["name"].to_pylist(), object)
    found: NDArray[np.object_] = text[np.minimum(at, len(text) - 1)][place]
    return found


def _source(people: pa.Table, *, single: bool) -> Source:
    """Standardised as every source's people are."""
    numbers = np.arange(1, people.num_rows + 1)
    con = connect()
    load_table(con, "file_people", _numbered(people, numbers))
    standardise(con, _file())
    return Source(components(con, _KEY), single)


def _numbered(people: pa.Table, numbers: NDArray[np.int64]) -> pa.Table:
    return people.add_column(0, "record_id", pa.array(numbers)).add_column(0, "row_no", pa.array(numbers))


def _file() -> ExtractFile:
    columns: dict[str, Any] = {
        role: {"class": "quasi_identifier" if role == "sex" else "direct_identifier", "role": role} for role in _ROLES
    }
    columns["key"] = {"class": "direct_identifier", "role": "record_id"}
    return ExtractFile.model_validate({"id": "people", "path": "people.csv", "grain": "people", "columns": columns})
