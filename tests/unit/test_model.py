"""The model: EM finds what was planted, weights are sums of logs, and a digest names the parameters."""

import math
from typing import get_args

import numpy as np
import pyarrow as pa
import pytest

from governance.errors import InternalError
from governance.settings.linkage import RuleComponent
from governance.warehouse import connect, fetch_table, load_table
from linkage.comparisons import ALL, HOUSEHOLD, SAME_NAME, Comparison, Level, compared, in_play, touched_by
from linkage.model import (
    MIN_TRAINING_PAIRS,
    Model,
    household_correction,
    namesake_correction,
    start_m,
    train,
    training_table,
    weigh_patterns,
)
from tests.lib.linkage import LINKAGE, shuffled

NAMED = {c.name: c for c in ALL}
COMPARISONS = tuple(NAMED[name] for name in ("forename", "surname", "date_of_birth", "sex", "postcode"))
M = {
    "forename": {4: 0.73, 2: 0.12, 1: 0.05, 0: 0.10},
    "surname": {4: 0.75, 2: 0.10, 1: 0.05, 0: 0.10},
    "date_of_birth": {6: 0.80, 5: 0.03, 4: 0.10, 3: 0.02, 2: 0.02, 1: 0.01, 0: 0.02},
    "sex": {1: 0.96, 0: 0.04},
    "postcode": {3: 0.55, 2: 0.05, 1: 0.15, 0: 0.25},
}
U = {
    "forename": {4: 0.01, 2: 0.01, 1: 0.02, 0: 0.96},
    "surname": {4: 0.008, 2: 0.008, 1: 0.014, 0: 0.97},
    "date_of_birth": {6: 0.001, 5: 0.001, 4: 0.008, 3: 0.005, 2: 0.005, 1: 0.05, 0: 0.93},
    "sex": {1: 0.5, 0: 0.5},
    "postcode": {3: 0.002, 2: 0.008, 1: 0.09, 0: 0.90},
}
STARTS = start_m(in_play(COMPARISONS, banded=False))
BLIND = {0: {"date_of_birth"}, 1: {"surname", "postcode"}, 2: {"forename"}}
"""What each rule fixes, and so is not seen in its pairs."""
TRUE_SHARE = {0: 0.6, 1: 0.3, 2: 0.15}


def planted(pairs_per_rule=25_000, seed=11, m=M):
    """Table ``training`` drawn from M and U: rules find true pairs in different shares."""
    rng = np.random.default_rng(seed)
    columns = {"rule": np.repeat(list(BLIND), pairs_per_rule)}
    true = rng.random(len(columns["rule"])) < np.repeat(list(TRUE_SHARE.values()), pairs_per_rule)
    for comparison in COMPARISONS:
        levels = list(M[comparison.name])
        drawn = [rng.choice(levels, len(true), p=list(side[comparison.name].values())) for side in (m, U)]
        seen = ~np.isin(columns["rule"], [rule for rule, fixed in BLIND.items() if comparison.name in fixed])
        columns[comparison.name] = pa.array(np.where(true, *drawn), pa.int8(), mask=~seen)
    return pa.table({"pattern": np.arange(1, len(true) + 1), **columns})


def trained(table, comparisons=COMPARISONS, u=U):
    """The model of a training table."""
    con = connect(threads=1, lock=False)
    load_table(con, "training", table)
    return train(con, comparisons, u)


@pytest.fixture(scope="module")
def model():
    """The model of the planted pairs."""
    return trained(planted())


@pytest.mark.parametrize("name", M)
def test_em_finds_the_planted_m(model, name):
    """Every level's share of true pairs comes out within 0.01, though each rule hides some fields."""
    assert model.m[name] == pytest.approx(M[name], abs=0.01)
    assert model.m[name] != pytest.approx(STARTS[name], abs=0.03) or name == "sex"


def test_levels_out_of_order_are_made_equal_and_told_of():
    """Where true pairs are near in surname more often than close, both weigh the same, and the report says so."""
    found = trained(planted(2500, m=M | {"surname": {4: 0.75, 2: 0.03, 1: 0.15, 0: 0.07}}))

    weights = [found.weight("surname", level) for level in (4, 2, 1, 0)]
    assert weights[0] > weights[1] > weights[3]
    assert weights[1] == pytest.approx(weights[2])
    assert sum(found.m["surname"].values()) == pytest.approx(1)
    assert "Surname: a lower level of agreement weighs more than a higher one." in found.warnings


def test_u_is_not_trained(model):
    """Chance agreement is given, and stays as given."""
    assert model.u == U
    assert model.warnings == ()


def test_m_adds_to_one(model):
    """The levels of a comparison are parts of one whole."""
    assert [sum(levels.values()) for levels in model.m.values()] == pytest.approx([1] * len(M))


def test_digest_is_that_of_the_parameters_not_of_the_order_of_rows(model):
    """The same pairs in another order give the same digest; other pairs give another."""
    table = planted()
    again = shuffled(table).set_column(0, "pattern", table["pattern"])

    assert trained(again).digest == model.digest
    assert trained(planted(seed=12)).digest != model.digest


def test_model_file_is_rounded_and_complete(model):
    """The digest is over nine significant digits of every parameter, and the warnings."""
    written = model.as_dict()
    last_digit = Model({"sex": {1: 0.95 + 1e-13, 0: 0.05}}, U, ())

    assert {side: sorted(written[side]) for side in ("m", "u")} == {"m": sorted(M), "u": sorted(U)}
    assert last_digit.digest == Model({"sex": {1: 0.95, 0: 0.05}}, U, ()).digest
    assert last_digit.digest != Model({"sex": {1: 0.95001, 0: 0.04999}}, U, ()).digest
    assert last_digit.digest != Model({"sex": {1: 0.95, 0: 0.05}}, U, ("a warning",)).digest


def test_few_pairs_leave_the_starting_values():
    """Below the least number of pairs EM is not run: the starting values stand, and are warned of."""
    few = planted(pairs_per_rule=(MIN_TRAINING_PAIRS - 1) // 3)

    found = trained(few)

    assert found.m == STARTS
    assert len(found.warnings) == len(COMPARISONS)
    assert "Forename: too few pairs to train, starting values used." in found.warnings


def test_training_that_breaks_down_leaves_the_starting_values(monkeypatch):
    """Splink stops where a probability falls below 1e-300: the run goes on, and its report says on what."""

    def breaks_down(*_):
        raise ValueError("m_probability value 1e-303 is below the minimum")

    monkeypatch.setattr("linkage.model._expectation_maximisation", breaks_down)

    found = trained(planted(pairs_per_rule=600))

    assert found.m == STARTS
    assert "Training broke down on these pairs: starting values used for every comparison." in found.warnings


def test_a_comparison_without_pairs_keeps_its_start_while_others_train():
    """NHS numbers in no pair: their m stays at the start, with a warning, and the rest is trained."""
    table = planted(pairs_per_rule=600)
    table = table.append_column("nhs_number", pa.nulls(table.num_rows, pa.int8()))

    found = trained(table, (*COMPARISONS, NAMED["nhs_number"]), U | {"nhs_number": {1: 1e-8, 0: 1 - 1e-8}})

    assert found.m["nhs_number"] == pytest.approx({1: 0.98, 0: 0.02})
    assert found.warnings == ("NHS number: too few pairs to train, starting values used.",)
    assert found.m["forename"] == pytest.approx(M["forename"], abs=0.1)


def test_a_level_never_seen_stays_possible():
    """No pair at a level: a small share stands, and is warned of."""
    table = planted(pairs_per_rule=600)
    place = table.schema.get_field_index("surname")
    found = table["surname"].to_numpy(zero_copy_only=False)
    closed = pa.array(np.where(found == 1, 0, found), pa.int8(), from_pandas=True)

    found = trained(table.set_column(place, "surname", closed))

    assert 0 < found.m["surname"][1] < 0.001
    assert found.warnings == ("Surname, near: never seen in training, a small value stands.",)


def test_m_that_does_not_add_up_is_refused():
    """A model whose levels are not one whole is a bug, and no pair is weighed with it."""
    crooked = Comparison("sex", "Sex", (Level(1, "same", 0.7), Level(0, "different", 0.1)))

    with pytest.raises(InternalError) as raised:
        trained(planted(pairs_per_rule=20), (crooked,))

    assert raised.value.code == "E-MODEL"
    assert "sex" in raised.value.what


def test_starting_values_are_probabilities():
    """Every comparison's starting m adds to 1, with and without rarity bands, and its levels fit four bits."""
    for comparison in (*in_play(ALL, banded=True), *in_play(ALL, banded=False), HOUSEHOLD):
        values = [level.value for level in comparison.levels]
        assert sum(level.start_m for level in comparison.levels) == pytest.approx(1)
        assert len(set(values)) == len(values)
        assert 0 <= min(values) <= max(values) <= 15 - (comparison is not HOUSEHOLD)


def test_every_component_says_what_it_touches():
    """No rule component is unknown to training: each blinds at least one comparison, and only known ones."""
    touched = {component: touched_by(component) for component in get_args(RuleComponent)}

    assert all(touched.values())
    assert {name for names in touched.values() for name in names} == {c.name for c in ALL}
    assert touched["phonetic_pair"] == ("forename", "surname", "name_order")
    assert touched["surname_first3"] == ("surname", "name_order")
    assert touched["birth_day_month_unordered"] == ("date_of_birth",)


def test_training_is_blind_to_what_a_rule_touches():
    """A pair found by two rules is two rows, each without what its own rule touches: that is equal by the finding."""
    con = connect(threads=1)
    seen = {c.name: pa.array([c.levels[0].value], pa.int8()) for c in ALL}
    pair = {"record_l": [1], "record_r": [2], "found_by": pa.array([0b11], pa.int64())}
    load_table(con, "pattern", pa.table({**pair, **seen, "household": [0], "pattern": [7]}))
    blind = [{"forename", "name_order", "date_of_birth"}, {"postcode", "phone"}]
    touches = {f"touches_{c.name}": [c.name in names for names in blind] for c in ALL}
    load_table(con, "rule", pa.table({"rule": pa.array([0, 1], pa.int16()), **touches}))

    training_table(con, 10)

    # Beside the two made-up pairs of each rule, which have no sex.
    rows = fetch_table(
        con, "SELECT * FROM training WHERE sex IS NOT NULL AND rule IS NOT NULL ORDER BY rule"
    ).to_pylist()
    assert [{name for name in seen if row[name] is None} for row in rows] == blind
    assert [row["rule"] for row in rows] == [0, 1]


def test_twins_do_not_teach_that_forenames_or_sexes_change():
    """Both are hidden from training where birth date and postcode agree, unless one NHS number found the pair."""
    con = connect(threads=1)
    levels = {c.name: pa.array([0] * 4, pa.int8()) for c in ALL}
    pairs = {"record_l": [1, 3, 5, 7], "record_r": [2, 4, 6, 8], "found_by": pa.array([1, 1, 1, 2], pa.int64())}
    household = pa.array([0, 2, 3 + 4 * 3, 3], pa.int8())
    load_table(con, "pattern", pa.table({**pairs, **levels, "household": household, "pattern": [1, 2, 3, 4]}))
    touches = {f"touches_{c.name}": [False, c.name == "nhs_number"] for c in ALL}
    load_table(con, "rule", pa.table({"rule": pa.array([0, 1], pa.int16()), **touches}))

    training_table(con, 10)

    rows = fetch_table(con, "SELECT * FROM training WHERE phone IS NOT NULL AND rule IS NOT NULL").to_pylist()
    for compared_field in ("forename", "sex"):
        assert sorted((row["rule"], row[compared_field] is not None) for row in rows) == [
            (0, False),
            (0, False),
            (0, True),
            (1, True),
        ]


def test_name_stands_for_forename_and_surname():
    """A config compares ``name``; the model has both its parts, and nothing that was not asked for."""
    assert [c.name for c in compared(LINKAGE.model_copy(update={"compare": ["email", "name"]}))] == [
        "forename",
        "surname",
        "name_order",
        "email",
    ]


# ------------------------------------------------------------------------------------------------------- weights

WEIGHED = {**{name: M[name] for name in ("forename", "surname", "date_of_birth", "sex", "postcode")}}
PATTERNS = [
    # number, then levels: forename, surname, date of birth, sex, postcode, household
    (1, 4, 4, 6, 1, 3, 3),
    (2, 0, 4, 6, 1, 3, 3),
    (3, 4, 4, 0, 1, 3, 1),
    (4, None, None, None, None, None, 0),
    (5, 4, None, 6, None, None, 0),
    (6, 0, 0, 0, 0, 0, 0),
]
TINY_U = {name: {level: p if level in (0, 1) else p * 1e-3 for level, p in side.items()} for name, side in U.items()}


def weights(u):
    """Weight of every pattern under M and ``u``, in bits."""
    con = connect(threads=1, lock=False)
    names = ["pattern", *M, "household"]
    columns = {name: [row[i] for row in PATTERNS] for i, name in enumerate(names)}
    load_table(con, "distinct_pattern", pa.table({k: pa.array(v, pa.int64()) for k, v in columns.items()}))
    weigh_patterns(con, COMPARISONS, Model(WEIGHED, u, ()))
    found = fetch_table(con, "SELECT pattern, weight FROM pattern_weight").to_pylist()
    return {row["pattern"]: row["weight"] for row in found}


@pytest.fixture(scope="module")
def far_beyond_certain():
    """Chances so small that full agreement weighs more than the 53 bits a probability can tell from 1."""
    household = {3: 0.0, 2: 0.0, 1: 0.0, 0: 0.0}
    return TINY_U | {"household": household}


def test_weights_are_sums_of_logs(far_beyond_certain):
    """Splink's weight of a pattern is the sum of log2(m / u) of its levels, without prior, also beyond 53 bits."""
    found = weights(far_beyond_certain)

    for number, *levels, _ in PATTERNS:
        bits = [
            math.log2(M[name][level] / far_beyond_certain[name][level])
            for name, level in zip(M, levels, strict=True)
            if level is not None
        ]
        assert found[number] == pytest.approx(sum(bits), abs=1e-6)
    assert found[1] > 60
    assert found[4] == pytest.approx(0, abs=1e-6)


def test_families_weigh_less(far_beyond_certain):
    """What families share counts once: the correction is the joint chance over the product of the single ones.

    Where the birth date agrees as well it does so by chance: twins are not strangers, but a class of their own.
    """
    joint = far_beyond_certain | {"household": {3: 1e-9, 2: 1e-8, 1: 1e-6, 0: 0.0}}

    plain, corrected = weights(far_beyond_certain), weights(joint)

    lost = math.log2(1e-6 / (far_beyond_certain["surname"][4] * far_beyond_certain["postcode"][3]))
    for number in (1, 2, 3):
        assert plain[number] - corrected[number] == pytest.approx(lost, abs=1e-6)
    assert corrected[6] == pytest.approx(plain[6], abs=1e-3)


@pytest.mark.parametrize("joint", [0.0, 1e-12, 1e-6, 1.0])
def test_the_household_correction_never_adds_evidence(joint):
    """Whatever was counted, living together is not evidence for being one person, nor living apart against it."""
    u = U | {"household": {3: joint, 2: joint, 1: joint, 0: 0.0}}
    found = household_correction(Model(M, u, ()))

    assert set(found.m["household"]) == {0, 1, 2, 3}
    for level in (1, 2, 3):
        assert found.weight("household", level) <= 0
        assert 0 < found.u["household"][level] < 1
    assert found.weight("household", 0) == 0
    assert sum(found.m["household"].values()) == pytest.approx(1)


def test_families_share_rare_surnames_as_often_as_people_have_them():
    """Each band takes its share of the joint chance: a family of a rare surname is not taken for one person."""
    m = M | {"surname": {7: 0.2, 6: 0.3, 5: 0.25, 2: 0.1, 1: 0.05, 0: 0.1}}
    u = U | {"surname": {7: 1e-6, 6: 1e-4, 5: 6e-3, 2: 0.008, 1: 0.014, 0: 0.97}}
    found = household_correction(Model(m, u | {"household": {3: 0.0, 2: 0.0, 1: 1e-5, 0: 0.0}}, ()))

    for band in (1, 2, 3):
        ratio = 1e-5 * m["surname"][SAME_NAME + band] / 0.75 / (u["surname"][SAME_NAME + band] * u["postcode"][3])
        assert -found.weight("household", 1 + 4 * band) == pytest.approx(max(0, math.log2(ratio)), abs=1e-6)
    assert -found.weight("household", 13) > 8


def test_families_at_one_uprn_weigh_less_where_no_postcode_is_compared():
    """Whichever address is compared, its chance is the one that surname and address share."""
    u = {name: levels for name, levels in U.items() if name != "postcode"} | {"uprn": {1: 1e-5, 0: 1 - 1e-5}}
    found = household_correction(Model(M, u | {"household": {3: 0.0, 2: 0.0, 1: 1e-5, 0: 0.0}}, ()))

    assert -found.weight("household", 1) == pytest.approx(-math.log2(u["surname"][SAME_NAME]), abs=1e-6)


def test_namesakes_weigh_less(far_beyond_certain):
    """Where two people share both names more often than the product says, the two names count once."""
    product = far_beyond_certain["forename"][4] * far_beyond_certain["surname"][4]
    plain, corrected = weights(far_beyond_certain), weights(far_beyond_certain | {"namesake": {1: 8 * product}})

    assert [plain[number] - corrected[number] for number, *_ in PATTERNS] == pytest.approx([3, 0, 3, 0, 0, 0], abs=1e-6)
    never_evidence = namesake_correction(Model(M, U | {"namesake": {1: 0.0}}, ()))
    assert never_evidence.weight("namesake", 1) == 0


def test_equal_names_have_a_band_everywhere_or_nowhere():
    """With rarity bands each is a level of its own, trained by itself; without, there is one level of equal names."""
    table = planted()
    place = table.schema.get_field_index("forename")
    found = table["forename"].to_numpy(zero_copy_only=False)
    split = np.where(found == SAME_NAME, SAME_NAME + 1 + np.arange(len(found)) % 3, found)
    table = table.set_column(place, "forename", pa.array(split, pa.int8(), from_pandas=True))
    place = table.schema.get_field_index("surname")
    found = table["surname"].to_numpy(zero_copy_only=False)
    closed = pa.array(np.where(found == SAME_NAME, 5, found), pa.int8(), from_pandas=True)
    thirds = {7: U["forename"][4] / 3, 6: U["forename"][4] / 3, 5: U["forename"][4] / 3}
    surname = {7: 1e-6, 6: 1e-6, 5: U["surname"][4]}
    u = U | {"forename": U["forename"] | thirds, "surname": U["surname"] | surname}

    model = trained(table.set_column(place, "surname", closed), u=u)

    assert sorted(model.m["forename"]) == [0, 1, 2, 5, 6, 7]
    assert [model.m["forename"][level] for level in (5, 6, 7)] == pytest.approx([0.73 / 3] * 3, abs=0.03)
