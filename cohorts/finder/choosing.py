"""Which gaps are proposed: the largest of every theme first, without what an earlier one tells already.

Were gaps simply ranked, the first twenty would tell of the same few hundred people in twenty ways. So gaps are put into
themes, every theme has its turn, and whoever is in a proposal already counts for less in the next. Where there are more
themes than places, kinds of theme take turns: or needs that go together, which are many, would leave no place for what
comes again and again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cohorts.finder.answers import Gap
from cohorts.finder.vocabulary import ALONE, Sign

MOST_PROPOSALS = 25

TOLD_SHARE = 0.7
"""Two gaps that share so much of all their people tell one thing; the second is left out."""

Theme = tuple[str, ...]
Size = Mapping[tuple[str, int], int]
"""People who show a sign, by stage and sign."""


def choose(
    gaps: Sequence[Gap],
    signs: Sequence[Sign],
    size: Size,
    weight: NDArray[np.float64],
    *,
    least_people: int,
    most: int = MOST_PROPOSALS,
) -> list[Gap]:
    """The proposals, best first.

    Args:
        gaps: From ``answers.find_gaps``.
        signs: The vocabulary.
        size: People who show each sign; the rarest sign of a set names its theme.
        weight: What the worth of each gap is multiplied by.
        least_people: Gaps with fewer members are left out.
        most: So many are chosen.
    """
    rows = [row for row, gap in enumerate(gaps) if len(gap.members) >= least_people]
    if not rows:
        return []
    left = [gaps[row] for row in rows]
    worth = np.array([worth_of(gap) for gap in left]) * weight[rows]
    themes = [theme_of(gap, signs, size) for gap in left]
    chosen: list[int] = []
    while len(chosen) < most and worth.max() > 0:
        _one_round(left, signs, themes, worth, chosen, most)
    return [left[row] for row in chosen]


def worth_of(gap: Gap) -> float:
    """People without a response, times the share of those with the signs who are.

    Chance has decided already what is a finding at all. Were lift weighed once more, rare signs that always go together
    would stand before what befalls far more people, and of one theme only the rarest would be told (decision 119).
    """
    return len(gap.members) * gap.share


def _one_round(
    gaps: Sequence[Gap],
    signs: Sequence[Sign],
    themes: Sequence[Theme],
    worth: NDArray[np.float64],
    chosen: list[int],
    most: int,
) -> None:
    """Every theme has its turn once, the worthiest first; changes ``worth`` and ``chosen``."""
    open_ = np.ones(len(gaps), bool)
    is_crowded, had = len(set(themes)) > most, Counter[Theme]()
    while len(chosen) < most and (open_ & (worth > 0)).any():
        turn = open_ & (worth > 0)
        if is_crowded:
            turn &= _fewest(themes, turn, had)
        best = int(np.argmax(np.where(turn, worth, 0.0)))
        chosen.append(best)
        had[kind_of(themes[best])] += 1
        alike = _alike(best, gaps, worth)
        worth *= np.sqrt(1 - np.minimum(alike, 1.0))
        worth[alike > TOLD_SHARE] = 0.0
        worth[[gap.candidate is gaps[best].candidate or is_part(gap, gaps[best], signs) for gap in gaps]] = 0.0
        told = {themes[best], _theme_of_whole(themes[best])}
        open_ &= np.array([theme not in told for theme in themes])


def _theme_of_whole(theme: Theme) -> Theme:
    """Where those who live alone were told of, what was seen of everybody with the need has had its turn as well."""
    return (theme[0], "seen", *theme[2:]) if theme[1] == "alone" else theme


def is_part(gap: Gap, group: Gap, signs: Sequence[Sign]) -> bool:
    """Whether a gap is of needs that a group is made of: that every two of them go together is what the group says."""
    one, whole = gap.candidate, group.candidate
    if whole.at_least == len(whole.signs) or one.stage != whole.stage:
        return False
    every = frozenset().union(*(_whose(signs[sign]) for sign in whole.signs))
    return all(signs[sign].needs and _whose(signs[sign]) <= every for sign in one.signs)


def _whose(sign: Sign) -> frozenset[tuple[str, str]]:
    """Needs, and whether the person has them or somebody at home; a family's may be either's."""
    kinds = ("need", "home") if sign.kind == "family" else (sign.kind,)
    return frozenset((kind, need) for kind in kinds for need in sign.needs)


def _fewest(themes: Sequence[Theme], turn: NDArray[np.bool_], had: Counter[Theme]) -> NDArray[np.bool_]:
    """Gaps of the kinds that had fewest turns, of those whose turn it may be."""
    turns = np.array([had[kind_of(theme)] for theme in themes])
    fewest: NDArray[np.bool_] = turns == turns[turn].min()
    return fewest


def _alike(best: int, gaps: Sequence[Gap], worth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shared people over all people of one gap and every gap that may still be chosen; 0 of the others.

    Asked of each gap that is chosen: of every two of thousands it would be more numbers than memory holds.
    """
    own, rows = gaps[best].members, np.flatnonzero(worth > 0).tolist()
    is_own = np.zeros(1 + max(int(gaps[row].members[-1]) for row in rows), bool)
    is_own[own] = True
    found = np.zeros(len(gaps))
    for row in rows:
        members = gaps[row].members
        shared = int(np.count_nonzero(is_own[members]))
        found[row] = shared / (len(own) + len(members) - shared)
    return found


def kind_of(theme: Theme) -> Theme:
    """The stage of life and the kind of signs that a theme is about, whatever the need."""
    return theme[:2]


def theme_of(gap: Gap, signs: Sequence[Sign], size: Size) -> Theme:
    """What a gap is about: what comes again, who went away, or else the rarest of its needs."""
    candidate, shown = gap.candidate, [signs[one] for one in gap.candidate.signs]
    if candidate.at_least < len(candidate.signs):
        return (candidate.stage, "several needs", *(one.name for one in shown))

    def rarest(numbers: Sequence[int]) -> Sign:
        return signs[min(numbers, key=lambda one: size.get((candidate.stage, one), 0))]

    again = [one for one in candidate.signs if signs[one].kind == "again"]
    if again:
        return candidate.stage, "again", rarest(again).event
    if candidate.is_narrowed:
        return candidate.stage, "alone", rarest([one for one in candidate.signs if signs[one].own_needs]).name
    if back := [one for one in shown if one.kind == "returned"]:
        return candidate.stage, "returned", *sorted(back[0].told_by)
    if alone := [one for one in shown if one.kind in ALONE]:
        return candidate.stage, alone[0].kind, min(alone[0].needs)
    if away := [one.name for one in shown if one.kind == "away"]:
        return candidate.stage, "away", away[0]
    needs = [one for one in candidate.signs if signs[one].kind in ("need", "wide")] or list(candidate.signs)
    about = rarest(needs)
    if any(one.kind == "seen" for one in shown):
        return candidate.stage, "seen", min(about.needs, default=about.name)
    return candidate.stage, "needs", about.name
