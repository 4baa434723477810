"""Several boards, several reports, one release: the gate puts the areas, the whole and what is left of it together."""

from functools import cache
from itertools import product
from time import process_time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.between import relations_between
from governance.contracts import AREA_COUNT, MEASURE_COUNT
from governance.disclosure import (
    MEASURES_FILE,
    CellKey,
    CellKeyRule,
    RoundingRule,
    counts_files,
    release_measures,
)
from governance.disclosure.frame import with_areas
from governance.disclosure.gate import Published, Truth, check_release, read_releases, rule_facts
from governance.disclosure.gate.relations import districts_of_areas, relations_of
from governance.disclosure.protect import keys_of
from governance.settings import Policy
from governance.settings.project import NO_BOARD
from governance.store import publish, write_file, write_manifest
from tests.lib.report import BOARDS, count_table, invented_areas, invented_with_keys
from tests.unit.test_gate import BETWEEN

HIDE_ONLY, HES, CELL_KEY = RoundingRule(7, 1), RoundingRule(7, 5), CellKeyRule(7, 5, 2.0)
POLICY, NO_MEASURES = Policy(), MEASURE_COUNT.schema.empty_table()
DISTRICTS = {board.id: board.districts for board in BOARDS}


def table(counts):
    """Exact counts by :class:`CellKey`, contract ``area_count``."""
    rows = [
        {**key._asdict(), "version": "1", "people": n, "cell_key": hash((key.measure, n)) % (1 << 32) if n else 0}
        for key, n in sorted(counts.items())
    ]
    return pa.Table.from_pylist(rows, schema=AREA_COUNT.schema)


def nested(**areas):
    """Members of one cohort in each area, and of the whole."""
    parts = {CellKey("c", "met", area=area): n for area, n in areas.items()}
    return table({CellKey("c", "met"): sum(areas.values()), **parts})


def published(counts, rule, period="2025-09"):
    """Counts released one by one, with nothing hidden for another's sake: a naive release."""
    numbers = zip(counts["people"].to_pylist(), counts["cell_key"].to_pylist(), strict=True)
    cells = {key: rule.release(*number) for key, number in zip(keys_of(counts), numbers, strict=True)}
    return Published(period=period, rule=rule, cells=cells, versions=dict.fromkeys(counts["cohort"].to_pylist(), "1"))


def attack(counts, rule, earlier=(), known=()):
    """The gate on a naive release."""
    return check_release(published(counts, rule), list(earlier), Truth.of(counts, rule), POLICY, known=known)


def test_the_whole_minus_the_other_areas_is_the_small_area():
    """Three members in one area: exact totals tell; rounding and cell keys do not."""
    counts = nested(north=120, vale=95, islands=3, no_board=0)

    found = attack(counts, HIDE_ONLY).leaks

    assert {leak.cell.area for leak in found} == {"islands"}
    assert "met of c by all in the whole and in each board's area" in {says for leak in found for says in leak.tables}
    assert attack(counts, HES).leaks == ()
    assert attack(counts, CELL_KEY).leaks == ()


def test_who_is_in_no_area_is_what_the_areas_leave():
    """Two people whose district is not known, in a report that never names them."""
    found = attack(nested(north=120, vale=95, no_board=2), HIDE_ONLY).leaks

    assert {leak.cell.area for leak in found} == {NO_BOARD}


def test_areas_can_be_rounded_and_still_add_up_to_the_truth():
    """Why rounding is no default: 8 and 8 are 10 and 10, all are 15, so the third area has one."""
    found = attack(nested(north=8, vale=8, islands=1, no_board=0), HES).leaks

    assert {leak.cell.area for leak in found} == {"islands"}


def test_a_small_group_of_one_area_falls_from_the_group_in_the_whole_and_in_the_others():
    """No margin of the area's own table is needed: women in the whole, women in the other area."""
    counts = {CellKey("c", "met", "sex", "female"): 64, CellKey("c", "met", "sex", "female", "north"): 60}
    counts |= {CellKey("c", "met", "sex", "female", "vale"): 4, CellKey("c", "met", "sex", "female", NO_BOARD): 0}

    assert {leak.cell.area for leak in attack(table(counts), HIDE_ONLY).leaks} == {"vale"}
    assert attack(table(counts), CELL_KEY).leaks == ()


def test_a_board_is_the_sum_of_its_districts():
    """The whole has a table by district: a hidden district is the board's area less the other."""
    counts = {CellKey("c", "met", area="north"): 104, CellKey("c", "met", "district", "Aldermoor"): 100}
    counts[CellKey("c", "met", "district", "Brackwater")] = 4
    known = districts_of_areas(DISTRICTS, counts)

    assert [each.says for each in known] == ["met of c in the area of north and its districts in the whole"]
    assert attack(table(counts), HIDE_ONLY).leaks == (), "without what the config says the gate would see nothing"
    assert {leak.cell.group for leak in attack(table(counts), HIDE_ONLY, known=known).leaks} == {"Brackwater"}
    assert attack(table(counts), CELL_KEY, known=known).leaks == ()


def test_an_area_without_its_districts_is_tied_to_nothing():
    """A district that is not published, or an area that is no board's."""
    keys = [CellKey("c", "met", area="north"), CellKey("c", "met", "district", "Aldermoor"), CellKey("c", "met")]

    assert districts_of_areas(DISTRICTS, keys) == []


def test_what_definitions_say_holds_in_every_area():
    """A part and the rest of a cohort, in one area only."""
    definitions, people = BETWEEN["a part and the rest"]
    counts = {CellKey(cohort, "met", area="north"): n for cohort, n in people.items()}
    known = [each for each in relations_between(definitions, counts) if each.holds(counts)]

    assert attack(table(counts), HIDE_ONLY).leaks == ()
    assert {leak.cell.area for leak in attack(table(counts), HIDE_ONLY, known=known).leaks} == {"north"}


def test_a_known_joiner_in_one_area_undoes_rounding_and_not_cell_keys():
    """Somebody known moved into the area of one board between two releases."""
    fell = {rule: [] for rule in (HES, CELL_KEY)}
    for north, vale, islands in product((8, 9, 12), (8, 10, 13), (1, 2, 5)):
        now, then = (nested(north=north + n, vale=vale, islands=islands, no_board=0) for n in (1, 0))
        for rule in fell:
            alone = attack(now, rule).leaks
            together = attack(now, rule, [published(then, rule, "2025-06")]).leaks
            fell[rule] += [leak for leak in together if leak not in alone and "joined" in leak.how]

    assert fell[HES]
    assert fell[CELL_KEY] == []


@cache
def invented(people, profile="cell_key"):
    """A release with areas, and the exact counts behind it."""
    counts, areas = invented_with_keys(people), invented_areas(people)
    released = release_measures(counts, NO_MEASURES, POLICY, profile, of_people=frozenset(), areas=areas)
    return released, with_areas(counts, areas)


def known_of(exact):
    """What the config says of these counts, where it is true."""
    people = dict(zip(keys_of(exact), exact["people"].to_pylist(), strict=True))
    return [each for each in districts_of_areas(DISTRICTS, people) if each.holds(people)]


def test_reports_of_all_boards_withstand_together_under_the_default():
    """Four cohorts, the whole and three areas: well within two minutes."""
    released, exact = invented(8_000)

    new, truth, known = Published.of(released, "2025-09"), Truth.of(exact, CELL_KEY), known_of(exact)
    started = process_time()

    result = check_release(new, [], truth, POLICY, known=known, work_seconds=600)

    assert result.leaks == ()
    assert {key.area for key, cell in released.everything.items() if cell.people is None} > {NO_BOARD, "carrow"}
    assert process_time() - started < 60


def test_reports_of_all_boards_fall_if_small_counts_are_only_hidden():
    """The control; each area's table falls to its own margins, too."""
    _, exact = invented(8_000)
    one = exact.filter(pc.equal(exact["cohort"], "homeless_at_front_door"))
    found = attack(one, HIDE_ONLY, known=known_of(one)).leaks

    assert {leak.cell.area for leak in found} == {"all", "carrow", "north", NO_BOARD}


def test_relations_of_areas_hold_for_real_counts():
    """Structure that a reader may rely on is true of counts that were really counted."""
    _, exact = invented(8_000)
    people = dict(zip(keys_of(exact), exact["people"].to_pylist(), strict=True))
    relations = [*relations_of(people), *districts_of_areas(DISTRICTS, people)]
    nested_ones = [each for each in relations if "in each board's area" in each.says]

    assert len(nested_ones) > 300
    assert [each.says for each in relations if not each.holds(people)] == []


def test_an_earlier_release_is_read_back_with_its_areas(tmp_path):
    """The attacker has every report of it."""
    released, _ = invented(8_000)
    with publish(tmp_path / "2025-09") as scratch:
        for name, content in counts_files(released).items():
            write_file(scratch / name, content)
        write_file(scratch / MEASURES_FILE, b"cohort,measure,unit\n")
        write_manifest(scratch, {"rule": rule_facts(released.frame.rule)})

    [found] = read_releases(tmp_path)

    assert found == Published.of(released, "2025-09")
    assert sorted(path.name for path in tmp_path.glob("2025-09/*/boards/*")) == ["carrow", "no-board", "north"]


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 1 << 32), people=st.integers(1, 60))
def test_one_count_is_the_same_number_in_every_report(seed, people):
    """A board of one district is that district: the same people, the same cell key, the same number or symbol."""
    rng = np.random.default_rng(seed)
    district, noise = rng.integers(0, 3, people), rng.integers(0, 1 << 32, people)
    rows, in_areas = [], []
    for number, name in enumerate(("a", "b", "c")):
        there = district == number
        told = {"cohort": "c", "version": "1", "measure": "met", "people": int(there.sum())}
        told["cell_key"] = int(noise[there].sum()) % (1 << 32)
        rows.append({**told, "dimension": "district", "group": name})
        in_areas.append({**told, "dimension": "all", "group": "all", "area": f"area_{name}"})
    total = {"people": people, "cell_key": int(noise.sum()) % (1 << 32)}
    rows.append({"cohort": "c", "version": "1", "measure": "met", "dimension": "all", "group": "all", **total})
    counts = pa.Table.from_pylist(rows, schema=count_table({}).schema)
    areas = pa.Table.from_pylist(in_areas, schema=AREA_COUNT.schema)

    released = release_measures(counts, NO_MEASURES, POLICY, "cell_key", of_people=frozenset(), areas=areas)

    for name in ("a", "b", "c"):
        shown = released.everything[CellKey("c", "met", "district", name)]
        assert released.areas[f"area_{name}"].cell("c", "met") == shown
