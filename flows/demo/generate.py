"""Make a synthetic integrated care system: a project folder with extracts, and the truth beside it."""

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from flows.demo.delivery import Delivery, write_extract
from flows.demo.draws import Streams
from flows.demo.layouts import LAYOUTS, WIDER_LAYOUTS
from flows.demo.name_bands import write_frequencies
from flows.demo.nhs_numbers import MOST_PEOPLE
from flows.demo.optout import opted_out_numbers, write_cleaned_list, write_sensitive_list
from flows.demo.places import centroid_table, lookup_table
from flows.demo.timeline import make_timeline
from flows.demo.truth import write_truth
from flows.demo.wider.specs import SPECS
from flows.demo.world import World, make_world
from governance.errors import BadInput
from governance.policy.assessed import assessed_digest
from governance.settings import load_bundle
from governance.settings.linkage import NameBandsFile

CONFIG = Path(__file__).parents[2] / "config"
PERIODS = ("2026-03", "2026-06", "2026-09")
LOOKUP = "lookups/northmoor_postcodes.csv"
CENTROIDS = "lookups/northmoor_centroids.csv"
RESTRICTED_CODES = "lookups/restricted_codes.csv"
FEWEST_PEOPLE = 200
WHOLE_COHORTS = ("c00_shared_by_construction", "c13_frail_alone_unknown")
"""Asked of a whole system beside the demo's four: more than six a board does not read."""
_WITH_SENSITIVE_LIST = frozenset({"gp_register", "adult_social_care"})

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReceipt:
    """What was made; counts and names only."""

    project: Path
    truth: Path
    people: int
    seed: int
    periods: tuple[str, ...]
    rows: dict[str, int]
    """Rows of each extract, by its path below ``extracts/``."""
    truth_rows: dict[str, int]
    lookup_sha256: str


def make_ics(
    folder: Path,
    *,
    people: int,
    seed: int,
    periods: Sequence[str] = PERIODS,
    progress: Say | None = None,
    whole: bool = False,
) -> DemoReceipt:
    """Make a synthetic ICS.

    Args:
        folder: Gets ``project/`` (configs, look-up, extracts, cleaned lists) and, beside it, ``truth/``.
        people: Everybody who lives in the area at some time in the 36 months up to the last period.
        seed: The same seed gives the same bytes.
        periods: ``YYYY-MM``, earliest first; each extract is a snapshot up to the end of its period.
        progress: Told what is being made.
        whole: Ten more services, and truth for every definition of the library; the demo does without.

    Raises:
        BadInput: Too few or too many people, periods out of order, or the folder holds a project of real people.
    """
    say = progress or (lambda _: None)
    timeline = make_timeline(periods)
    _check(folder, people)
    say("Drawing people, homes and lives")
    world = make_world(Streams(seed), timeline, people=people, whole=whole)
    project = folder / "project"
    say("Copying the configs")
    digest = _copy_configs(world, project, whole=whole)
    write_frequencies(world.names, world.people, project)
    say("Writing extracts")
    delivered, rows = _deliver(world, project, say, whole=whole)
    say("Writing the truth beside the project")
    truth_rows = write_truth(world, delivered, folder / "truth", whole=whole)
    return DemoReceipt(
        project=project,
        truth=folder / "truth",
        people=people,
        seed=seed,
        periods=timeline.periods,
        rows=rows,
        truth_rows=truth_rows,
        lookup_sha256=digest,
    )


def _check(folder: Path, people: int) -> None:
    if not FEWEST_PEOPLE <= people <= MOST_PEOPLE:
        raise BadInput(
            f"A synthetic ICS can have {FEWEST_PEOPLE} to {MOST_PEOPLE:,} people.",
            why="With fewer there is nothing to find; for more there are not enough NHS numbers in the test range.",
            fix="Ask for a number of people in between.",
            code="E-DEMO-PEOPLE",
        )
    config = folder / "project" / "project.yaml"
    if config.exists() and not re.search(r"^synthetic:\s*true\s*$", config.read_text("utf-8"), re.MULTILINE):
        raise BadInput(
            f"{config.name} in that folder is not of a synthetic project.",
            why="Its extracts would be overwritten.",
            fix="Choose an empty folder.",
            code="E-DEMO-FOLDER",
        )


def _copy_configs(world: World, project: Path, *, whole: bool) -> str:
    """Configs, schemas, a look-up of the right size, and its digest in the project file."""
    demo = CONFIG / "demo"
    project.mkdir(parents=True, exist_ok=True)
    for name in ("sources", "cohorts", "boards"):
        _copy_folder(demo / name, project / name)
    if whole:
        _copy_folder(CONFIG / "whole" / "sources", project / "sources")
        for cohort in WHOLE_COHORTS:
            shutil.copyfile(CONFIG / "library" / f"{cohort}.yaml", project / "cohorts" / f"{cohort}.yaml")
    _copy_folder(CONFIG / "schemas", project / "schemas")
    for name in ("policy.yaml", "board.yaml"):
        shutil.copyfile(demo / name, project / name)
    (project / LOOKUP).parent.mkdir(exist_ok=True)
    shutil.copyfile(demo / RESTRICTED_CODES, project / RESTRICTED_CODES)
    streams, places = world.streams, world.places
    tables = {
        LOOKUP: lookup_table(streams.rng("lookup"), places),
        CENTROIDS: centroid_table(streams.rng("centroids"), places),
    }
    digests = {name: _write_csv(project / name, table) for name, table in tables.items()}
    text = (demo / "project.yaml").read_text("utf-8")
    own = _with_digests(_whole(text) if whole else text, digests)
    (project / "project.yaml").write_bytes(own.encode())
    if whole:
        _assess(project)
    return digests[LOOKUP]


def _write_csv(path: Path, table: pa.Table) -> str:
    """The digest of what was written."""
    pa_csv.write_csv(table, path, pa_csv.WriteOptions(quoting_style="needed", quoting_header="none"))
    return sha256(path.read_bytes()).hexdigest()


def _with_digests(text: str, digests: Mapping[str, str]) -> str:
    """The project file with the digest of each named file in the place of the shipped one's."""
    for name, digest in digests.items():
        block = rf"(path: {re.escape(name)}\n(?:  .*\n)*?  sha256: )[0-9a-f]{{64}}"
        text = re.sub(block, rf"\g<1>{digest}", text, count=1)
    return text


def _assess(project: Path) -> None:
    """Let the made-up assessment cover what the whole system is, without and with name bands."""
    config, bundle = project / "project.yaml", load_bundle(project)
    bands = NameBandsFile(path="bands", edition="any", sha256="0" * 64)
    linkage = bundle.project.linkage.model_copy(update={"name_bands": bands})
    with_bands = replace(bundle, project=bundle.project.model_copy(update={"linkage": linkage}))
    lines = "".join(f"      - sha256: {assessed_digest(one)}\n" for one in (bundle, with_bands))
    text = config.read_text("utf-8")
    config.write_bytes(re.sub(r"(?:      - sha256: [0-9a-f]{64}\n)+", lines, text, count=1).encode())


def _whole(text: str) -> str:
    """The demo's project file for all nineteen sources: people are told of them, and who shares a home is told."""
    told = f"advice_service,\n      {', '.join(spec.source for spec in SPECS)}]"
    text = text.replace("advice_service]", told).replace("retention_months:", "households: true\nretention_months:")
    cohorts = sorted({path.stem for path in (CONFIG / "demo/cohorts").glob("*.yaml")} | set(WHOLE_COHORTS))
    # Nineteen services make 171 pairs a cohort: more than a board can read, or an attack on the release can try.
    left_out = "".join(f"\n    - {{cohort: {cohort}, dimension: service_pair}}" for cohort in cohorts)
    return re.sub(r"^(  contact: .*)$", rf"\1\n  leave_out:{left_out}", text, count=1, flags=re.MULTILINE)


def _copy_folder(source: Path, target: Path) -> None:
    """Copy files, leaving alone what else is there; nothing if there is no such folder."""
    for path in sorted(source.rglob("*")):
        if path.is_file():
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def _deliver(
    world: World, project: Path, say: Say, *, whole: bool
) -> tuple[dict[tuple[str, str], Delivery], dict[str, int]]:
    """Write every source's files for every period."""
    delivered: dict[tuple[str, str], Delivery] = {}
    rows: dict[str, int] = {}
    opted_out = opted_out_numbers(world)
    for layout in (*LAYOUTS, *WIDER_LAYOUTS) if whole else LAYOUTS:
        say(f"Writing extracts of {layout.source}")
        book = layout.open(world)
        for period, end in zip(world.timeline.periods, world.timeline.period_end, strict=True):
            delivery = layout.deliver(world, book, period, end)
            for extract in delivery.extracts:
                write_extract(extract, project / "extracts" / period)
                rows[f"{period}/{extract.path}"] = extract.table.num_rows
            if layout.source in _WITH_SENSITIVE_LIST:
                write_sensitive_list(project / "sensitive" / period / f"{layout.source}.csv")
            if layout.cleaned_list:
                write_cleaned_list(
                    delivery.nhs_numbers, opted_out, project / "optout" / period / f"{layout.source}.dat"
                )
            delivered[period, layout.source] = _light(delivery)
    return delivered, rows


def _light(delivery: Delivery) -> Delivery:
    """Without the tables, which are on disk now."""
    return Delivery(extracts=[], record_id=delivery.record_id, person=delivery.person)
