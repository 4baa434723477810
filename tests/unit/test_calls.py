"""Nothing is done record by record in Python: four times as many records take no more calls."""

import cProfile
import pstats
from pathlib import Path

from governance.warehouse import connect
from linkage.artefact import Artefact, made_for
from linkage.link import SourceViews, link
from linkage.person_index import Previous, build_person_index
from tests.lib.linkage import (
    KID,
    LINKAGE,
    PERSON_KEY,
    SINGLE,
    deliveries,
    encoded,
    identifiers,
    linked,
    person_index,
    world,
)

OURS = tuple(str(Path(__file__).parents[2] / package) for package in ("governance", "linkage"))


def model():
    """Weights are given: how many rounds training takes depends on the records, and each round calls the same."""
    result = linked()
    return Artefact(
        version=1, trained_in="2026-09", made_for=made_for(LINKAGE), sources=result.sources, model=result.model,
        priors=result.priors, threshold=0.5, shares=result.shares, training_rows=4000,
    )  # fmt: skip


def larger():
    """The three services of a world four times as large; chance agreement as the small one counted it."""
    chance = {one.source: one.u_statistics for one in deliveries()}
    for source, rows in world(households=1040).sources.items():
        package = encoded(identifiers(rows))
        yield SourceViews(source, SINGLE[source], package.views, package.records, chance[source])


def calls(delivered):
    """Calls of and from this project's functions, over linking and naming people."""
    weights, earlier, profile = model(), Previous(person_index().table), cProfile.Profile()
    profile.enable()
    result = link(connect(threads=1, lock=False), delivered, LINKAGE, reuse=weights)
    build_person_index(result.con, PERSON_KEY, KID, earlier)
    profile.disable()
    counted = 0
    for (file, _, _), (_, times, _, _, callers) in pstats.Stats(profile).stats.items():
        from_ours = sum(one[1] for (caller, _, _), one in callers.items() if caller.startswith(OURS))
        counted += times if file.startswith(OURS) else from_ours
    return counted


def test_calls_do_not_grow_with_records():
    """Of our own code, and of whatever it calls; Splink's statements are counted by the growth benchmark."""
    many = list(larger())
    more = sum(one.records.num_rows for one in many) - sum(one.records.num_rows for one in deliveries())

    few_calls, many_calls = calls(deliveries()), calls(many)

    assert more > 1500
    assert few_calls > 500
    assert (many_calls - few_calls) / more < 0.05
