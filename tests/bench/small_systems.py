"""A small synthetic system, linked and counted in one process: the steps of the flows without what does not count.

Nothing is sealed, signed, recorded or approved anew, extracts are parsed in this process, and definitions are asked of
several person indices at once, because planning a statement takes four times as long as answering it for so few people.
Every count is what the flows make of it: ``python -m tests.bench.coverage --check`` holds the two against each other.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import duckdb
import pyarrow as pa

from cohorts import events
from cohorts.analysis import build_analysis
from cohorts.counts import count_cohorts
from cohorts.events import Payload, record_tables
from cohorts.query import Definition
from cohorts.run import run_cohorts
from cohorts.uncertainty.intervals import LinkageDraws
from cohorts.uncertainty.world import Setting
from flows.demo import generate
from flows.demo.generate import DemoReceipt
from flows.demo.name_bands import use_bands
from flows.key_desk import make_keys
from flows.run import Run, now, uses_of
from governance.approval import ApprovalStatus
from governance.areas import load_area_lookup
from governance.intake import deliver
from governance.intake.extracts import read_extracts
from governance.intake.parse import parse_file
from governance.keys.issue import household_context
from governance.keys.ring import KeyRing, kid_of
from governance.leaving_out import leave_out
from governance.settings import Source, load_bundle
from governance.warehouse import connect, fetch_table, load_table
from linkage.bands import read_bands
from linkage.chance import count_chance
from linkage.cluster import cluster
from linkage.draws import DRAWS, draw_links
from linkage.encode import EncodingKeys, encode, identities
from linkage.link import SourceViews
from linkage.link import link as link_records
from linkage.person_index import build_person_index
from linkage.quality import record_quality
from tests.lib.recovery import LIBRARY, perfect_index, true_records

_OF_PEOPLE = {"person": ("household",), "event": (), "need_evidence": ()}
"""Tables of people, and what in them would tie people of two indices together."""
_ALIKE = ("coverage", "provider", "source_sector")
_VERDICTS = ("cohort_member", "extra_member")
_AS_THEY_ARE = ("cohort", "extra")


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A system as linkage leaves it, and what is true of it."""

    run: Run
    payloads: Mapping[str, Payload]
    indices: Mapping[str, pa.Table]
    """Contract ``person_index``, by how it was made: ``linked``, ``fixed`` (at another threshold), ``true``."""
    draws: LinkageDraws
    record_quality: pa.Table

    def setting(self, definitions: Sequence[Definition]) -> Setting:
        """What its analysis is made of."""
        bundle = self.run.bundle
        return Setting(
            sources=bundle.sources,
            payloads=self.payloads,
            project=bundle.project,
            definitions=definitions,
            as_of=self.run.as_of,
        )


def with_linkage(run: Run, **changes: Any) -> Run:
    """The same run with other linkage settings, past every approval: for a comparison only."""
    project = run.bundle.project
    linkage = project.linkage.model_copy(update=changes)
    return replace(run, bundle=replace(run.bundle, project=project.model_copy(update={"linkage": linkage})))


def linked_system(
    folder: Path, people: int, seed: int, period: str, fixed: float, changes: Mapping[str, Any]
) -> Linked:
    """Make a system and link it.

    Args:
        folder: An empty one; extracts are written there, in clear: everybody is made up.
        people: In it.
        seed: Of the synthetic ICS.
        period: ``YYYY-MM``.
        fixed: The other threshold.
        changes: Linkage settings that are not those of the demo.
    """
    made, run = _made(folder, people, seed, period)
    run = with_linkage(run, **changes)
    with _unguarded():
        sent = [
            _sent(run, source, load_area_lookup(run.root, run.bundle.project.lookup)) for source in run.bundle.sources
        ]
    payloads = {views.source: payload for views, payload in sent}
    con = connect(lock=False)
    linkage = run.bundle.project.linkage
    result = link_records(con, [views for views, _ in sent], linkage)
    key, info = run.ring.person_key(run.today)
    kid = kid_of(info.fingerprint)
    index = build_person_index(con, key, kid).table
    quality = record_quality(con, linkage.threshold_probability, linkage, result.model)
    drawn = draw_links(con, linkage.threshold_probability)
    cluster(con, fixed)
    indices = {
        "linked": index,
        "fixed": build_person_index(con, key, kid).table,
        "true": perfect_index(true_records(run, made.truth), index),
    }
    con.close()
    draws = LinkageDraws(drawn.drawn_person, drawn.linkage_draw, DRAWS)
    return Linked(run=run, payloads=payloads, indices=indices, draws=draws, record_quality=quality)


def _made(folder: Path, people: int, seed: int, period: str) -> tuple[DemoReceipt, Run]:
    """What :func:`tests.lib.recovery.whole_system` makes, without its paperwork: nobody asks for an approval here."""
    with patch.object(generate, "_assess", lambda project: None):
        made = generate.make_ics(folder, people=people, seed=seed, periods=[period], whole=True)
    shutil.copytree(LIBRARY, made.project / "cohorts", dirs_exist_ok=True)
    make_keys(made.project, demo=True)
    use_bands(made.project)
    nobody = cast("ApprovalStatus", None)
    bundle, ring = load_bundle(made.project), KeyRing(made.project / "keys")
    return made, Run(root=made.project, bundle=bundle, period=period, ring=ring, today=now().date(), approval=nobody)


@contextmanager
def _unguarded() -> Iterator[None]:
    """Without what guards against suppliers: a process for every file, and columns that look like identifiers."""
    with (
        patch.object(deliver, "parse_apart", parse_file),
        patch.object(events, "refuse_identifiers", lambda con, source: None),
    ):
        yield


def _sent(run: Run, source: Source, areas: pa.Table) -> tuple[SourceViews, Payload]:
    """What a source sends to the two zones; see :func:`flows.pseudonymise.pseudonymise`."""
    project = run.bundle.project
    # Two rows out of shape in a file of twenty stop a month; here they are set aside, like two in two thousand.
    source = source.model_copy(update={"max_rejected_share": 1.0})
    issued, record_key = run.encoding(source.id), run.record_key(source.id)
    intake = read_extracts(run.root, source, run.period, record_key=record_key, synthetic=project.synthetic)
    leave_out(intake, run.bundle, run.root, run.period, run.today, record_key)
    homes = issued.subkey(*household_context(uses_of(run.bundle))) if project.households else None
    payload = record_tables(intake.con, source, areas, homes)
    keys = EncodingKeys.derive(issued, project=project.id, purpose=project.purpose, linkage=project.linkage)
    file = next(file for file in source.files if file.id == intake.people_file)
    found = identities(intake.con, file, keys, read_bands(run.root, project.linkage.name_bands, keys.ids))
    single = source.one_record_per_person
    encoded = encode(found, project.linkage, keys, one_record_per_person=single)
    chance = count_chance(intake.con, found, project.linkage, keys, one_record_per_person=single)
    intake.con.close()
    return SourceViews(source.id, single, encoded.views, encoded.records, chance), payload


def count_together(
    found: Linked, definitions: Sequence[Definition]
) -> tuple[dict[str, pa.Table], duckdb.DuckDBPyConnection]:
    """Counts by person index, and the warehouse of ``linked`` as counting leaves it.

    All people are asked in one warehouse, where nobody lives with anybody of another index.
    """
    run = found.run
    warehouses = {name: connect() for name in found.indices}
    with connect() as together:
        for place, (name, con) in enumerate(warehouses.items()):
            build_analysis(con, run.bundle.sources, found.indices[name], found.payloads, run.as_of, run.bundle.project)
            _add(together, con, name, place)
        results = run_cohorts(together, definitions, run.as_of)
        counts = {}
        for name, con in warehouses.items():
            _hand_back(together, con, name)
            noise = run.ring.release_key(run.today)
            counts[name] = count_cohorts(con, results, run.bundle.sources, noise_key=noise)
            if name != "linked":
                con.close()
    return counts, warehouses["linked"]


def _add(together: duckdb.DuckDBPyConnection, con: duckdb.DuckDBPyConnection, name: str, place: int) -> None:
    """The people of one index, under names and home numbers of their own."""
    home = f"CASE WHEN household IS NOT NULL THEN 8 * dense_rank() OVER (ORDER BY household) + {place} END AS household"
    for each, others in _OF_PEOPLE.items():
        own = ", ".join([f"'{name}:' || person_id AS person_id", *([home] if "household" in others else [])])
        table = fetch_table(con, f"SELECT * REPLACE ({own}) FROM {each}")
        if place == 0:
            load_table(together, each, table.slice(0, 0))
        together.register("more", table)
        together.execute(f"INSERT INTO {each} SELECT * FROM more")
        together.unregister("more")
    for each in _ALIKE:
        load_table(together, each, fetch_table(con, f"SELECT * FROM {each}"))


def _hand_back(together: duckdb.DuckDBPyConnection, con: duckdb.DuckDBPyConnection, name: str) -> None:
    """The verdicts on the people of one index."""
    for each in _VERDICTS:
        mine = f"SELECT * REPLACE (substr(person_id, {len(name) + 2}) AS person_id) FROM {each}"
        load_table(con, each, fetch_table(together, f"{mine} WHERE starts_with(person_id, '{name}:')"))
    for each in _AS_THEY_ARE:
        load_table(con, each, fetch_table(together, f"SELECT * FROM {each}"))
