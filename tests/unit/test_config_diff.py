"""The diff of two configs: every change is told, in plain English, the riskiest first."""

import copy
import json
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from governance.changes.change import RISKS
from governance.changes.compare import ABSENT, differences
from governance.changes.diff import diff_meanings, has_words
from governance.changes.meaning import as_bytes, meaning_of
from governance.changes.text import as_facts, as_lines
from governance.settings import Policy, Project, Source
from tests.lib.governance import edit_config, write_config


@pytest.fixture
def bundle(tmp_path):
    """The made-up project."""
    return write_config(tmp_path)


def diff_of(bundle, *edits):
    """The diff after some edits, each a file and a function on its data."""
    before = meaning_of(bundle)
    for name, change in edits:
        bundle = edit_config(bundle, name, change)
    return diff_meanings(before, meaning_of(bundle))


def told(found):
    """The diff as people read it."""
    return "\n".join(as_lines(found)) + "\n"


# --- realistic changes, with golden texts -----------------------------------------------------------------


def test_a_class_loosened(bundle):
    """The example of the design: a postcode that was reduced to a small area reaches the linkage zone in full."""
    narrow = {"class": "quasi_identifier", "role": "small_area"}
    bundle = edit_config(bundle, "sources/housing.yaml", lambda data: _column(data, "last_postcode", narrow))

    found = diff_of(
        bundle,
        (
            "sources/housing.yaml",
            lambda data: _column(data, "last_postcode", {"class": "direct_identifier", "role": "postcode"}),
        ),
    )

    assert told(found) == (
        "One change; it identifies people more or protects them less.\n"
        "\n"
        "More identifying, or less protected:\n"
        "  - housing: column last_postcode was a quasi-identifier (small area): the analysis zone was sent the area"
        " code. Now it is a direct identifier (postcode): the full postcode reaches the linkage zone as a keyed"
        " encoding; the analysis zone is sent small area, ward, district and deprivation tenth, looked up inside the"
        " source. (sources/housing.yaml)\n"
        "\n"
        "One approver has to sign.\n"
    )


def test_an_identifier_passed_off_as_an_event_field(bundle):
    """The worst loosening there is: a telephone number would reach the analysis zone as it stands."""

    def loosen(data):
        _column(data, "mobile", {"class": "event_field"})
        data["files"][0]["events"][0]["code"] = "mobile"

    [first, *_] = diff_of(bundle, ("sources/housing.yaml", loosen)).changes

    assert (first.risk, first.weight) == ("more", 90)
    assert first.sentence == (
        "housing: column mobile was a direct identifier (telephone number): the full telephone number reached the"
        " linkage zone as a keyed encoding. Now it is an event field: the analysis zone is sent its values as they"
        " stand, as the code of an event."
    )


def test_a_new_source(bundle):
    """Who sends it, how much of it goes where, and what is done about opt-outs."""
    police = (bundle.root / "sources" / "police.yaml").read_text()
    before = meaning_of(bundle)
    (bundle.root / "sources" / "fire.yaml").write_text(police.replace("id: police", "id: fire", 1))
    bundle = edit_config(
        bundle, "sources/fire.yaml", lambda data: data.update(title="Fire home safety visits", organisation="Fire")
    )

    assert told(diff_meanings(before, meaning_of(bundle))) == (
        "One change; it identifies people more or protects them less.\n"
        "\n"
        "More identifying, or less protected:\n"
        "  - fire is a new source: Fire home safety visits, from Fire. Of its 6 columns 4 reach the linkage zone and 4"
        " the analysis zone. National Data Opt-Outs are not applied. (sources/fire.yaml)\n"
        "\n"
        "Two approvers have to sign:\n"
        "  - a new source: fire is a new source: Fire home safety visits, from Fire. Of its 6 columns 4 reach the"
        " linkage zone and 4 the analysis zone. National Data Opt-Outs are not applied.\n"
    )


def test_a_new_recipient_and_a_lowered_threshold(bundle):
    """Both need two people; the one that shows smaller groups comes first."""
    bundle = edit_config(bundle, "policy.yaml", lambda data: data.update(hide_up_to_people=10))

    found = diff_of(
        bundle,
        ("project.yaml", lambda data: data["report"].update(board="Northmoor place board")),
        ("policy.yaml", lambda data: data.update(hide_up_to_people=7)),
    )

    assert told(found) == (
        "2 changes; all of them identify people more or protect them less.\n"
        "\n"
        "More identifying, or less protected:\n"
        "  - The largest count of people that is withheld was 10; now 7. Smaller groups of people are shown."
        " (policy.yaml)\n"
        "  - Whom the board report is for was Northmoor health and wellbeing board; now Northmoor place board."
        " (project.yaml)\n"
        "\n"
        "Two approvers have to sign:\n"
        "  - a lowered threshold: The largest count of people that is withheld was 10; now 7. Smaller groups of people"
        " are shown.\n"
        "  - a new recipient: Whom the board report is for was Northmoor health and wellbeing board; now Northmoor"
        " place board.\n"
    )


def test_blocking_rules_and_name_bands(bundle):
    """What the linkage zone could infer changes, and was not measured for these settings."""
    rules = [{"id": one["id"], "components": one["components"]} for one in _rules(bundle)]
    bands = {"path": "lookups/bands.csv", "edition": "GP register, 2026", "sha256": "0" * 64}

    found = diff_of(
        bundle,
        (
            "project.yaml",
            lambda data: data.update(
                linkage={
                    "rules": [*rules[1:], {"id": "whole_name", "components": ["forename", "surname"]}],
                    "name_bands": bands,
                }
            ),
        ),
    )

    assert told(found) == (
        "5 changes; 4 of them identify people more or protect them less.\n"
        "\n"
        "More identifying, or less protected:\n"
        "  - The share of people whom all that codes show makes unique was 1.223%; now not measured. (exposure.json)\n"
        "  - The share of people whom block structure alone makes unique was 0.187%; now not measured."
        " (exposure.json)\n"
        "  - Records are now also compared if they agree on forename and surname (rule whole_name). Rules decide what"
        " the linkage zone could infer: measure it with `joinedup exposure`. (project.yaml)\n"
        "  - The file of name bands was nothing; now path: lookups/bands.csv; edition: GP register, 2026; sha256: "
        + "0"
        * 64
        + ". The linkage zone is told how rare each name is, in three bands. (project.yaml)\n"
        "\n"
        "Less identifying, or better protected:\n"
        "  - Records that agree on sound of both names in either order and year of birth are no longer compared for"
        " that (rule phonetic_year). More people may be missed. (project.yaml)\n"
        "\n"
        "One approver has to sign.\n"
    )


def test_retention_lengthened(bundle):
    """In months, with what follows."""
    found = diff_of(bundle, ("project.yaml", lambda data: data.update(retention_months=60)))

    assert told(found) == (
        "One change; it identifies people more or protects them less.\n"
        "\n"
        "More identifying, or less protected:\n"
        "  - How many months results are kept was 24; now 60. Records of people stay longer than was approved."
        " (project.yaml)\n"
        "\n"
        "One approver has to sign.\n"
    )


def test_opt_outs_exempted(bundle):
    """That people who opted out will be encoded stands first."""

    def exempt(data):
        said = data["opt_outs"]
        for name in ("cleaned_list", "max_age_days", "unverifiable_records"):
            del said[name]
        said.update(national_data_opt_out="exempt", exemption="overriding_public_interest")

    found = diff_of(bundle, ("sources/gp_register.yaml", exempt))

    assert told(found) == (
        "One change; it identifies people more or protects them less.\n"
        "\n"
        "More identifying, or less protected:\n"
        "  - gp_register: National Data Opt-Outs were applied; now the source is exempt (overriding public interest)."
        " People who opted out are encoded with everybody else. (sources/gp_register.yaml)\n"
        "\n"
        "One approver has to sign.\n"
    )


def test_nothing_but_comments_changed(bundle):
    """No change of meaning; the bytes differ, so somebody signs."""
    before = meaning_of(bundle)
    path = bundle.root / "project.yaml"
    path.write_text("# reviewed in October\n" + path.read_text())

    assert told(diff_meanings(before, meaning_of(_read(bundle)))) == (
        "No change of meaning: only comments, order or layout changed in project.yaml.\n\nOne approver has to sign.\n"
    )


def test_a_default_written_out_is_no_change(bundle):
    """What the config says, not how."""
    found = diff_of(bundle, ("project.yaml", lambda data: data.update(retention_months=24)))

    assert found.headline == "No change of meaning: only comments, order or layout changed in project.yaml."


def test_a_code_upgrade_only(bundle):
    """One renewal signature, and shown as such."""
    before = meaning_of(bundle)
    after = before | {"versions": {"code_version": "0.2.0+abc", "policy_version": before["versions"]["policy_version"]}}
    was = before["versions"]["code_version"]

    assert told(diff_meanings(before, after)) == (
        "The config is unchanged, byte for byte. Only versions moved: one signature renews the approval.\n"
        "\n"
        "Versions:\n"
        f"  - Code version was {was}; now 0.2.0+abc.\n"
        "\n"
        "One approver has to sign again (renewal).\n"
    )


def test_a_code_upgrade_that_changes_a_default_says_so(bundle):
    """No byte differs, and yet the config means something else."""
    before = meaning_of(bundle)
    after = copy.deepcopy(before)
    after["versions"]["code_version"] = "0.2.0+abc"
    after["project"]["linkage"]["max_source_records"] = None

    found = diff_meanings(before, after)

    assert found.headline == (
        "No byte of the config differs, but the code reads it otherwise. One change; it identifies people more or"
        " protects them less."
    )
    assert "how many records" in found.changes[0].sentence.lower()


def test_a_cohort_is_told_in_its_own_english(bundle):
    """Only the sentences that changed."""
    before = meaning_of(bundle, {"cohorts/c01.yaml": ["People aged 18 or over.", "Seen twice."]})
    after = meaning_of(bundle, {"cohorts/c01.yaml": ["People aged 16 or over.", "Seen twice."]})
    after["cohorts"]["cohorts/c01.yaml"]["written"] = {
        **after["cohorts"]["cohorts/c01.yaml"]["written"],
        "version": "2",
    }

    [change] = diff_meanings(before, after).changes

    assert change.sentence == (
        "Cohort c01 (“Homeless and often in the emergency department”) counts other people."
        " Before: People aged 18 or over. Now: People aged 16 or over."
    )


def test_english_on_one_side_only_is_no_change(bundle):
    """The audit page cannot make it, and an approval keeps it."""
    with_english = meaning_of(bundle, {"cohorts/c01.yaml": ["People aged 18 or over."]})

    assert diff_meanings(with_english, meaning_of(bundle)).changes == ()
    assert diff_meanings(meaning_of(bundle), with_english).changes == ()


def test_the_same_is_the_same(bundle):
    """Nothing to sign."""
    assert told(diff_of(bundle)) == "The two are the same, byte for byte.\n\nNothing has to be signed for this.\n"


def test_a_reversed_change_points_the_other_way(bundle):
    """Whatever identified more identifies less when it is taken back."""
    before = meaning_of(bundle)
    bundle = edit_config(bundle, "project.yaml", lambda data: data.update(retention_months=60))
    after = meaning_of(bundle)

    assert [one.risk for one in diff_meanings(before, after).changes] == ["more"]
    assert [one.risk for one in diff_meanings(after, before).changes] == ["less"]


def test_json_has_every_sentence(bundle):
    """Nothing is said only to people."""
    found = diff_of(bundle, ("project.yaml", lambda data: data.update(retention_months=60, title="Other")))
    facts = json.loads(json.dumps(as_facts(found)))

    assert [one["sentence"] for one in facts["changes"]] == [one.sentence for one in found.changes]
    assert facts["changes"][0] == {
        "risk": "more",
        "sentence": "How many months results are kept was 24; now 60. Records of people stay longer than was approved.",
        "file": "project.yaml",
        "setting": "project.retention_months",
        "two_people": "",
    }


# --- nothing is left out ----------------------------------------------------------------------------------


def _leaves(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The place of every value in a meaning."""
    if isinstance(value, dict) and value:
        return [leaf for key, one in value.items() for leaf in _leaves(one, (*at, key))]
    if isinstance(value, list) and value:
        return [leaf for key, one in enumerate(value) for leaf in _leaves(one, (*at, key))]
    return [at]


def _changed_at(meaning: dict[str, Any], at: tuple[Any, ...]) -> dict[str, Any]:
    """The meaning with another value at one place."""
    copied = copy.deepcopy(meaning)
    place = copied
    for part in at[:-1]:
        place = place[part]
    place[at[-1]] = _another(place[at[-1]])
    return copied


def _another(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value + "x"
        case _:
            return "something"


def _maximal(tmp_path):
    """A meaning in which every setting stands: those that may be left out too."""
    bundle = write_config(tmp_path)
    bundle = edit_config(
        bundle,
        "project.yaml",
        lambda data: data.update(
            linkage={"name_bands": {"path": "lookups/b.csv", "edition": "b", "sha256": "0" * 64}, "swapped_names": True}
        ),
    )
    meaning = meaning_of(bundle)
    return {part: meaning[part] for part in ("project", "policy", "sources", "cohorts")} | {
        part: meaning[part] for part in ("files", "versions", "exposure")
    }


def test_no_setting_changes_silently(tmp_path):
    """Every value of every settings model, changed by itself, gives at least one change, with the value's own path."""
    meaning = _maximal(tmp_path)
    silent = []
    for at in _leaves({part: meaning[part] for part in ("project", "policy", "sources", "cohorts")}):
        if at[0] == "cohorts" and at[2] == "english":
            continue  # compared only where both sides have it
        if at[0] == "sources" and at[2] == "id":
            continue  # the key of the mapping: a source with another id is another source
        found = diff_meanings(meaning, _changed_at(meaning, at)).changes
        if not found or not any(one.setting.startswith(".".join(map(str, at[:2]))) for one in found):
            silent.append(at)

    assert silent == []


def _paths(model: type[BaseModel], at: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The path of every field of a model, down to plain values; ``*`` for keys and list entries."""
    found = []
    for name, field in model.model_fields.items():
        here = (*at, field.alias or name)
        inner = _models(field.annotation)
        found += [path for one, many in inner for path in _paths(one, (*here, "*") if many else here)] or [here]
    return found


def _models(annotation: Any, many: bool = False) -> list[tuple[type[BaseModel], bool]]:
    origin = get_origin(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [(annotation, many)]
    if origin in (Union, UnionType, Annotated, list, dict):
        inside = get_args(annotation)[1:] if origin is dict else get_args(annotation)
        return [
            one
            for part in inside
            if part is not NoneType and get_origin(part) is not Literal
            for one in _models(part, many or origin in (list, dict))
        ]
    return []


ALL_PATHS = [
    *_paths(Project, ("project",)),
    *_paths(Policy, ("policy",)),
    *_paths(Source, ("sources", "*")),
]


@pytest.mark.parametrize("path", ALL_PATHS, ids=".".join)
def test_every_field_of_every_model_is_covered(path):
    """Told in words of its own, as part of something told whole, or, where a field is new, in general words."""
    if not _covered(path):
        found = diff_meanings(*_pair_at(path)).changes

        assert [one.risk for one in found] == ["unclear"]
        assert f"`{'.'.join(path[2 if path[0] == 'sources' else 1 :])}` was" in found[0].sentence


def test_most_fields_have_words_of_their_own():
    """The general words are for what was added since, and ask a person to read the setting."""
    without = [".".join(path) for path in ALL_PATHS if not _covered(path)]

    assert len(ALL_PATHS) > 80
    assert len(without) <= len(ALL_PATHS) // 5, without


def _covered(path):
    """Whether the path or what it is a part of has words."""
    return any(has_words(path[:size]) for size in range(2 if path[0] != "sources" else 3, len(path) + 1)) or path[
        -1
    ] in ("class", "role")


def _pair_at(path):
    """Two meanings that differ at one path only."""
    whole = {"project": {}, "policy": {}, "sources": {}, "cohorts": {}, "exposure": {}, "files": {}, "versions": {}}
    whole["versions"] = {"code_version": "1", "policy_version": "1"}

    def put(value):
        meaning = copy.deepcopy(whole)
        place = meaning
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = value
        return meaning

    return put("one"), put("two")


def test_a_setting_nobody_has_words_for_has_to_be_read(bundle):
    """A field of a later release: named, both values, and a person decides."""
    before, after = meaning_of(bundle), meaning_of(bundle)
    before["project"]["brand_new"], after["project"]["brand_new"] = "a", "b"

    [change] = diff_meanings(before, after).changes

    assert (change.risk, change.sentence) == ("unclear", "`brand_new` was a; now b.")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("recipients", ["A university"], "a new recipient"),
        ("reidentification", {"role": "x"}, "a reversible scheme"),
        ("recipients", [], ""),
    ],
)
def test_recipients_and_ways_back_are_known_by_name(bundle, name, value, reason):
    """A field that a later release adds asks for two people too."""
    before, after = meaning_of(bundle), meaning_of(bundle)
    before["project"][name], after["project"][name] = ["somebody else"], value

    [change] = diff_meanings(before, after).changes

    assert change.two_people == reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "x", "y"]), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(JSON, JSON)
def test_two_values_differ_if_and_only_if_a_difference_is_found(old, new):
    """Nothing is lost on the way down, and nothing made up; a list in another order is a difference only of values."""
    found = list(differences(old, new))

    assert bool(found) <= (as_bytes({"v": old}) != as_bytes({"v": new}))
    if not found:
        assert _sorted(old) == _sorted(new)
    assert all(one.old is not ABSENT or one.new is not ABSENT for one in found)


def _sorted(value):
    """A value in which the order of things that have names does not count."""
    if isinstance(value, dict):
        return {key: _sorted(one) for key, one in value.items()}
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return sorted((json.dumps(_sorted(one), sort_keys=True) for one in value), key=str)
    return value


def test_the_order_is_by_risk(tmp_path):
    """More before what has to be read, before other, before less."""
    meaning = _maximal(tmp_path)
    found = diff_meanings(
        meaning,
        _changed_at(
            _changed_at(_changed_at(meaning, ("project", "title")), ("policy", "hide_up_to_people")),
            ("project", "retention_months"),
        ),
    ).changes

    order = [list(RISKS).index(one.risk) for one in found]
    assert [one.risk for one in found] == ["more", "other", "less"]
    assert order == sorted(order)


def test_a_meaning_does_not_depend_on_the_day(bundle):
    """The same config gives the same bytes."""
    assert as_bytes(meaning_of(bundle)) == as_bytes(meaning_of(_read(bundle)))
    assert str(date.today().year) not in meaning_of(bundle)["versions"]["code_version"][-12:]  # noqa: DTZ011 - only looks


def _column(data, name, column):
    data["files"][0]["columns"][name] = column


def _rules(bundle):
    return meaning_of(bundle)["project"]["linkage"]["rules"]


def _read(bundle):
    from governance.settings import load_bundle

    return load_bundle(bundle.root)


def test_a_class_that_changes_nothing_is_told_as_that(bundle):
    """Another name for what is done; a code that decides something is told, not sent."""
    found = diff_of(
        bundle,
        (
            "sources/gp_register.yaml",
            lambda data: data["files"][1]["columns"].update(type={"class": "attribute"}),
        ),
    )

    [change] = found.changes

    assert change.risk == "other"
    assert change.sentence == (
        "gp_register: column type was an event field; now it is an attribute. What becomes of it stays: the analysis"
        " zone is told the kind of an event (its code decides)."
    )
