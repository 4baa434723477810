"""The gap between ethnic groups, and whether it is larger than a peer's beyond chance."""

import pandas as pd
import pytest

from tests.bench.equity import METHODS, gaps, section


def pairs(seed, group, people, **found):
    """People of three pairs each: how many of the three each method found."""
    rows = []
    for person in range(people):
        for pair in range(3):
            row = {"seed": seed, "person": f"{group}{seed}{person}", "ethnic_group": group}
            rows.append(row | {name: pair < found.get(name, 3) for name in METHODS})
    return rows


def test_the_gap_is_best_less_worst_over_all_seeds():
    """Recall adds pairs of all seeds; the gap is that of each method by itself."""
    rows = pairs(1, "black", 40, joinedup=2) + pairs(2, "black", 40) + pairs(1, "white", 80) + pairs(2, "white", 80)
    found = gaps(pd.DataFrame(rows), resamples=200)

    assert found.groups == ("black", "white")
    assert found.pairs.tolist() == [240, 480]
    assert found.recall["joinedup"].tolist() == pytest.approx([5 / 6, 1.0])
    assert found.gap == pytest.approx({"joinedup": 1 / 6, "splink": 0.0, "splink_best": 0.0})


def test_a_pair_of_methods_sees_the_same_people():
    """Both miss the same people: whoever is drawn, the gaps stay equal, so the interval is a point."""
    rows = pairs(1, "black", 30, joinedup=2, splink=2) + pairs(1, "black", 30) + pairs(1, "white", 200)
    found = gaps(pd.DataFrame(rows).assign(person=lambda frame: range(len(frame))), resamples=200)

    assert found.apart["splink"] == (0.0, 0.0, 0.0)
    difference, low, high = found.apart["splink_best"]
    assert 0 < low < difference < high


def test_the_section_says_larger_only_beyond_chance():
    """A gap of many is larger; the page repeats itself byte for byte."""
    rows = pairs(1, "black", 60, joinedup=1) + pairs(1, "white", 60)
    frame = pd.DataFrame(rows)
    for stage in ("_people", "_compared"):
        frame = frame.assign(**{f"{name}{stage}": True for name in METHODS})

    text = section(frame, 100, (1,))

    assert text.count("**larger**") == 2
    assert text.count(": no larger.") + text.count(": smaller.") == 4
    assert text == section(frame, 100, (1,))
