"""Small made-up sets, each with one thing on which clear text's defaults are weak; the same bytes at every call.

Two sources about the same people, one record a person each. The second has everyday errors in every set.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from flows.demo import name_lists
from flows.demo.draws import Rng, Streams, happens, pick
from governance.settings import Linkage
from tests.bench.sets import BenchSet, BenchSource, write_set

SEED = 20261124
PEOPLE = 4000
COMPARE = ["name", "date_of_birth", "sex", "postcode", "phone"]
FORMATS = ("%d/%m/%Y", "%Y-%m-%d", "%d %b %Y", "%d.%m.%y", "%Y%m%d")

Change = Callable[[pd.DataFrame, Rng], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Spot:
    """One weakness: a change of the people themselves, and one of how the second source writes them."""

    title: str
    what: str
    people: Change | None = None
    second: Change | None = None


def make(name: str, folder: Path) -> BenchSet:
    """A set on disk.

    Args:
        name: One of :data:`SPOTS`.
        folder: Gets the set.
    """
    spot, streams = SPOTS[name], Streams(SEED)
    people = _people(streams.rng("people"))
    if spot.people:
        people = spot.people(people, streams.rng("spot people"))
    rng = streams.rng("sources")
    first, second = people[happens(rng, 0.75, len(people))], people[happens(rng, 0.7, len(people))].copy()
    second = _everyday_errors(second, streams.rng("errors"))
    if spot.second:
        second = spot.second(second, streams.rng("spot second"))
    write_set(folder, {name: rows.assign(date_of_birth=_dates(rows)) for name, rows in _named(first, second)})
    # Rules and threshold are the defaults; fewer random pairs than the default are plenty for so few records.
    linkage = Linkage.model_validate({"compare": COMPARE, "max_u_pairs": 500_000})
    sources = (BenchSource("first", True), BenchSource("second", True))
    return BenchSet(f"weak_{name}", spot.title, folder, sources, linkage, "weak")


def _named(first: pd.DataFrame, second: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [("first", first), ("second", second)]


def _dates(rows: pd.DataFrame) -> pd.Series:
    return (
        rows["date_of_birth"].astype(object).where(rows["date_of_birth"].notna(), None).map(_date, na_action="ignore")
    )


def _date(moment: pd.Timestamp) -> object:
    return moment.date()


def _people(rng: Rng) -> pd.DataFrame:
    female = happens(rng, 0.5, PEOPLE)
    forenames = [_drawn(rng, name_lists.forenames("british", sex, rng)) for sex in (0, 1)]
    surnames = _drawn(rng, list(name_lists.surnames("british", 0, rng).items()))
    # No first of January: joinedup takes it for an unknown day, as systems mean it.
    days = pd.to_datetime("1935-01-02") + pd.to_timedelta(rng.integers(0, 30_000, PEOPLE), unit="D")
    return pd.DataFrame(
        {
            "person": [f"p{number}" for number in range(PEOPLE)],
            "forename": np.where(female, forenames[1], forenames[0]),
            "surname": surnames,
            "sex": np.where(female, "F", "M"),
            "date_of_birth": days + pd.to_timedelta(((days.month == 1) & (days.day == 1)).astype(int), unit="D"),
            "postcode": _postcodes(rng, PEOPLE),
            "phone": [f"07{number:09d}" for number in rng.integers(0, 10**9, PEOPLE)],
        }
    )


def _drawn(rng: Rng, names: list[tuple[str, float, int]] | list[tuple[str, float]]) -> np.ndarray:
    texts = np.array([name[0] for name in names], object)
    return texts[pick(rng, [name[1] for name in names], PEOPLE)]


def _postcodes(rng: Rng, size: int) -> list[str]:
    sector, unit = rng.integers(0, 120, size), rng.integers(0, 60, size)
    return [f"NM{a // 10 + 1} {a % 10}{chr(65 + b // 8)}{chr(65 + b % 8)}" for a, b in zip(sector, unit, strict=True)]


def _everyday_errors(rows: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    size, rows = len(rows), rows.copy()
    for name in ("forename", "surname"):
        wrong = happens(rng, 0.05, size)
        rows.loc[wrong, name] = [_slip(text, rng) for text in rows.loc[wrong, name]]
    moved, slip, swap = happens(rng, 0.2, size), happens(rng, 0.02, size), happens(rng, 0.02, size)
    rows.loc[moved, "postcode"] = _postcodes(rng, int(moved.sum()))
    rows.loc[slip, "date_of_birth"] += pd.to_timedelta(rng.integers(1, 10, int(slip.sum())), unit="D")
    rows.loc[swap, "date_of_birth"] = [_swapped(day) for day in rows.loc[swap, "date_of_birth"]]
    for name, chance in (("date_of_birth", 0.03), ("postcode", 0.05), ("phone", 0.6)):
        rows.loc[happens(rng, chance, size), name] = None
    return rows


def _slip(text: str, rng: Rng) -> str:
    """One letter left out."""
    at = int(rng.integers(0, len(text)))
    return text[:at] + text[at + 1 :] or text


def _swapped(day: pd.Timestamp) -> pd.Timestamp:
    return day.replace(day=day.month, month=day.day) if day.day <= 12 else day


def _few(weights: dict[str, float]) -> Change:
    """Eight in ten bear one of few surnames; Singh and Kaur go by sex."""

    def change(people: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        drawn = np.array(list(weights), object)[pick(rng, list(weights.values()), len(people))]
        drawn = np.where((drawn == "Singh") & (people["sex"] == "F"), "Kaur", drawn)
        drawn = np.where((drawn == "Khan") & (people["sex"] == "F"), "Begum", drawn)
        return people.assign(surname=np.where(happens(rng, 0.8, len(people)), drawn, people["surname"]))

    return change


def _south_asian(people: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    forenames = [_drawn(rng, name_lists.forenames(community, sex, rng)) for community, sex in _COMMUNITIES]
    which = np.where(people["sex"] == "F", 1, 0) + 2 * happens(rng, 0.5, len(people))
    people = people.assign(forename=np.choose(which, forenames))
    return _few({"Singh": 5, "Khan": 4, "Ali": 2, "Ahmed": 2, "Hussain": 2, "Patel": 2})(people, rng)


_COMMUNITIES = (("indian", 0), ("indian", 1), ("pakistani", 0), ("pakistani", 1))
_WELSH = {"Jones": 6, "Williams": 4, "Davies": 4, "Evans": 3, "Thomas": 2, "Roberts": 1, "Lewis": 1, "Hughes": 1}


def _shared_postcodes(people: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    shared = np.array(_postcodes(rng, 15), object)[rng.integers(0, 15, len(people))]
    return people.assign(postcode=np.where(happens(rng, 0.6, len(people)), shared, people["postcode"]))


def _blank_forenames(rows: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    kind = pick(rng, [0.65, 0.2, 0.05, 0.1], len(rows))
    choices = [rows["forename"], np.full(len(rows), None, object), np.full(len(rows), "Baby", object)]
    return rows.assign(forename=np.choose(kind, [*choices, rows["forename"].str[:1]]))


def _name_order(rows: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    other = happens(rng, 0.25, len(rows))
    forename, surname = rows["forename"], rows["surname"]
    return rows.assign(forename=np.where(other, surname, forename), surname=np.where(other, forename, surname))


def _formats(read: tuple[str, ...]) -> Change:
    """Dates written in five formats and read by trying those of ``read`` in order, as intake does."""

    def change(rows: pd.DataFrame, rng: Rng) -> pd.DataFrame:
        kind = pick(rng, [0.4, 0.2, 0.15, 0.15, 0.1], len(rows))
        written = [rows["date_of_birth"].dt.strftime(text) for text in FORMATS]
        text = pd.Series(np.choose(kind, written), index=rows.index)
        parsed = pd.Series(pd.NaT, index=rows.index)
        for one in read:
            parsed = parsed.fillna(pd.to_datetime(text, format=one, errors="coerce"))
        # A year of two digits is of the last hundred years.
        ahead = parsed > pd.Timestamp("2026-09-30")
        return rows.assign(date_of_birth=parsed.where(~ahead, parsed - pd.DateOffset(years=100)))

    return change


def _siblings(people: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Every second person of the first 3,000 is the twin, or a sibling, of the one before."""
    twin, elder = np.arange(1, 3000, 2), np.arange(0, 3000, 2)
    shared = ["surname", "postcode", "phone"]
    people.loc[twin, shared] = people.loc[elder, shared].to_numpy()
    born = people.loc[elder, "date_of_birth"].reset_index(drop=True)
    apart = pd.to_timedelta(np.where(happens(rng, 0.5, len(twin)), 0, rng.integers(400, 2500, len(twin))), unit="D")
    return people.assign(date_of_birth=people["date_of_birth"].mask(people.index.isin(twin), _at(born + apart, twin)))


def _namesakes(people: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Every second person of the first 2,000 is the child and namesake, at one address, of the one before."""
    child, parent = np.arange(1, 2000, 2), np.arange(0, 2000, 2)
    shared = ["forename", "surname", "sex", "postcode", "phone"]
    people.loc[child, shared] = people.loc[parent, shared].to_numpy()
    born = people.loc[parent, "date_of_birth"].reset_index(drop=True)
    later = pd.to_timedelta(rng.integers(18 * 365, 40 * 365, len(child)), unit="D")
    return people.assign(date_of_birth=people["date_of_birth"].mask(people.index.isin(child), _at(born + later, child)))


def _at(values: pd.Series, index: np.ndarray) -> pd.Series:
    return pd.Series(values.to_numpy(), index=index)


SPOTS = {
    "few_surnames": Spot(
        "Few surnames, South Asian", "eight in ten are Singh or Kaur, Khan or Begum, Ali, Ahmed …", _south_asian
    ),
    "welsh": Spot("Few surnames, Welsh", "eight in ten are Jones, Williams, Davies, Evans …", _few(_WELSH)),
    "shared_postcodes": Spot(
        "Shared postcodes", "six in ten live in one of 15 postcodes: tower blocks, hostels", _shared_postcodes
    ),
    "blank_forenames": Spot(
        "Blank forenames",
        "in the second source a fifth of forenames is blank, a tenth an initial, some are `Baby`",
        second=_blank_forenames,
    ),
    "name_order": Spot(
        "Name order", "in the second source a quarter has forename and surname exchanged", second=_name_order
    ),
    "date_formats": Spot(
        "Five date formats, all read",
        "the second source writes birth dates in five formats; all are read, as joinedup's intake does when its column"
        " lists them. Splink is given the parsed dates too",
        second=_formats(FORMATS),
    ),
    "date_formats_one": Spot(
        "Five date formats, one read",
        "the same column read with its commonest format only, as Splink's date comparison does with its one"
        " `datetime_format`; dates in the others are missing. Splink without a step before it stands here, joinedup in"
        " the row above",
        second=_formats(FORMATS[:1]),
    ),
    "siblings": Spot(
        "Twins and siblings", "three quarters have a twin or sibling: surname, postcode and phone alike", _siblings
    ),
    "namesakes": Spot(
        "Namesakes at one address", "half are parent and child of one name, sex, postcode and phone", _namesakes
    ),
}
