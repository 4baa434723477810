"""An interval around every count: the same records joined otherwise, draw by draw, and what each draw counts.

A draw differs from the person index in a few people. What they add to each count is looked up once, however many draws
they are in; the rest is (draws x people) times (people x counts), both sparse.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import csr_array

from cohorts.board_areas import place_people
from cohorts.measures.contact import measure_contacts
from cohorts.measures.wait_counts import stage_waits, waits_in
from cohorts.uncertainty.left_alone import Trials, times_tried, try_lone
from cohorts.uncertainty.missed_links import Donors, counted_as, find_donors, taken_per_point
from cohorts.uncertainty.world import Setting, build_world
from governance.area_folders import WHOLE
from governance.contracts import AREA_COUNT, AREA_INTERVAL, COHORT_INTERVAL, check_table
from governance.settings.project import Board
from governance.warehouse import fetch_table, load_sql, load_table

LIMITS = (0.025, 0.975)
"""Of a 95% interval: five of two hundred draws lie beyond each end."""

_SEED = 8_092
_KEY = list(AREA_COUNT.key)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinkageDraws:
    """What linkage hands over of its draws."""

    drawn_person: pa.Table
    """Contract ``drawn_person``."""
    linkage_draw: pa.Table
    """Contract ``linkage_draw``."""
    draws: int


@dataclass(frozen=True, slots=True)
class _Added:
    """What people add to each count."""

    names: pa.Array
    cells: csr_array
    """Shape (people, counts): 1 where a person counts."""

    def rows(self, names: pa.ChunkedArray | pa.Array) -> csr_array:
        """What some people add, in the order given."""
        return self.cells[self.places(names)]

    def places(self, names: pa.ChunkedArray | pa.Array) -> NDArray[np.int64]:
        """Their rows."""
        found: NDArray[np.int64] = pc.index_in(names, value_set=self.names).to_numpy().astype(np.int64)
        return found


def count_intervals(
    con: duckdb.DuckDBPyConnection, counts: pa.Table, found: LinkageDraws, setting: Setting
) -> pa.Table:
    """As :func:`all_intervals`, of the whole alone; contract ``cohort_interval``."""
    return all_intervals(con, counts, AREA_COUNT.schema.empty_table(), found, setting)[0]


def all_intervals(
    con: duckdb.DuckDBPyConnection, of_whole: pa.Table, of_areas: pa.Table, found: LinkageDraws, setting: Setting
) -> tuple[pa.Table, pa.Table]:
    """The interval of every count: by group, by step, by service, of those beside the answers, of waits, and in areas.

    Args:
        con: Analysis tables, and what counting and :func:`cohorts.missed.rates.rates_by_number` left in it.
        of_whole: Contract ``cohort_count``; with what ``count_waits`` counted, or without.
        of_areas: Contract ``area_count``. In a draw somebody may live in another area.
        found: From linkage.
        setting: What the analysis was made of.

    Returns:
        Contracts ``cohort_interval`` and ``area_interval``, in the order of the counts.
    """
    counts = pa.concat_tables([each.select([*_KEY, "people"]) for each in (_in_whole(of_whole), of_areas)])
    donors = find_donors(con)
    chance = np.random.default_rng(_SEED)
    single = {one.id: one.one_record_per_person for one in setting.sources}
    trials = try_lone(con, donors, single, found.draws, chance)
    world = build_world(con, pa.concat_tables([found.drawn_person, donors.split, trials.people]), setting)
    if waits_in(counts):
        measure_contacts(world, setting.as_of, fetch_table(con, "SELECT * FROM centroid"))
        stage_waits(world)
    linked = [found.linkage_draw["person_id"], donors.person_id, trials.person_id, trials.with_id]
    asked = pa.chunked_array([chunk for each in linked for chunk in each.chunks], pa.string())
    added = _added(con, world, counts, asked, setting.project.report.boards)
    world.close()
    missed = _missed_links(added, donors)
    change = _decided_anew(added, found)
    change += np.asarray((times_tried(trials, chance) @ _tried(added, trials)).todense())
    per_point = sum(
        ((missed @ counted_as(counts, group)).T @ taken for group, taken in taken_per_point(donors)),
        start=np.zeros(counts.num_rows),
    )
    every = _intervals(counts, change.astype(np.float64), per_point)
    whole, areas = every.slice(0, of_whole.num_rows), every.slice(of_whole.num_rows)
    return check_table(whole.drop_columns("area"), COHORT_INTERVAL), check_table(areas, AREA_INTERVAL)


def _in_whole(counts: pa.Table) -> pa.Table:
    return counts.add_column(0, "area", pa.repeat(pa.scalar(WHOLE), counts.num_rows))


def _added(
    con: duckdb.DuckDBPyConnection,
    world: duckdb.DuckDBPyConnection,
    counts: pa.Table,
    linked: pa.ChunkedArray,
    boards: Sequence[Board],
) -> _Added:
    """What the drawn people add, and the people of the index who are not there in some draw."""
    people = [linked.unique(), fetch_table(world, "SELECT person_id FROM drawn")["person_id"].combine_chunks()]
    cell = counts.select(_KEY).append_column("cell", pa.array(np.arange(counts.num_rows)))
    asked_of = ["person_cell", *(["wait_cell"] if waits_in(counts) else [])]
    parts = []
    for each, asked in zip((con, world), people, strict=True):
        load_table(each, "counted_person", pa.table({"person_id": asked}))
        load_table(each, "cell", cell)
        place_people(each, boards)
        parts += [fetch_table(each, load_sql("cohorts.uncertainty", question)) for question in asked_of]
    both = pa.concat_tables(parts)
    names = pa.concat_arrays(people).unique()
    place = pc.index_in(both["person_id"], value_set=names).to_numpy()
    ones = np.ones(len(place), np.int32)
    return _Added(names, csr_array((ones, (place, both["cell"].to_numpy())), shape=(len(names), counts.num_rows)))


def _decided_anew(added: _Added, found: LinkageDraws) -> NDArray[np.int32]:
    """What the pairs in doubt change in each count: shape (draws, counts)."""
    place = added.places(found.linkage_draw["person_id"])
    sign = np.where(found.linkage_draw["is_there"].to_numpy(), 1, -1).astype(np.int32)
    changes = (sign, (found.linkage_draw["draw"].to_numpy(), place))
    whose = csr_array(changes, shape=(found.draws, len(added.names)))
    return np.asarray((whose @ added.cells).todense())


def _missed_links(added: _Added, donors: Donors) -> csr_array:
    """What one more link like each donor's changes in each count: one person instead of two."""
    numbers = [str(number) for number in range(len(donors.source))]
    without, alone = (
        added.rows(pa.array([f"{part}:{number}" for number in numbers], pa.string())) for part in ("without", "alone")
    )
    return csr_array(added.rows(donors.person_id) - without - alone)


def _tried(added: _Added, trials: Trials) -> csr_array:
    """What changes in each count if a lone record is somebody's: one person instead of two."""
    one = added.rows(pa.array([f"tried:{number}" for number in range(len(trials.person_id))], pa.string()))
    return csr_array(one - added.rows(trials.with_id) - added.rows(trials.person_id))


def _intervals(counts: pa.Table, change: Floats, per_point: Floats) -> pa.Table:
    people = counts["people"].to_numpy()
    drawn = np.maximum(people + change, 0)
    low, high = np.quantile(drawn, LIMITS, axis=0, method="closest_observation")
    found = counts.select(_KEY)
    found = found.append_column("expected", pa.array(np.round(drawn.mean(axis=0), 3)))
    for name, limit in (("low", low), ("high", high)):
        found = found.append_column(name, pa.array(limit.astype(np.int64)))
    found = found.append_column("per_point", pa.array(np.round(per_point, 4)))
    return found
