"""What changed since last time, split by cause: each cause planted alone, none, and all together."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from cohorts.analysis import build_analysis
from cohorts.counts import count_cohorts
from cohorts.query import Alive, OnSpine
from cohorts.run import run_cohorts
from cohorts.since.chain import Cause, Earlier, split_change, unsplit_change
from cohorts.uncertainty.world import Setting
from flows.demo.generate import PERIODS, make_ics
from governance.contracts import PERSON_INDEX
from governance.intake.period import as_of_date
from governance.keys.ring import Secret
from governance.settings import load_bundle
from governance.warehouse import connect
from tests.lib.cohorts import counted as events_counted
from tests.lib.cohorts import definition, length, need, query, response, rung
from tests.lib.recovery import payloads_of, true_index

PERIOD = PERIODS[-1]
AS_OF = as_of_date(PERIOD)
BEFORE = as_of_date(f"{PERIOD[:5]}{int(PERIOD[5:]) - 1:02}")
NOISE = Secret(bytes([9]) * 32)
DAY = {"record_event": "start", "record_need": "valid_from"}


def asked(at_least):
    """People with a visit to the emergency department and so many to a GP, and who were then admitted."""
    visits = need("visits", events_counted("ed.attendance", 1, within="24m"))
    surgery = need("surgery", events_counted("gp.consultation", at_least, within="24m"))
    ladder = (rung("admitted", response("apc.admission")),)
    everyone = (OnSpine(), Alive())
    return [definition(query(visits, surgery, population=everyone, lookback=length("24m"), ladder=ladder), "visitors")]


@pytest.fixture(scope="module")
def ics(tmp_path_factory):
    """A small synthetic ICS, its perfect person index, and what its analysis is made of."""
    made = make_ics(tmp_path_factory.mktemp("ics"), people=400, seed=5, periods=[PERIOD])
    bundle = load_bundle(made.project)
    payloads = payloads_of(bundle, PERIOD)
    kept = {source: one.record_person["record_id"] for source, one in payloads.items()}
    setting = Setting(
        sources=bundle.sources,
        payloads=payloads,
        project=bundle.project,
        definitions=asked(2),
        as_of=AS_OF,
    )
    return true_index(made.truth, PERIOD, kept), setting


def counted(index, setting):
    """The analysis tables of an index, and all counts."""
    con = connect()
    build_analysis(con, setting.sources, index, setting.payloads, setting.as_of, setting.project)
    results = run_cohorts(con, setting.definitions, setting.as_of)
    return con, count_cohorts(con, results, setting.sources, noise_key=NOISE)


def split(now, before):
    """The chain between two (index, setting), as rows, with this time's counts."""
    (index, setting), (old_index, old) = now, before
    then = counted(old_index, old)[1]
    con, counts = counted(index, setting)
    earlier = Earlier(as_of=old.as_of, index=old_index, payloads=old.payloads, counts=then)
    return then, counts, split_change(con, setting, index, earlier, noise_key=NOISE)


def only(payloads, wanted):
    """Payloads of some records only: ``wanted`` says of a source and its ids which stay."""
    return {source: of_records(one, wanted(source, one.record_person["record_id"])) for source, one in payloads.items()}


def of_records(payload, mask):
    """One payload, of the records that a mask over ``record_person`` keeps."""
    kept = payload.record_person["record_id"].filter(mask).combine_chunks()
    names = ("record_person", *DAY)
    tables = {name: getattr(payload, name) for name in names}
    return replace(payload, **{n: t.filter(pc.is_in(t["record_id"], value_set=kept)) for n, t in tables.items()})


def of_payloads(index, payloads):
    """The index of the records that are there."""
    kept = {source: one.record_person["record_id"].combine_chunks() for source, one in payloads.items()}
    parts = [index.filter(pc.equal(index["source"], source)) for source in payloads]
    masks = [pc.is_in(part["record_id"], value_set=ids) for part, ids in zip(parts, kept.values(), strict=True)]
    return pa.concat_tables([part.filter(mask) for part, mask in zip(parts, masks, strict=True)])


def until(payloads, day):
    """What could be known of the months before a day."""
    return {
        source: replace(
            one,
            **{
                name: getattr(one, name).filter(pc.less(getattr(one, name)[column], day))
                for name, column in DAY.items()
            },
        )
        for source, one in payloads.items()
    }


def some(column, share, seed):
    """A mask that keeps about this share of rows."""
    return pa.array(np.random.default_rng(seed).random(len(column)) < share)


def late(payloads):
    """A third of all events and needs had not arrived."""
    found = {}
    for number, (source, one) in enumerate(payloads.items()):
        parts = {n: getattr(one, n).filter(pc.invert(some(getattr(one, n)["record_id"], 0.3, number))) for n in DAY}
        found[source] = replace(one, **parts)
    return found


def unjoined(index):
    """A third of the records outside the spine were taken for people of their own."""
    mask = pc.and_(some(index["person_id"], 0.3, 7), pc.not_equal(index["source"], "gp_register"))
    alone = pa.array([f"A{number:07}" for number in range(len(index))])  # as long as other ids
    names = pc.if_else(mask, alone, index["person_id"])
    return index.set_column(index.schema.get_field_index("person_id"), "person_id", names).cast(PERSON_INDEX.schema)


def without(index, payloads, share, seed):
    """Some people were not here: their records are in no table."""
    people = pc.unique(index["person_id"]).sort()
    gone = people.filter(some(people, share, seed))
    kept = index.filter(pc.invert(pc.is_in(index["person_id"], value_set=gone)))
    ids = {source: kept.filter(pc.equal(kept["source"], source))["record_id"].combine_chunks() for source in payloads}
    return kept, only(payloads, lambda source, numbers: pc.is_in(numbers, value_set=ids[source]))


def by_cause(table, measure="met"):
    """Moved people by cause, over all cohorts: (into, out of) one measure."""
    rows = [row for row in table.to_pylist() if row["measure"] == measure]
    return {
        cause: tuple(
            sum(row[name] for row in rows if row["cause"] == cause) for name in ("more_people", "fewer_people")
        )
        for cause in (cause.value for cause in Cause if cause is not Cause.NOT_SPLIT)
    }


def moved(table):
    """Causes that moved anybody, in any measure."""
    return {row["cause"] for row in table.to_pylist() if row["more_people"] or row["fewer_people"]}


def check_sums(then, counts, table):
    """Every chain starts at last time's count, ends at this time's, and has no gap; keys are those of the people."""
    exact = [
        {(r["cohort"], r["measure"]): (r["people"], r["cell_key"]) for r in of.to_pylist() if r["dimension"] == "all"}
        for of in (then, counts)
    ]
    chains = {}
    for row in table.to_pylist():
        chains.setdefault((row["cohort"], row["measure"]), []).append(row)
    assert chains
    for key, steps in chains.items():
        assert [row["cause"] for row in steps] == ["definition", "linkage", "late_data", "people"]
        ends = [steps[0]["before_people"], *(row["after_people"] for row in steps)]
        assert (ends[0], ends[-1]) == (exact[0][key][0], exact[1][key][0])
        assert [row["before_people"] for row in steps] == ends[:-1]
        for row in steps:
            assert row["after_people"] - row["before_people"] == row["more_people"] - row["fewer_people"]
        noise = sum(row["more_noise"] - row["fewer_noise"] for row in steps)
        assert (exact[1][key][1] - exact[0][key][1] - noise) % 2**32 == 0


def test_where_nothing_was_planted_nothing_moved(ics):
    """The same records, joins and definitions: no cause moves anybody, and every count is what it was."""
    then, counts, table = split(ics, ics)

    check_sums(then, counts, table)
    assert moved(table) == set()
    assert sum(row["after_people"] for row in table.to_pylist()) > 500


def test_late_data_alone(ics):
    """Events and needs that had not arrived: all of the change is late data."""
    index, setting = ics
    then, counts, table = split(ics, (index, replace(setting, payloads=late(setting.payloads))))

    check_sums(then, counts, table)
    assert moved(table) == {"late_data"}
    assert by_cause(table)["late_data"][0] >= 10


def test_late_records_of_people_who_were_here_alone(ics):
    """Whole records that a service sent late, of people on the spine: late data, and nobody has joined."""
    index, setting = ics
    old = only(setting.payloads, lambda source, ids: some(ids, 0.6 if source == "emergency_care" else 1, 3))
    then, counts, table = split(ics, (of_payloads(index, old), replace(setting, payloads=old)))

    check_sums(then, counts, table)
    assert moved(table) == {"late_data"}
    assert by_cause(table)["late_data"][0] >= 10


def test_better_linkage_alone(ics):
    """The same records, more of them joined: all of the change is linkage."""
    index, setting = ics
    then, counts, table = split(ics, (unjoined(index), setting))

    check_sums(then, counts, table)
    assert moved(table) == {"linkage"}
    assert by_cause(table)["linkage"][0] >= 5


def test_another_definition_alone(ics):
    """Other thresholds: all of the change is the definition, and the recount never asks the old one."""
    index, setting = ics
    then, counts, table = split(ics, (index, replace(setting, definitions=asked(1))))

    check_sums(then, counts, table)
    assert moved(table) == {"definition"}


def test_people_alone(ics):
    """A month more, people who joined, people who left: all of the change is people."""
    index, setting = ics
    joined, payloads = without(index, until(setting.payloads, BEFORE), 0.1, 1)
    left, now = without(index, setting.payloads, 0.1, 2)
    then, counts, table = split(
        (left, replace(setting, payloads=now)), (joined, replace(setting, payloads=payloads, as_of=BEFORE))
    )

    check_sums(then, counts, table)
    assert moved(table) == {"people"}
    more, fewer = by_cause(table, "population")["people"]
    assert min(more, fewer) > 20


def test_all_causes_together(ics):
    """Everything at once: the steps add up, each cause moves people."""
    index, setting = ics
    joined, payloads = without(unjoined(index), late(until(setting.payloads, BEFORE)), 0.1, 1)
    left, now = without(index, setting.payloads, 0.1, 2)
    then, counts, table = split(
        (left, replace(setting, payloads=now, definitions=asked(1))),
        (joined, replace(setting, payloads=payloads, as_of=BEFORE)),
    )
    check_sums(then, counts, table)
    assert moved(table) == {"definition", "linkage", "late_data", "people"}


def test_where_records_are_gone_the_whole_difference_is_one_step(ics):
    """Both counts are told, and nothing of why they differ."""
    index, setting = ics
    then = counted(index, replace(setting, payloads=late(setting.payloads)))[1]
    counts = counted(index, setting)[1]

    table = unsplit_change(then, counts, setting)

    assert set(table["cause"].to_pylist()) == {"not_split"}
    exact = [counts_of_whole(each) for each in (then, counts)]
    rows = {(row["cohort"], row["measure"]): row for row in table.to_pylist()}
    assert {key: (row["before_people"], row["after_people"]) for key, row in rows.items()} == {
        key: (exact[0][key], exact[1][key]) for key in rows
    }
    assert rows["visitors", "met"]["more_people"] == exact[1]["visitors", "met"] - exact[0]["visitors", "met"] > 10


def counts_of_whole(counts):
    """Exact counts of whole cohorts, by cohort and measure."""
    return {(r["cohort"], r["measure"]): r["people"] for r in counts.to_pylist() if r["dimension"] == "all"}


def test_what_an_extract_does_not_reach_back_to_is_no_correction(ics):
    """Events older than anything that this time's extract holds are taken as they were: nothing moves."""
    index, setting = ics
    first = AS_OF.replace(year=AS_OF.year - 1)
    older = {
        source: replace(
            one, **{n: getattr(one, n).filter(pc.greater_equal(getattr(one, n)[c], first)) for n, c in DAY.items()}
        )
        for source, one in setting.payloads.items()
    }
    _, _, table = split((index, replace(setting, payloads=older)), ics)

    assert "late_data" not in moved(table)
