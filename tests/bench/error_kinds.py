"""What went wrong with a record's names and birth date: what stands in it beside what is true, on the synthetic ICS.

Names are held against every way in which ``flows.demo.variants`` writes them; whatever is none of these is several
errors at once.
"""

import re

import numpy as np
import pandas as pd

from flows.demo.draws import Streams
from flows.demo.generate import PERIODS
from flows.demo.timeline import make_timeline
from flows.demo.variants import fold
from flows.demo.world import World, make_world
from governance.keys.ring import Secret
from governance.warehouse import load_sql
from linkage.standardise import standardise
from linkage.values import components
from tests.bench.prepare import load_source
from tests.bench.sets import BenchSet

KINDS = (
    "short form of the forename",
    "another spelling",
    "letters misread",
    "typing slip",
    "name of several parts written otherwise",
    "forename and surname swapped",
    "previous surname",
    "several errors in a name",
    "name missing",
    "birth date missing",
    "day or month missing (1 January too)",
    "day and month swapped",
    "birth date wrong",
)
"""In the order of the table; a record has any number of them."""

_FIRST_PERSON = 1_000_000


def records_with_errors(bench: BenchSet, people: int, seed: int) -> pd.DataFrame:
    """Every record: source, record_id, what it holds (standardised), and one boolean for each of :data:`KINDS`."""
    rows = pd.concat([_written(bench, source.id).assign(source=source.id) for source in bench.sources])
    rows = rows.merge(bench.truth().to_pandas(), on=["source", "record_id"])
    world = make_world(Streams(seed), make_timeline(PERIODS), people=people)
    person = rows["person"].str[1:].astype(int).to_numpy() - _FIRST_PERSON
    fore, sur = _name_kinds(world, rows, person)
    born = _birth_kinds(world, rows, person)
    for kind in KINDS:
        rows[kind] = (fore == kind) | (sur == kind) | (born == kind)
    return rows


def _written(bench: BenchSet, source: str) -> pd.DataFrame:
    con, file = load_source(bench, source)
    standardise(con, file)
    components(con, Secret(bytes(32)))  # makes soundex_code, which component.sql reads
    wanted = "record_id, forename, surname, date_of_birth, birth_year, postcode, nhs_number, phone, email, uprn"
    return con.sql(f"SELECT {wanted} FROM ({load_sql('linkage', 'component')}) WHERE variant = 0").df()


def _plain(name: str) -> str:
    return re.sub("[^a-z]", "", fold(name).lower())


def _name_kinds(world: World, rows: pd.DataFrame, person: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is wrong with each forename and each surname; empty where nothing is."""
    names, people = world.names, world.people
    plain = np.array([_plain(name) for name in names.text.to_pylist()], object)
    written = {field: rows[field].fillna("").map(_plain).to_numpy() for field in ("forename", "surname")}
    first, last = people.forename[person], people.surname[person]
    maps = {
        "name of several parts written otherwise": names.rejoined,
        "letters misread": names.misread,
        "another spelling": names.spelling,
    }
    slips = {n: names.slips[:, n] for n in range(names.slips.shape[1])}
    forename = _kind(written["forename"], plain, first, maps | {"short form of the forename": names.short}, slips)
    surname = _kind(written["surname"], plain, last, maps, slips)
    old = people.birth_surname[person]
    surname[(surname != "") & (written["surname"] == plain[old])] = "previous surname"
    crossed = (written["forename"] == plain[last]) | (written["surname"] == plain[first])
    swapped = crossed & (forename != "") & (surname != "")
    forename[swapped] = surname[swapped] = "forename and surname swapped"
    return forename, surname


def _kind(
    written: np.ndarray, plain: np.ndarray, true: np.ndarray, maps: dict[str, np.ndarray], slips: dict[int, np.ndarray]
) -> np.ndarray:
    kind = np.full(len(written), "several errors in a name", object)
    for codes in slips.values():
        kind[written == plain[codes[true]]] = "typing slip"
    for name, codes in maps.items():
        kind[written == plain[codes[true]]] = name
    kind[written == ""] = "name missing"
    kind[written == plain[true]] = ""
    return kind


def _birth_kinds(world: World, rows: pd.DataFrame, person: np.ndarray) -> np.ndarray:
    true = pd.to_datetime(pd.Series(world.people.birth[person].astype("datetime64[D]"))).to_numpy()
    text = pd.Series(true).dt.strftime("%Y-%m-%d").to_numpy()
    turned = pd.Series(true).dt.strftime("%Y-%d-%m").to_numpy()
    written, year = rows["date_of_birth"].to_numpy(object), rows["birth_year"].to_numpy(object)
    kind = np.full(len(rows), "birth date wrong", object)
    kind[written == turned] = "day and month swapped"
    kind[pd.isna(written)] = "day or month missing (1 January too)"
    kind[pd.isna(written) & pd.isna(year)] = "birth date missing"
    kind[written == text] = ""
    return kind
