"""A trained model is kept, named by its digest, used again only where it fits, and watched for drift."""

from dataclasses import replace
from functools import cache

import pytest

from governance.errors import ConfigError
from governance.settings.linkage import NameBandsFile
from linkage.artefact import Artefact, check_reusable, made_for
from linkage.drift import WARN_INDEX, drift
from linkage.link import scored_pairs
from tests.lib.linkage import LINKAGE, deliveries, index_of, linked, person_index, run_link


@cache
def artefact():
    """The model of the made-up town."""
    result = linked()
    return Artefact(
        version=3, trained_in="2026-09", made_for=made_for(LINKAGE), sources=result.sources, model=result.model,
        priors=result.priors, threshold=0.95, shares=result.shares, training_rows=4000,
    )  # fmt: skip


def test_a_model_survives_its_file():
    """What is read is what was written, to the last bit, and the digest names it."""
    again = Artefact.from_bytes(artefact().as_bytes())

    assert again == artefact()
    assert again.digest == artefact().digest != replace(artefact(), version=4).digest


def test_a_run_with_the_same_model_is_the_run_that_trained_it():
    """Reading the model from its file changes no weight and no person."""
    again = run_link(deliveries(), reuse=Artefact.from_bytes(artefact().as_bytes()))

    assert scored_pairs(again).equals(scored_pairs(linked()))
    assert index_of(again).table.equals(person_index().table)
    assert again.priors == linked().priors


def test_expected_matches_are_what_probabilities_add_to():
    """For each two services, the sum over their pairs."""
    sums = {}
    for row in scored_pairs(linked()).to_pylist():
        pair = f"{row['source_l']}|{row['source_r']}"
        sums[pair] = sums.get(pair, 0) + row["probability"]

    assert linked().expected_matches == pytest.approx(sums, abs=0.01)


def test_shares_of_levels_are_those_of_expected_matches():
    """Each pair counts with its probability, and shares of a comparison add to one."""
    pairs = {(row["pattern"], row["probability"]) for row in scored_pairs(linked()).to_pylist()}
    shares = linked().shares

    assert len(pairs) > 20
    assert all(sum(levels.values()) == pytest.approx(1, abs=1e-5) for levels in shares.values())
    assert shares["forename"]["0"] < 0.1 < max(shares["forename"].values())
    assert shares["nhs_number"]["none"] > 0.2


CHANGES = {
    "rules": {"rules": LINKAGE.rules[1:]},
    "compare": {"compare": ["name", "date_of_birth"]},
    "swapped_names": {"swapped_names": False},
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_model_for_other_evidence_is_refused(name):
    """Other rules, fields or keys make other evidence; the message says which."""
    changed = LINKAGE.model_copy(update=CHANGES[name])
    with pytest.raises(ConfigError) as raised:
        run_link(deliveries(), changed, reuse=artefact())

    assert raised.value.code == "E-MODEL-REUSE"
    assert raised.value.exit_code == 3
    assert "model 3" in str(raised.value)


@pytest.mark.parametrize("name", ["standardiser", "levels"])
def test_a_model_of_another_version_of_this_program_is_refused(name):
    """Names standardised otherwise, or levels drawn otherwise, are other evidence too."""
    older = replace(artefact(), made_for=artefact().made_for | {name: "older"})
    with pytest.raises(ConfigError) as raised:
        check_reusable(older, LINKAGE, artefact().sources)

    assert len(raised.value.faults) == 1


def test_a_model_without_bands_is_refused_where_names_have_them():
    """Equal names would be at levels that the model has no weight for."""
    file = NameBandsFile(path="bands.json", edition="a test", sha256="0" * 64)
    banded = LINKAGE.model_copy(update={"name_bands": file})
    bandless = replace(artefact(), made_for=made_for(banded))
    with pytest.raises(ConfigError, match="rarity band"):
        check_reusable(bandless, banded, artefact().sources)

    names = {name: {7: 0.2, 6: 0.3, 5: 0.3, 2: 0.1, 1: 0.05, 0: 0.05} for name in ("forename", "surname")}
    model = replace(artefact().model, m=artefact().model.m | names)
    check_reusable(replace(bandless, model=model), banded, artefact().sources)


@pytest.mark.parametrize("sources", [{"clinic": True, "police": False}, {"clinic": False}])
def test_a_source_the_model_has_not_met_is_refused(sources):
    """There is no prior for a new source, nor for one that now holds people more than once."""
    with pytest.raises(ConfigError, match="source"):
        check_reusable(artefact(), LINKAGE, sources)


def test_fewer_sources_are_no_obstacle():
    """A source that has left is simply not there."""
    check_reusable(artefact(), LINKAGE, {"clinic": True})


def test_the_same_people_do_not_drift():
    """Against its own run a model has not moved at all."""
    for one in drift(artefact(), linked().shares, linked().u):
        assert (one.index, one.largest_shift, one.chance_ratio, one.warns) == (0, 0, 1, False)


def test_a_field_that_goes_wrong_is_seen():
    """A service that stops sending surnames as before shows in that comparison, and in no other."""
    then = artefact().shares["surname"]
    most = max(then, key=then.__getitem__)
    lost = dict(then, **{most: then[most] - 0.3, "0": then["0"] + 0.3})

    found = {one.comparison: one for one in drift(artefact(), linked().shares | {"surname": lost}, linked().u)}

    assert found["surname"].index > WARN_INDEX
    assert abs(found["surname"].largest_shift) == pytest.approx(0.3)
    assert [name for name, one in found.items() if one.warns] == ["surname"]


def test_names_that_become_commoner_are_seen():
    """Chance agreement three times as frequent as the model has it is a warning of its own."""
    u = linked().u | {"forename": {level: 3 * p for level, p in linked().u["forename"].items()}}

    warned = [one for one in drift(artefact(), linked().shares, u) if one.warns]

    assert [one.comparison for one in warned] == ["forename"]
    assert warned[0].chance_ratio == pytest.approx(3, rel=0.01)
