"""The project file: what this project is for, and how it links, reports and keeps."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from governance.settings.accountability import Governance
from governance.settings.base import Slug, Strict, Text
from governance.settings.linkage import Linkage
from governance.settings.slip import Slip


class AreaLookup(Strict):
    """The postcode look-up the user supplies: postcode to small area, ward, district, deprivation."""

    path: Text
    edition: Text
    """Printed with every output, such as `IMD 2025, LSOA 2021`."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Digest of the exact file; signed with this project file."""
    unit: Literal["output_area", "lsoa", "msoa", "ward", "district"] = "lsoa"
    """What a small area is; an output area is smaller than is usually needed."""


class Population(Strict):
    """An estimate of how many people live here, from outside: a second denominator beside the register."""

    id: Slug
    title: Text
    """Named beside every rate that is out of it, such as `ONS mid-2025 population estimate`."""
    path: Text
    """CSV with the columns `dimension`, `group` and `people`; the dimension `all` has the group `all`."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Centroids(Strict):
    """Centres of small areas, such as the population-weighted ones of the Office for National Statistics."""

    path: Text
    """CSV with the columns `small_area`, `easting` and `northing`, in metres on the British National Grid."""
    edition: Text
    """Such as `LSOA 2021, population-weighted`."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Digest of the exact file; signed with this project file."""


class RestrictedCodes(Strict):
    """A list of legally restricted codes beside those that ship, such as members of the SNOMED CT exclusion refsets."""

    path: Text
    """CSV with the columns `code_system` and `code`."""
    edition: Text
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


Profile = Literal["cell_key", "hide7_round5", "midpoint6", "threshold10"]
"""Kinds of rule by which counts are released."""


class LeftOut(Strict):
    """A breakdown that is not published."""

    cohort: Slug
    dimension: Slug
    """Such as `ethnic_group` or `service_pair`."""
    where: Literal["everywhere", "areas"] = "everywhere"
    """`areas`: it stays in the report on the whole and is left out of the report of every board's area. With the
    dimension `all` the cohort has no numbers there at all."""


NO_BOARD = "no_board"
"""The area of people who live in no board's districts, or whose district is not known."""


class Board(Strict):
    """One of several boards, with a report of its own on the districts it is there for."""

    id: Slug
    """Names the folder of its report; one whose districts change has a new id (E-BOARD-MOVED)."""
    board: Text
    area: Text
    """What its districts are called together."""
    districts: Annotated[list[Text], Field(min_length=1)]
    """As the area look-up writes them."""


Release = Literal["two_checks", "at_once"]
"""When a report becomes public: after two people checked it, or at once."""


class Report(Strict):
    """Who the board report is from and for."""

    board: Text
    area: Text
    contact: Text
    leave_out: list[LeftOut] = []
    """Breakdowns that are not published, because with other tables they would give small counts away (E-GATE)."""
    release: Release = "two_checks"
    """`at_once` is for demonstrations: only a synthetic project may say so (OUT-07)."""
    questions: Annotated[int, Field(ge=0, le=25)] = 0
    """So many proposals of `joinedup find` stand in the report as questions worth asking, each with a safe count."""
    boards: list[Board] = []
    """Boards with a report of their own beside the one on the whole; a district belongs to one of them at most."""

    @model_validator(mode="after")
    def _boards_do_not_overlap(self) -> Self:
        ids = [each.id for each in self.boards]
        if taken := {"all", NO_BOARD}.intersection(ids):
            raise Slip(
                f"`{min(taken)}` cannot be the id of a board",
                "Give the board another id, such as the name of its area.",
                "Its folder would be that of everybody, or of people in no board's area.",
            )
        if len(set(ids)) != len(ids):
            raise Slip(
                "two boards have the same id",
                "Give each board an id of its own.",
                "The report of one would be written over that of the other.",
            )
        held = [district for each in self.boards for district in each.districts]
        if twice := sorted({district for district in held if held.count(district) > 1}):
            under = " and ".join(f"`{each.id}`" for each in self.boards if twice[0] in each.districts)
            raise Slip(
                f"district `{twice[0]}` is listed twice, under {under}: areas of boards may not overlap",
                "List it under one board: a board whose area holds others reads the whole's report, or theirs side by"
                " side.",
                "The difference of two reports would be the few people who are in one of them only.",
            )
        return self


class Project(Strict):
    """What this project is for, and how it links, reports and keeps."""

    id: Slug
    title: Text
    organisation: Text
    """The organisation that runs the linkage."""
    purpose: Slug
    """One purpose, from `approved_purposes` in policy.yaml."""
    direct_care: bool = False
    """True only for the care of the very people in the data; needs an approval of its own."""
    risk_stratification: bool = False
    """True where people are sorted by predicted need; flagged, for it has rules of its own."""
    synthetic: bool = False
    """True only for made-up people: demo keys may sign, and every page says so."""
    spine: Slug
    """Source that defines the resident population (rates are per person on it)."""
    lookup: AreaLookup
    centroids: Centroids | None = None
    """Where small areas lie; without them nobody's distance from a service is known."""
    populations: list[Population] = []
    """Estimates from outside; rates of people who meet a definition are given out of each as well."""
    restricted_codes: RestrictedCodes | None = None
    """Needed where a column holds SNOMED CT codes: its refsets are licensed and cannot ship."""
    linkage: Linkage = Linkage()
    report: Report
    households: bool = False
    """Tell who shares a home, as keyed tokens in the analysis zone; only if a cohort asks about households."""
    governance: Governance = Governance()
    """What an information governance lead writes down once."""
    disclosure: Profile = "cell_key"
    """How counts are released: `cell_key` changes, rounds and withholds; the others round or withhold only, and are for
    reports that are made once."""
    retention_months: Annotated[int, Field(ge=1, le=120)] = 24
