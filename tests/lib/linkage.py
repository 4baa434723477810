"""Made-up people for linkage: seeded families, what three services wrote down of them, and the runs made of it.

Everything is small, and what takes seconds is made once and shared.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from faker.providers.person.en_GB import Provider as BritishNames

from governance.contracts import PERSON_INDEX
from governance.keys.ring import Secret
from governance.pseudonym import record_ids
from governance.settings import BlockingRule, ExtractFile, Linkage
from governance.settings.linkage import STRICT_RULES
from governance.warehouse import connect, fetch_table, load_table
from linkage.bands import NameBands, band_id
from linkage.chance import count_chance
from linkage.encode import Encoded, EncodingKeys, encode, identities
from linkage.link import LinkResult, SourceViews, link
from linkage.person_index import PersonIndex, Previous, build_person_index
from linkage.standardise import standardise
from linkage.values import Components
from tests.lib.toy import nhs_number

ROOT = Secret(bytes(range(32)))
"""A key that is no secret."""
PERSON_KEY = Secret(bytes(range(32, 64)))
KID = "abcde"
LINKAGE = Linkage(rules=STRICT_RULES, max_source_records=None, max_source_people=None, max_u_pairs=50_000)
"""The rules and threshold that ship; fewer random pairs, for speed."""

Row = Mapping[str, Any]


def keys_for(linkage: Linkage = LINKAGE, root: Secret = ROOT) -> EncodingKeys:
    """Encoding keys under the test root."""
    return EncodingKeys.derive(root, project="toy", purpose="testing", linkage=linkage)


def rule(*components: str, id_: str = "a_rule") -> BlockingRule:
    """A blocking rule."""
    return BlockingRule.model_validate({"id": id_, "components": list(components)})


def linkage_with(*rules: BlockingRule, **changes: Any) -> Linkage:
    """The test's linkage settings with these rules."""
    return LINKAGE.model_copy(update={"rules": list(rules)} | changes)


def load_people(con: duckdb.DuckDBPyConnection, rows: Iterable[Row]) -> ExtractFile:
    """Table ``file_people`` as intake leaves it: a column per role, named after it; gives the file's settings."""
    listed = [dict(row) for row in rows]
    roles = sorted({name for row in listed for name in row} - {"record_id"})
    columns: dict[str, pa.Array] = {
        "row_no": pa.array(range(1, len(listed) + 1), pa.int64()),
        "record_id": pa.array([row.get("record_id", n) for n, row in enumerate(listed, 1)], pa.int64()),
    }
    for role in roles:
        kind = pa.date32() if role == "date_of_birth" else pa.string()
        columns[role] = pa.array([row.get(role) for row in listed], kind)
    load_table(con, "file_people", pa.table(columns))
    classes = {
        role: {"class": "quasi_identifier" if role == "sex" else "direct_identifier", "role": role} for role in roles
    }
    classes["key"] = {"class": "direct_identifier", "role": "record_id"}
    file = {"id": "people", "path": "people.csv", "grain": "people", "columns": classes}
    return ExtractFile.model_validate_json(json.dumps(file))


def standardised(*rows: Row) -> list[dict[str, Any]]:
    """Table ``identity`` of these rows, missing fields left out."""
    con = connect(threads=1)
    standardise(con, load_people(con, rows))
    found = fetch_table(con, "SELECT * FROM identity ORDER BY record_id, variant").to_pylist()
    return [{name: value for name, value in row.items() if value is not None} for row in found]


def found_in(
    rows: Iterable[Row], keys: EncodingKeys | None = None, bands: NameBands | None = None
) -> tuple[duckdb.DuckDBPyConnection, Components]:
    """Components of these rows, and the warehouse they stand in."""
    con = connect(threads=1)
    return con, identities(con, load_people(con, rows), keys or keys_for(), bands)


def encoded(rows: Iterable[Row], linkage: Linkage = LINKAGE, root: Secret = ROOT) -> Encoded:
    """These rows as one source's views."""
    keys = keys_for(linkage, root)
    _, found = found_in(rows, keys)
    return encode(found, linkage, keys)


def deliver(
    source: str, rows: Iterable[Row], *, single: bool, linkage: Linkage = LINKAGE, bands: NameBands | None = None
) -> SourceViews:
    """What a source sends to the linkage zone."""
    keys = keys_for(linkage)
    con, found = found_in(rows, keys, bands)
    package = encode(found, linkage, keys, one_record_per_person=single)
    chance = count_chance(con, found, linkage, keys, one_record_per_person=single)
    return SourceViews(source, single, package.views, package.records, chance)


def run_link(deliveries: Sequence[SourceViews], linkage: Linkage = LINKAGE, **options: Any) -> LinkResult:
    """Link in a fresh warehouse with one thread; ``reuse`` and ``before`` as for :func:`linkage.link.link`."""
    return link(connect(threads=1, lock=False), deliveries, linkage, **options)


def index_of(result: LinkResult, previous: pa.Table | None = None) -> PersonIndex:
    """The person index of a run."""
    return build_person_index(result.con, PERSON_KEY, KID, Previous(previous) if previous is not None else None)


# ---------------------------------------------------------------------------------------------- made-up people


@dataclass(frozen=True, slots=True)
class Person:
    """Someone, as they truly are."""

    number: int
    forename: str
    surname: str
    born: date
    postcode: str
    sex: str


@dataclass(frozen=True, slots=True)
class World:
    """People, and what three services wrote down of them."""

    people: tuple[Person, ...]
    twins: tuple[tuple[int, int], ...]
    namesakes: tuple[tuple[int, int], ...]
    """Fathers and sons of one name at one address."""
    sources: dict[str, list[dict[str, Any]]]
    """By source: rows with ``record_id`` and the true ``person``."""


SINGLE = {"clinic": True, "hospital": True, "housing": False}
"""By source: whether it keeps one record a person."""


@cache
def world(seed: int = 20261123, households: int = 260) -> World:
    """Several hundred people in families; twenty-four pairs of twins, sixteen of father and son with one name."""
    rng = np.random.default_rng(seed)
    people: list[Person] = []
    twins: list[tuple[int, int]] = []
    namesakes: list[tuple[int, int]] = []
    for home in range(households):
        family = family_of(rng, home, len(people))
        if home < 24:
            family.append(twin_of(rng, family[-1], len(people) + len(family), of_one_sex=home % 3 > 0))
            twins.append((family[-2].number, family[-1].number))
        elif home < 40:
            family[0] = replace(family[0], sex="male", forename=forename(rng, "male"))
            born = family[0].born + timedelta(days=int(rng.integers(22 * 365, 35 * 365)))
            number = len(people) + len(family)
            family.append(replace(family[0], number=number, born=born))
            namesakes.append((family[0].number, number))
        people += family
    sources = {
        "clinic": extract(people, "clinic", seed + 1, share=0.95, errors=0.02, nhs=0.99),
        "hospital": extract(people, "hospital", seed + 2, share=0.6, errors=0.08, nhs=0.85),
        "housing": extract(people, "housing", seed + 3, share=0.4, errors=0.12, nhs=0.0, again=0.15),
    }
    return World(tuple(people), tuple(twins), tuple(namesakes), sources)


def _pick(rng: np.random.Generator, names: Any) -> str:
    return str(names[int(len(names) * rng.random() ** 2)])  # some names are common, most are rare


_NAMES = {
    "female": sorted(BritishNames.first_names_female),
    "male": sorted(BritishNames.first_names_male),
    "surname": sorted(BritishNames.last_names),
}


@cache
def national_list() -> NameBands:
    """Every name that is given here is a common one, as on a list of a whole country; hardly a slip is on it."""
    given = [{"forename": name} for sex in ("female", "male") for name in _NAMES[sex]]
    found = {
        "forename": {row["forename"] for row in standardised(*given)},
        "surname": {row["surname"] for row in standardised(*({"surname": name} for name in _NAMES["surname"]))},
    }
    ids = keys_for().ids
    common = {kind: frozenset(band_id(ids.reveal(), kind, name) for name in names) for kind, names in found.items()}
    return NameBands(common, dict.fromkeys(found, frozenset()), ids)


def forename(rng: np.random.Generator, sex: str) -> str:
    """One of a sex's names."""
    return _pick(rng, _NAMES[sex])


def family_of(rng: np.random.Generator, home: int, first: int) -> list[Person]:
    """One to four people of one surname at one address, numbered from ``first``."""
    surname, postcode = _pick(rng, _NAMES["surname"]), f"NM{home % 7 + 1} {home // 26 % 10}{_letters(home)}"
    family = []
    for member in range(int(rng.choice([1, 2, 3, 4], p=[0.3, 0.35, 0.2, 0.15]))):
        sex = str(rng.choice(["female", "male"]))
        oldest, youngest = (1945, 1985) if member < 2 else (1995, 2015)
        born = date(oldest, 1, 2) + timedelta(days=int(rng.integers(0, (youngest - oldest) * 365)))
        family.append(Person(first + member, forename(rng, sex), surname, born, postcode, sex))
    return family


def _letters(number: int) -> str:
    return chr(65 + number // 26 % 26) + chr(65 + number % 26)


def twin_of(rng: np.random.Generator, of: Person, number: int, *, of_one_sex: bool) -> Person:
    """Somebody else of that birth date, surname and address, with another initial."""
    sex = of.sex if of_one_sex else {"male": "female", "female": "male"}[of.sex]
    names = [name for name in _NAMES[sex] if name[0] != of.forename[0]]
    return replace(of, number=number, sex=sex, forename=_pick(rng, names))


def extract(
    people: Sequence[Person], source: str, seed: int, *, share: float, errors: float, nhs: float, again: float = 0.0
) -> list[dict[str, Any]]:
    """What one service wrote down of people: shares of them, of errors, of NHS numbers, and of second records."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in people:
        for _ in range((rng.random() < share) * (1 + (rng.random() < again))):
            rows.append(_write_down(rng, person, errors, nhs))
    ids = record_ids(pa.chunked_array([[f"{source}-{n}" for n in range(len(rows))]]), ROOT, source=source)
    rows = [{"record_id": int(record_id), **row} for record_id, row in zip(ids, rows, strict=True)]
    return [rows[place] for place in rng.permutation(len(rows))]


def _write_down(rng: np.random.Generator, person: Person, errors: float, nhs: float) -> dict[str, Any]:
    """A row of a register: each field may go wrong in the ways that fields go wrong."""

    def goes_wrong(times: float = 1.0) -> bool:
        return bool(rng.random() < errors * times)

    row: dict[str, Any] = {
        "person": person.number,
        "forename": misspell(rng, person.forename) if goes_wrong() else person.forename,
        "surname": misspell(rng, person.surname) if goes_wrong() else person.surname,
        "date_of_birth": person.born,
        "postcode": f"NM{rng.integers(1, 8)} {rng.integers(0, 10)}XX" if goes_wrong(2) else person.postcode,
        "sex": person.sex,
        "nhs_number": nhs_number(person.number) if rng.random() < nhs else None,
    }
    if goes_wrong(0.5):
        row["forename"], row["surname"] = row["surname"], row["forename"]
    if goes_wrong(0.5):
        row["date_of_birth"] = row["date_of_birth"].replace(day=int(rng.integers(1, 28)))
    if goes_wrong(0.5):
        row["postcode"] = None
    return row


def misspell(rng: np.random.Generator, name: str) -> str:
    """One letter of a name replaced, left out or doubled; the first stays."""
    place = int(rng.integers(1, len(name)))
    kind = int(rng.integers(3))
    if kind == 0:
        others = [letter for letter in "aeiounrst" if letter != name[place]]
        return name[:place] + str(rng.choice(others)) + name[place + 1 :]
    return name[:place] + (name[place + 1 :] if kind == 1 else name[place] + name[place:])


def identifiers(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Rows as a source delivers them: without the truth."""
    return [{name: value for name, value in row.items() if name != "person"} for row in rows]


def truth_table() -> pa.Table:
    """The true person of every record of the world."""
    rows = [
        {"source": source, "record_id": row["record_id"], "person": str(row["person"])}
        for source, listed in world().sources.items()
        for row in listed
    ]
    return pa.Table.from_pylist(rows)


@cache
def deliveries() -> tuple[SourceViews, ...]:
    """What the three services send to the linkage zone."""
    return tuple(deliver(source, identifiers(rows), single=SINGLE[source]) for source, rows in world().sources.items())


@cache
def linked() -> LinkResult:
    """The three services linked. Do not change its warehouse."""
    return run_link(deliveries())


@cache
def person_index() -> PersonIndex:
    """The person index of the three services."""
    return index_of(linked())


def shuffled(table: pa.Table, seed: int = 5) -> pa.Table:
    """The same rows in another order."""
    return table.take(pa.array(np.random.default_rng(seed).permutation(table.num_rows)))


def people_of(index: pa.Table) -> dict[int, list[tuple[str, int]]]:
    """By person id, the records (source, true person) joined into it."""
    true = {(row["source"], row["record_id"]): int(row["person"]) for row in truth_table().to_pylist()}
    joined: dict[Any, list[tuple[str, int]]] = defaultdict(list)
    for row in index.to_pylist():
        joined[row["person_id"]].append((row["source"], true[row["source"], row["record_id"]]))
    return joined


# ------------------------------------------------------------------------------------------- clusters made by hand


def clustered(
    con: duckdb.DuckDBPyConnection, records: Mapping[tuple[str, int], int], single: Iterable[str] = ()
) -> None:
    """Tables ``source``, ``record`` and ``record_cluster`` as linkage leaves them: (source, record id) to cluster."""
    names = sorted({source for source, _ in records})
    ordered = sorted(records)
    load_table(
        con,
        "source",
        pa.table(
            {
                "source_no": pa.array(range(len(names)), pa.int8()),
                "source": names,
                "one_record_per_person": [name in set(single) for name in names],
            }
        ),
    )
    load_table(
        con,
        "record",
        pa.table(
            {
                "record": pa.array(range(1, len(ordered) + 1), pa.int64()),
                "record_id": pa.array([record_id for _, record_id in ordered], pa.int64()),
                "source_no": pa.array([names.index(source) for source, _ in ordered], pa.int8()),
            }
        ),
    )
    clusters = pa.array([records[key] for key in ordered], pa.int64())
    load_table(con, "record_cluster", pa.table({"record": range(1, len(ordered) + 1), "cluster": clusters}))


def previous_index(people: Mapping[tuple[str, int], str]) -> pa.Table:
    """An earlier person index."""
    rows = [{"source": s, "record_id": r, "person_id": p} for (s, r), p in sorted(people.items())]
    return pa.Table.from_pylist(rows, schema=PERSON_INDEX.schema)
