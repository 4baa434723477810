"""Spec: what is wrong with a cohort file is said with file, line, column, what, why and fix; all of it at once."""

from pathlib import Path

import pytest

from cohorts.catalogue import Catalogue
from cohorts.definition import read_definition
from governance.settings import config_error, parse_yaml, read_yaml
from tests.lib.odd_settings import incomplete, oddities

CATALOGUE = Catalogue(
    {
        "asc.assessment": ("care",),
        "ed.attendance": ("hospital",),
        "mh.contact": ("mental_health",),
        "need.homelessness": ("housing",),
        "need.substance_use": ("treatment",),
    }
)
GOOD = """\
id: rough
version: 1.0.0
title: Homeless and often in hospital
why: Nobody should be.
purpose: population_health_planning
parameters:
  visits: {value: 3, from: 2, to: 10, why: More than two.}
lookback: 12m
needs:
  - id: homeless
    any:
      - need: homelessness
  - id: often
    any:
      - event: [ed.attendance]
        count: $visits
responses:
  after: often.crossed
  ladder:
    - rung: assessed
      within: 56d
      any:
        - event: [asc.assessment]
unmet: not reached(assessed)
evidence: [Some.]
sources: [Somewhere.]
review: {status: not yet reviewed}
lived_experience: {status: not yet reviewed}
"""

EVERY_KIND = """\
id: every
version: 1.0.0
title: Every kind of evidence
why: To be read.
purpose: population_health_planning
population: {age: 18-64, district: [Aldermoor]}
lookback: 12m
needs:
  - id: needed
    any:
      - need: homelessness
        strength: assessed
        sectors: [council]
        within: ever
  - id: followed
    any:
      - event: [ed.attendance]
        clock: end
        not_followed_by: {event: [mh.contact], within: 28d, attended: true}
        preceded_by: {event: [mh.contact], within: 28d}
      - {event: [ed.attendance], count: 2, span: 30d, months: [12, 1]}
      - {event: [ed.attendance], distinct: provider, count: 2}
      - {event: [ed.attendance], gap: 90d}
      - {event: [ed.attendance], escalating: 2.0, count: 4}
      - {event: [asc.assessment], open_episode_at: period_end, lasting: 6m}
      - {event: [asc.assessment], overlaps: [ed.attendance]}
  - id: at_home
    any:
      - household: {any: {need: substance_use}, age: 0-17}
      - household: {of: {event: [mh.contact]}, count: 2}
      - household: {lone_adult: true}
      - no_fixed_address: true
members:
  at_least: 1
  also: [needed]
  concurrent: {at_least: 2, span: 12m}
evidence: [Some.]
sources: [Somewhere.]
review: {status: reviewed, by: Somebody, on: 2026-11-01}
lived_experience: {status: not yet reviewed}
"""


def faults_of(folder: Path, *changes: tuple[str, str], name: str = "rough", purpose: str = "") -> list[str]:
    """Faults of the good file after some changes to its text."""
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    faults = []
    purpose = purpose or "population_health_planning"
    definition = read_definition(read_yaml(path, name=f"cohorts/{name}.yaml"), purpose, CATALOGUE, faults)
    assert (definition is None) == bool(faults)
    assert [(str(fault), lacking) for fault in faults if (lacking := incomplete(fault))] == []
    return [str(fault) for fault in faults]


def test_the_good_file_has_no_fault(tmp_path):
    """So each change below is the only thing wrong."""
    assert faults_of(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "need: homelessness",
            "need: homelesness",
            "cohorts/rough.yaml:12:9: needs.0.any.0.need: no source maps the need `homelesness`."
            " Did you mean homelessness? Or map it in a source file; or, if no source can tell, take it out here.",
        ),
        (
            "[asc.assessment]",
            "[mh.contact, asc.asessment]",
            "cohorts/rough.yaml:23:31: responses.ladder.0.any.0.event.1: no source maps the event `asc.asessment`."
            " Did you mean asc.assessment? Or map it in a source file; or, if no source can tell, take it out here.",
        ),
        (
            "not reached(assessed)",
            "not reached(asessed)",
            "cohorts/rough.yaml:24:1: unmet: there is no rung `asessed`. Did you mean assessed?",
        ),
        (
            "not reached(assessed)",
            "no help",
            "cohorts/rough.yaml:24:1: unmet: unmet is written not reached(<rung>). Name the rung that people should"
            " have reached by then, such as not reached(assessed).",
        ),
        (
            "after: often.crossed",
            "after: oftn.crossed",
            "cohorts/rough.yaml:18:3: responses.after: there is no need `oftn`. Did you mean often?",
        ),
        (
            "after: often.crossed",
            "after: often.middle",
            "cohorts/rough.yaml:18:3: responses.after: a clock starts at <need>.first, .last or .crossed,"
            " or at needs.crossed. Name a need and one of these days, such as often.crossed.",
        ),
        (
            "count: $visits",
            "count: $vists",
            "cohorts/rough.yaml:16:9: needs.1.any.0.count: there is no parameter `vists`. Use one of: visits.",
        ),
        (
            "value: 3",
            "value: 30",
            "cohorts/rough.yaml:7:12: parameters.visits: 30 is outside 2 to 10."
            " Choose a value inside the range; outside it the definition means something else.",
        ),
        (
            "value: 3",
            "value: three",
            "cohorts/rough.yaml:16:9: needs.1.any.0.count: is not a whole number. Write digits only, without quotes.",
        ),
        (
            "lookback: 12m",
            "lookback: a year",
            "cohorts/rough.yaml:8:1: lookback: a length of time is a number and d, w or m, such as 84d, 12w or 24m."
            " Write how many days, weeks or calendar months.",
        ),
        (
            "need: homelessness",
            "need: homelessness\n        count: 2",
            "cohorts/rough.yaml:12:9: needs.0.any.0: count does not go with need."
            " Take count out, or ask it in a piece of evidence of its own.",
        ),
        (
            "need: homelessness",
            "strength: reported",
            "cohorts/rough.yaml:12:9: needs.0.any.0: give exactly one of need, event, no_fixed_address,"
            " household, near, barred, cohort and shared."
            " Begin another piece of evidence, with a dash of its own, for each of the others.",
        ),
        (
            "within: 56d",
            "window: 56d",
            "cohorts/rough.yaml:20:7: responses.ladder.0.within: is required. Add it.",
        ),
        (
            "id: homeless\n",
            "id: often\n",
            "cohorts/rough.yaml:13:5: needs.1.id: `often` is the id of an earlier need. Give each need its own id.",
        ),
        (
            "id: homeless\n",
            "id: needs\n",
            "cohorts/rough.yaml:10:5: needs.0.id: `needs` stands for all needs together."
            " Give this need a name of its own.",
        ),
        (
            "count: $visits",
            "count: $visits\n        within: ever",
            "cohorts/rough.yaml:15:9: needs.1.any.0: events are counted in a window: give within a length of time."
            " Write within: 12m, or another length; or leave it out for the lookback.",
        ),
        (
            "responses:",
            "members: {at_least: 3}\nresponses:",
            "cohorts/rough.yaml:17:11: members.at_least: 3 of 2 needs can never be met. Set it to 2 or fewer.",
        ),
        (
            "{status: not yet reviewed}\nlived",
            "{status: reviewed}\nlived",
            "cohorts/rough.yaml:27:1: review: a review names by whom and on what day."
            " Add by: and on:, or write status: not yet reviewed.",
        ),
    ],
)
def test_one_fault(tmp_path, old, new, message):
    """Each message says where, what and, where there is a choice, what to do."""
    assert message in faults_of(tmp_path, (old, new))


def test_each_fault_says_why_it_matters(tmp_path):
    """An event that no source maps is another matter as a need than as an answer; both are in the whole message."""
    path = tmp_path / "rough.yaml"
    text = GOOD.replace("[ed.attendance]", "[ed.atendance]").replace("[asc.assessment]", "[asc.asessment]")
    path.write_text(text.replace("id: homeless\n", "id: often\n"), encoding="utf-8")
    faults = []
    read_definition(read_yaml(path, name="cohorts/rough.yaml"), "population_health_planning", CATALOGUE, faults)

    twice, need, answer = faults
    assert twice.why == "What a page says of one would be read as said of the other."
    assert need.why == "Nobody would ever be found by it, and a board would read that nobody has the need."
    assert answer.why == "Nobody would ever be seen to have had it, and a board would read that everybody went without."
    error = config_error(faults)
    assert str(error).count("      Why: ") == 3
    assert [fault["why"] for fault in error.as_dict()["faults"]] == [fault.why for fault in faults]


def test_a_definition_that_rests_on_demand_alone_is_refused(tmp_path):
    """A count of attendances says what services did; with one of two needs enough, it would do."""
    refusal = (
        "cohorts/rough.yaml:9:1: needs: demand alone makes someone a member (often): a count of contacts says what"
        " services did, not what the person needed. Require evidence of a need beside it (`need: ...`)."
    )
    alone = "needs:\n  - id: homeless\n    any:\n      - need: homelessness\n  - id: often"

    assert faults_of(tmp_path, (alone, "needs:\n  - id: often")) == [refusal]
    assert refusal in faults_of(tmp_path, ("responses:\n", "members: {at_least: 1}\nresponses:\n"))


def test_a_clock_must_start_for_every_member(tmp_path):
    """With one of two needs enough, the other's day may be missing."""
    faults = faults_of(
        tmp_path,
        ("responses:\n", "members: {at_least: 1}\nresponses:\n"),
        ("      - event: [ed.attendance]\n        count: $visits", "      - need: substance_use"),
        ("parameters:\n  visits: {value: 3, from: 2, to: 10, why: More than two.}\n", ""),
    )

    assert faults == [
        "cohorts/rough.yaml:16:3: responses.after: not everyone has the need `often`, so for some the clock would never"
        " start. Start it at needs.crossed."
    ]


def test_a_parameter_that_nothing_uses_is_a_fault(tmp_path):
    """Someone would set it and believe that something changed."""
    assert faults_of(tmp_path, ("count: $visits", "count: 3")) == [
        "cohorts/rough.yaml:7:3: parameters.visits: nothing uses it, so setting it would change nothing."
        " Write $visits where it belongs, or remove it."
    ]


def test_id_and_purpose_must_be_the_files_and_the_projects(tmp_path):
    """A definition is found by its id, and made for one purpose."""
    assert faults_of(tmp_path, name="other", purpose="direct_care") == [
        "cohorts/other.yaml:1:1: id: the id is `rough`, the file is called other.yaml. Make the two the same.",
        "cohorts/other.yaml:5:1: purpose: made for `population_health_planning`, but this project is for `direct_care`."
        " Use data for the purpose it was shared for, or set up another project.",
    ]


def test_all_faults_come_together_in_the_order_of_the_file(tmp_path):
    """One run of check, one list to mend."""
    faults = faults_of(
        tmp_path, ("version: 1.0.0", "version: 1"), ("title:", "titel:"), ("count: $visits", "count: $vists")
    )

    assert [fault.split(". ")[0].removesuffix(".") for fault in faults] == [
        "cohorts/rough.yaml:1:1: title: is required",
        "cohorts/rough.yaml:2:1: version: is not text",
        "cohorts/rough.yaml:3:1: titel: is not a setting here",
        "cohorts/rough.yaml:7:3: parameters.visits: nothing uses it, so setting it would change nothing",
        "cohorts/rough.yaml:16:9: needs.1.any.0.count: there is no parameter `vists`",
    ]


def test_whatever_is_odd_is_told_whole():
    """Every entry made odd in fifteen ways, one at a time: each fault has line, column, what, why and fix."""
    told = 0
    for name, text in (("rough", GOOD), ("every", EVERY_KIND)):
        file = parse_yaml(text.encode(), name=f"cohorts/{name}.yaml")
        for odd in oddities(file):
            faults = []
            read_definition(odd, "population_health_planning", CATALOGUE, faults)
            assert [(str(fault), lacking) for fault in faults if (lacking := incomplete(fault))] == []
            told += bool(faults)

    assert told > 1000
