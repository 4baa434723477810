"""Intervals of counts: what the draws change, held against counting every draw's whole population anew."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cohorts.analysis import build_analysis
from cohorts.board_areas import count_areas
from cohorts.counts import count_cohorts
from cohorts.definition import load_definitions
from cohorts.measures.contact import measure_contacts
from cohorts.measures.wait_counts import count_waits
from cohorts.missed.rates import rates_by_number
from cohorts.run import run_cohorts
from cohorts.uncertainty import intervals
from cohorts.uncertainty.intervals import LinkageDraws, count_intervals
from cohorts.uncertainty.world import Setting
from flows.demo.generate import PERIODS, make_ics
from governance.contracts import COHORT_COUNT, DRAWN_PERSON, LINKAGE_DRAW, PERSON_INDEX, RECORD_QUALITY
from governance.intake.period import as_of_date
from governance.keys.ring import Secret
from governance.settings import load_bundle
from governance.warehouse import connect
from tests.lib.recovery import LIBRARY, payloads_of, true_index

PERIOD, DRAWS = PERIODS[-1], 4
KEY = list(COHORT_COUNT.key)
NOISE = Secret(bytes([9]) * 32)


@pytest.fixture(scope="module")
def setting(tmp_path_factory):
    """A small synthetic ICS, its perfect person index, and what its analysis is made of."""
    made = make_ics(tmp_path_factory.mktemp("ics"), people=600, seed=5, periods=[PERIOD])
    # What the demo's nine sources know nothing of.
    shared = (LIBRARY / "c00_shared_by_construction.yaml").read_text("utf-8")
    shared = shared.replace(", talking.session, probation.order, da.advocate_contact", "").replace(
        "[team.episode]", "[asc.review]"
    )
    (made.project / "cohorts/c00_shared_by_construction.yaml").write_text(shared, "utf-8")
    bundle = load_bundle(made.project)
    payloads = payloads_of(bundle, PERIOD)
    kept = {source: one.record_person["record_id"] for source, one in payloads.items()}
    index = true_index(made.truth, PERIOD, kept)
    return index, Setting(
        sources=bundle.sources,
        payloads=payloads,
        project=bundle.project,
        definitions=load_definitions(bundle),
        as_of=as_of_date(PERIOD),
    )


def counted(index, setting):
    """The analysis tables of an index, and all counts, those of waits among them."""
    con = connect()
    build_analysis(con, setting.sources, index, setting.payloads, setting.as_of, setting.project)
    results = run_cohorts(con, setting.definitions, setting.as_of)
    counts = count_cohorts(con, results, setting.sources, noise_key=NOISE)
    measure_contacts(con, setting.as_of)
    return con, pa.concat_tables([counts, count_waits(con)])


def together(con, counts, setting, order=None):
    """How many people each count has, in the order of other counts if given; those in areas after the rest."""
    areas = count_areas(con, setting.project.report.boards)
    whole = counts["people"].to_numpy() if order is None else counted_as(order, counts)
    return np.concatenate([whole, areas["people"].to_numpy()]), areas


def drawn(index, chance):
    """Draws that part some people and join others, and the whole index of each draw."""
    table = index.to_pandas()
    people = table["person_id"].unique()
    # Whoever has most records is in most counts.
    parted = table.groupby("person_id").size().sort_values(kind="stable").index.to_numpy()[-120:]
    joined = chance.choice(np.setdiff1d(people, parted), (20, 2), replace=False)
    new, changes, worlds = [], [], []
    for person in parted:
        rows = table[table["person_id"] == person]
        for number, part in enumerate((rows.iloc[:1], rows.iloc[1:])):
            new.append(part.assign(person_id=f"part:{person}:{number}"))
    for number, pair in enumerate(joined):
        new.append(table[table["person_id"].isin(pair)].assign(person_id=f"joined:{number}"))
    for draw in range(DRAWS):
        world = table.copy()
        for person in parted[chance.random(len(parted)) < 0.5]:
            rows = world.index[world["person_id"] == person]
            names = [f"part:{person}:0", f"part:{person}:1"]
            world.loc[rows[:1], "person_id"], world.loc[rows[1:], "person_id"] = names
            changes += [(draw, person, False), *((draw, name, True) for name in names)]
        for number in np.flatnonzero(chance.random(len(joined)) < 0.5):
            world.loc[world["person_id"].isin(joined[number]), "person_id"] = f"joined:{number}"
            changes += [(draw, f"joined:{number}", True), *((draw, person, False) for person in joined[number])]
        worlds.append(pa.Table.from_pandas(world, PERSON_INDEX.schema, preserve_index=False))
    parts = [
        pa.Table.from_pandas(part[DRAWN_PERSON.schema.names], DRAWN_PERSON.schema, preserve_index=False) for part in new
    ]
    columns = dict(zip(LINKAGE_DRAW.schema.names, zip(*changes, strict=True), strict=True))
    return LinkageDraws(pa.concat_tables(parts), pa.table(columns, schema=LINKAGE_DRAW.schema), DRAWS), worlds


def counted_as(counts, other):
    """The counts of another population in the order of these; a wait that nobody has any more has no row there."""
    people = other.to_pandas().set_index(KEY)["people"]
    return people.reindex(pd.MultiIndex.from_frame(counts.select(KEY).to_pandas())).fillna(0).to_numpy().astype(int)


def quality(index):
    """Records of which no number tells anything, and which all have one: nothing is taken to be missed."""
    rows = index.select(["source", "record_id"]).to_pandas().assign(has_nhs_number=True, expected_false_links=0.0)
    for column in RECORD_QUALITY.schema.names:
        if column not in rows:
            rows[column] = 0
    return pa.Table.from_pandas(rows[RECORD_QUALITY.schema.names], RECORD_QUALITY.schema, preserve_index=False)


def test_what_draws_change_is_what_counting_them_whole_says(setting, monkeypatch):
    """Every count of every draw is that of the draw's whole population: by group, step, service, wait, area and all."""
    index, of = setting
    found, worlds = drawn(index, np.random.default_rng(1))
    seen = {}
    whole = intervals._decided_anew
    monkeypatch.setattr(intervals, "_decided_anew", lambda *given: seen.setdefault("change", whole(*given)))
    con, counts = counted(index, of)
    people, areas = together(con, counts, of)
    rates_by_number(con, quality(index))

    table, in_areas = intervals.all_intervals(con, counts, areas, found, of)

    assert table.select(KEY).equals(counts.select(KEY))
    assert in_areas.select(["area", *KEY]).equals(areas.select(["area", *KEY]))
    changed = np.array([together(*counted(world, of), of, counts)[0] for world in worlds]) - people
    np.testing.assert_array_equal(seen["change"], changed)
    key = pa.concat_tables([counts.select(KEY), areas.select(KEY)]).to_pandas()
    moved = np.abs(changed).sum(axis=0)
    kinds = key["measure"].str.split(":").str[0] + " by " + key["dimension"]
    most = pd.Series(moved).groupby(kinds.to_numpy()).sum()
    # Every kind of count is moved by some draw, or the test would say nothing of it.
    wanted = {"seen by service", "variant by all", "shared by all", "attrition by all"}
    # A wait is of one service's records: joins change where people live, and with it whose wait it is.
    wanted |= {"wait by core20", "appointments by ethnic_group"}
    wanted |= {f"met by service{kind}" for kind in ("", "_pair", "_count")}
    assert wanted <= set(most[most > 0].index)
    assert moved.sum() > 100
    moved_there = pd.Series(moved[counts.num_rows :]).groupby(areas["measure"].to_numpy()).sum()
    assert {"met", "population"} <= set(moved_there[moved_there > 0].index)
    assert moved_there[moved_there.index.str.startswith(("rung:", "attrition:"))].sum() > 0


def test_without_doubt_every_interval_is_its_count(setting):
    """No draws and no record at risk: expected, low and high are the count itself."""
    index, of = setting
    con, counts = counted(index, of)
    rates_by_number(con, quality(index))
    nothing = LinkageDraws(DRAWN_PERSON.schema.empty_table(), LINKAGE_DRAW.schema.empty_table(), 200)

    table = count_intervals(con, counts, nothing, of).to_pandas().merge(counts.to_pandas(), on=KEY)

    for limit in ("low", "expected", "high"):
        assert (table[limit] == table["people"]).all()
    assert (table["per_point"] == 0).all()


def test_records_without_a_number_widen_their_intervals(setting, monkeypatch):
    """Where no number speaks for anybody, links may be missed that nobody can see: intervals open upwards.

    What a lone record would change is what counting the whole population says with it joined to whom it is tried on.
    """
    index, of = setting
    seen = {}
    whole = intervals._tried
    monkeypatch.setattr(
        intervals,
        "_tried",
        lambda added, trials: seen.setdefault("change", whole(added, seen.setdefault("trials", trials))),
    )
    con, counts = counted(index, of)
    unnumbered = quality(index).to_pandas().assign(has_nhs_number=False)
    rates_by_number(con, pa.Table.from_pandas(unnumbered, RECORD_QUALITY.schema, preserve_index=False))
    nothing = LinkageDraws(DRAWN_PERSON.schema.empty_table(), LINKAGE_DRAW.schema.empty_table(), 200)

    table = count_intervals(con, counts, nothing, of).to_pandas().merge(counts.to_pandas(), on=KEY)

    assert (table["high"] > table["people"]).any()
    assert table.loc[table["cohort"] != "_everyone", "per_point"].abs().max() > 0
    trials, change = seen["trials"], seen["change"]
    changed = np.abs(change).sum(axis=1)
    most = int(np.argmax(changed))
    own, other = trials.person_id[most].as_py(), trials.with_id[most].as_py()
    joined = index.to_pandas().replace({"person_id": {own: other}})
    _, anew = counted(pa.Table.from_pandas(joined, PERSON_INDEX.schema, preserve_index=False), of)
    assert changed[most] > 0
    np.testing.assert_array_equal(change[[most]].toarray()[0], counted_as(counts, anew) - counts["people"].to_numpy())
