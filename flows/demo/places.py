"""Fictional small areas, postcodes and dwellings: UK in shape, nowhere in the UK."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows.demo.draws import Codes, Rng, pick

NO_FIXED_ABODE = "ZZ99 3VZ"
EDITION = "Northmoor fictional 2026"
DISTRICTS = ("Northmoor Central", "Harwick", "Eskvale", "Saltby and Fens")

_LETTERS = np.array(list("ABDEFGHJLNPQRSTUWXYZ"))  # the letters that end real postcodes
_DWELLINGS_A_POSTCODE = 14
_STREETS = ("Alder", "Beck", "Chapel", "Drover", "Elm", "Foundry", "Garth", "Heather", "Infirmary", "Kiln", "Larch")
_STREET_KINDS = ("Road", "Street", "Avenue", "Close", "Lane", "Court", "Terrace")
_WARD_STEMS = ("Ash", "Birk", "Coll", "Dun", "Eller", "Fell", "Gar", "Holm", "Ings", "Kel", "Lang", "Moss", "Nether")
_WARD_ENDS = ("by", "thorpe", "field", "gate", "wick", "stead", "shaw", "royd", "mere", "side", "bank")
# More areas in the poorer tenths of the country than in the richer, as in most northern systems.
_AREAS_IN_DECILE = (0.17, 0.14, 0.12, 0.11, 0.10, 0.09, 0.08, 0.07, 0.06, 0.06)


_SEA = (640_000, 560_000)
_TOWNS = ((0, 0), (11_000, 3_000), (-4_000, 9_000), (6_000, -12_000))
"""Metres east and north of the first, in the order of ``DISTRICTS``."""
_WARDS_SPREAD_M, _AREAS_SPREAD_M = 1_800.0, 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Areas, postcodes and dwellings; every array is indexed by the thing it describes."""

    postcode: NDArray[np.object_]
    postcode_area: Codes
    area_ward: Codes
    area_district: Codes
    area_decile: NDArray[np.int8]
    ward_name: list[str]
    dwelling_postcode: Codes
    dwelling_number: Codes
    """House number."""

    @property
    def dwelling_area(self) -> Codes:
        """Small area of each dwelling."""
        return self.postcode_area[self.dwelling_postcode]

    @property
    def dwellings(self) -> int:
        """How many there are."""
        return len(self.dwelling_postcode)

    def uprn(self, dwelling: Codes) -> NDArray[np.int64]:
        """Twelve-digit property numbers from a range that is not in use."""
        return 990_000_000_000 + (dwelling.astype(np.int64) * 7_919) % 1_000_000_007

    def address_line(self, dwelling: Codes) -> pa.Array:
        """First address line: number and street."""
        postcode = self.dwelling_postcode[dwelling]
        names = [f"{street} {kind}" for street in _STREETS for kind in _STREET_KINDS]
        street = pa.array(names).take(pa.array((postcode * 31) % len(names)))
        return pa.compute.binary_join_element_wise(
            pa.array(self.dwelling_number[dwelling]).cast(pa.string()), street, " "
        )


def make_places(rng: Rng, *, people: int) -> Places:
    """Lay out areas, postcodes and dwellings for about ``people`` people."""
    dwellings = int(people * 0.60) + 40
    areas = max(people // 1500, min(60, people // 100), 5)
    per_area = -(-dwellings // areas)
    dwelling = np.arange(dwellings)
    block = (dwelling % per_area) // _DWELLINGS_A_POSTCODE  # postcodes never cross an area
    per_area_postcodes = -(-per_area // _DWELLINGS_A_POSTCODE)
    dwelling_postcode = ((dwelling // per_area) * per_area_postcodes + block).astype(np.int32)
    postcodes = areas * per_area_postcodes
    ward_areas = (
        5 if areas > 5 else 3
    )  # the smallest system has two wards, too, and with them the boards' two districts
    wards = -(-areas // ward_areas)
    area_ward = (np.arange(areas) // ward_areas).astype(np.int32)
    ward_district = (np.arange(wards) * len(DISTRICTS) // wards).astype(np.int32)
    return Places(
        postcode=_postcodes(rng, postcodes, outwards=min(29, max(6, areas // 10))),
        postcode_area=(np.arange(postcodes) // per_area_postcodes).astype(np.int32),
        area_ward=area_ward,
        area_district=ward_district[area_ward],
        area_decile=_deciles(rng, area_ward, ward_district),
        ward_name=_ward_names(wards),
        dwelling_postcode=dwelling_postcode,
        dwelling_number=(dwelling % per_area % _DWELLINGS_A_POSTCODE * 2 + 1 + dwelling % 7 * 10).astype(np.int32),
    )


def _postcodes(rng: Rng, count: int, outwards: int) -> NDArray[np.object_]:
    """Well-formed postcodes of the area NM, which does not exist; neighbours share a sector."""
    per_outward = -(-count // outwards)
    outward = np.arange(count) // per_outward + 1
    order = np.arange(count) % per_outward
    sector = order * 10 // per_outward
    turn = _position_in_sector(order, per_outward) + 37 * sector + 101 * outward
    units = rng.permutation(400)[turn % 400]
    letters = np.char.add(_LETTERS[units // 20], _LETTERS[units % 20])
    text = [f"NM{o} {s}{u}" for o, s, u in zip(outward, sector, letters, strict=True)]
    return np.array(text, object)


def _position_in_sector(order: NDArray[np.intp], per_outward: int) -> NDArray[np.intp]:
    """Position of each postcode inside its sector."""
    first = -(-(order * 10 // per_outward) * per_outward // 10)
    return order - first


def _deciles(rng: Rng, area_ward: Codes, ward_district: Codes) -> NDArray[np.int8]:
    """Deprivation clusters: towns differ, wards in a town differ, areas in a ward differ a little."""
    district = np.array([1.0, 0.3, -0.6, -0.3])[ward_district]
    score = (district + rng.normal(0, 1.0, len(ward_district)))[area_ward] + rng.normal(0, 0.5, len(area_ward))
    rank = np.empty(len(score))
    rank[np.argsort(-score, kind="stable")] = (np.arange(len(score)) + 0.5) / len(score)
    return (np.searchsorted(np.cumsum(_AREAS_IN_DECILE), rank) + 1).clip(1, 10).astype(np.int8)


def _ward_names(wards: int) -> list[str]:
    pairs = len(_WARD_STEMS) * len(_WARD_ENDS)  # 13 and 11 have no common factor: every pair comes once
    names = [_WARD_STEMS[i % len(_WARD_STEMS)] + _WARD_ENDS[i % len(_WARD_ENDS)] for i in range(pairs)]
    rounds = -(-wards // len(names))
    return [name if turn == 0 else f"{name} {turn + 1}" for turn in range(rounds) for name in names][:wards]


def area_code(area: Codes) -> list[str]:
    """Codes in the shape of the statistics office's, with a letter it does not use."""
    return [f"N01{number:06d}" for number in area + 1]


def lookup_table(rng: Rng, places: Places) -> pa.Table:
    """The postcode look-up a user would supply; a few new postcodes are not in it yet."""
    known = np.flatnonzero(rng.random(len(places.postcode)) >= 0.003)
    area = places.postcode_area[known]
    wards = np.array(places.ward_name, object)[places.area_ward[area]]
    districts = np.array(DISTRICTS, object)[places.area_district[area]]
    columns = {
        "postcode": places.postcode[known].tolist(),
        "small_area": area_code(area),
        "ward": wards.tolist(),
        "district": districts.tolist(),
        "deprivation_decile": places.area_decile[area].astype(int).tolist(),
    }
    return pa.table(columns).sort_by("postcode")


def centroid_table(rng: Rng, places: Places) -> pa.Table:
    """Centres of small areas: towns some miles apart, wards around them, in metres on the grid and far out at sea."""
    wards, areas = len(places.ward_name), len(places.area_ward)
    town = np.array(_TOWNS)[places.area_district]
    around = rng.normal(0, _WARDS_SPREAD_M, (wards, 2))[places.area_ward]
    centre = np.array(_SEA) + town + around + rng.normal(0, _AREAS_SPREAD_M, (areas, 2))
    east, north = np.rint(centre).astype(np.int64).T
    return pa.table({"small_area": area_code(np.arange(areas, dtype=np.int32)), "easting": east, "northing": north})


def choose_dwellings(rng: Rng, places: Places, weight_of_decile: NDArray[np.float64], count: int) -> Codes:
    """Dwellings drawn at random, some deciles more than others."""
    weights = weight_of_decile[places.area_decile[places.dwelling_area] - 1]
    return pick(rng, weights, count)
