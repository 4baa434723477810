"""On the synthetic ICS: what the hidden number says of missed links is true of the very records it speaks for."""

from dataclasses import dataclass

import pytest

from cohorts.missed.interval import share
from governance.settings.linkage import STRICT_RULES
from governance.warehouse import fetch_table
from linkage.link import scored_pairs
from linkage.quality import record_quality
from tests.bench.prepare import load_source
from tests.bench.sets import BenchSet, synthetic_ics
from tests.bench.true_pairs import found_pairs, true_pairs
from tests.lib.linkage import SourceViews, count_chance, encode, identities, keys_for, run_link


@dataclass(frozen=True)
class Seen:
    """True pairs of numbered records by ethnic group, and what was estimated of their groups."""

    missed: dict
    estimated: dict
    everyone_missed: float


def views_of(bench: BenchSet, linkage):
    """Every source of the set, encoded for these rules; and which records came with a usable number."""
    keys, sent, numbered = keys_for(linkage), [], set()
    for source in bench.sources:
        con, file = load_source(bench, source.id)
        found = identities(con, file, keys)
        views = encode(found, linkage, keys, one_record_per_person=source.one_record_per_person)
        chance = count_chance(con, found, linkage, keys, one_record_per_person=source.one_record_per_person)
        sent.append(SourceViews(source.id, source.one_record_per_person, views.views, views.records, chance))
        usable = fetch_table(con, "SELECT DISTINCT record_id FROM identity WHERE nhs_number IS NOT NULL")
        numbered |= set(usable["record_id"].to_pylist())
    return sent, numbered


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """The ICS linked twice: with NHS numbers, hidden only from the quality rows, and as if nobody had any."""
    bench = synthetic_ics(2000, 11, tmp_path_factory.mktemp("ics"))
    # Fewer random pairs, for speed; narrow rules, so that enough is missed to be estimated.
    narrow = {"rules": STRICT_RULES, "max_source_records": None, "max_source_people": None}
    linkage = bench.linkage.model_copy(update={"max_u_pairs": 50_000, **narrow})
    sent, numbered = views_of(bench, linkage)
    result = run_link(sent, linkage)
    quality = record_quality(result.con, linkage.threshold_probability, linkage, result.model).to_pandas()

    fields = [field for field in linkage.compare if field != "nhs_number"]
    rules = [rule for rule in linkage.rules if "nhs_number" not in rule.components]
    blind = linkage.model_copy(update={"rules": rules, "compare": fields})
    again = run_link(views_of(bench, blind)[0], blind)

    con, pairs = true_pairs(bench)
    pairs["found"] = found_pairs(con, scored_pairs(again), linkage.threshold_probability)
    both = pairs["record_id_l"].isin(numbered) & pairs["record_id_r"].isin(numbered)
    subset = pairs[both & (pairs["source_l"] != pairs["source_r"])]
    people = con.sql("SELECT record_id, person, ethnic_group FROM truth INNER JOIN person USING (person)").df()
    rows = quality.merge(people, on="record_id")
    return Seen(
        missed={g: (float(1 - own["found"].mean()), len(own)) for g, own in subset.groupby("ethnic_group")},
        estimated={group: estimate(own) for group, own in rows.groupby("ethnic_group")} | {"everyone": estimate(rows)},
        everyone_missed=float(1 - subset["found"].mean()),
    )


def estimate(rows):
    """Share of reference pairs that were not found, as the analysis zone works it out."""
    rows = rows.assign(missed=rows["reference_pairs"] - rows["reference_found"])
    people = rows.groupby("person")[["missed", "reference_pairs"]].sum() / 2
    people = people[people["reference_pairs"] > 0]
    missed, pairs = people["missed"], people["reference_pairs"]
    squares = (float((missed**2).sum()), float((pairs**2).sum()), float((missed * pairs).sum()))
    return share(float(missed.sum()), float(pairs.sum()), squares=squares, clusters=len(people))


def test_the_estimate_holds_the_truth_of_its_own_subset(seen):
    """True pairs whose records both have a number, linked as if they had none: their share, to within two pairs.

    Not to within none: with the numbers goes what they tell of twins, so that a pair or two more would be linked.
    """
    everyone, pairs = seen.estimated["everyone"], sum(pairs for _, pairs in seen.missed.values())

    assert everyone.low - 2 / pairs <= seen.everyone_missed <= everyone.high
    assert seen.everyone_missed > 0.005


def test_so_it_does_in_each_ethnic_group(seen):
    """To within one pair: a number that was written down wrongly makes a reference pair that is no true one."""
    outside = {
        group: true
        for group, (true, pairs) in seen.missed.items()
        if not seen.estimated[group].low - 1 / pairs <= true <= seen.estimated[group].high
    }

    assert outside == {}
    assert len(seen.missed) == 5
