"""Changes that take more than one setting to tell: whole sources, opt-outs, mappings, blocking rules, cohorts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from governance.audit.words import COMPONENTS, EXEMPTIONS
from governance.changes.change import Change, Risk, change_of, shown
from governance.changes.columns import column
from governance.changes.compare import ABSENT, Difference
from governance.changes.plain import setting_change
from governance.english import joined

Special = Callable[[Difference], Iterator[Change]]


# --- sources and what they map ----------------------------------------------------------------------------


def source(found: Difference) -> Iterator[Change]:
    """A source that came or went."""
    name = found.path[1]
    where, there = f"sources/{name}.yaml", found.old if found.new is ABSENT else found.new
    if found.new is ABSENT:
        yield change_of(found, where, "less", 80, f"{name}: {there['organisation']} sends nothing any more.")
        return
    fates = [fate for file in there["fates"].values() for fate in file.values()]
    linkage, analysis = (sum(bool(fate[zone]) for fate in fates) for zone in ("to_linkage", "to_analysis"))
    applied = there["opt_outs"]["national_data_opt_out"] == "apply"
    sentence = (
        f"{name} is a new source: {there['title']}, from {there['organisation']}. Of its {len(fates)} columns {linkage}"
        f" reach the linkage zone and {analysis} the analysis zone. National Data Opt-Outs are"
        f" {'applied' if applied else 'not applied'}."
    )
    yield change_of(found, where, "more", 96, sentence, "a new source")


_HANGS_ON_APPLYING = frozenset({"exemption", "cleaned_list", "max_age_days", "unverifiable_records"})


def opt_outs(found: Difference) -> Iterator[Change]:
    """What is done about opt-outs: if that turned, one sentence; else setting by setting."""
    old, new = ({} if not isinstance(one, Mapping) else one for one in (found.old, found.new))
    source, turned = found.path[1], old.get("national_data_opt_out") != new.get("national_data_opt_out")
    if turned:
        reason = EXEMPTIONS.get(new.get("exemption") or "", "no reason is given")
        applied = new.get("national_data_opt_out") == "apply"
        told = (
            "were not applied; now they are. People who opted out are removed before anything is encoded."
            if applied
            else f"were applied; now the source is exempt ({reason}). People who opted out are encoded with everybody"
            " else."
        )
        risk: Risk = "less" if applied else "more"
        yield change_of(found, f"sources/{source}.yaml", risk, 94, f"{source}: National Data Opt-Outs {told}")
    for key in dict.fromkeys([*new, *old]):
        told_above = turned and (key in _HANGS_ON_APPLYING or key == "national_data_opt_out")
        if not told_above and old.get(key) != new.get(key):
            yield setting_change(Difference((*found.path, key), old.get(key), new.get(key)))


def mapping(found: Difference) -> Iterator[Change]:
    """An event or a need that is read from a file, in other words or no longer."""
    source, file, kind, name = found.path[1], found.path[3], found.path[4], found.path[5]
    head, thing = f"{source}: file {file}", "event" if kind == "events" else "need"
    where = f"sources/{source}.yaml"
    if found.old is ABSENT:
        told = f"{head}: a new kind of {thing} is read, {name} ({shown(found.new)})."
        yield change_of(found, where, "more", 52, f"{told} More of what people did or need reaches the analysis zone.")
    elif found.new is ABSENT:
        yield change_of(found, where, "less", 35, f"{head}: the {thing} {name} is no longer read.")
    else:
        told = "; ".join(_parts(found.old, found.new))
        yield change_of(found, where, "unclear", 42, f"{head}: the {thing} {name} is read otherwise: {told}.")


def codes(found: Difference) -> Iterator[Change]:
    """Source codes and the standard values they stand for."""
    source, name = found.path[1], found.path[5]
    told = "; ".join(_parts(found.old, found.new))
    sentence = f"{source}: column {name} is read with other codes: {told}."
    yield change_of(found, f"sources/{source}.yaml", "other", 28, sentence)


def coverage(found: Difference) -> Iterator[Change]:
    """What a source can speak for."""
    source = found.path[1]
    was, now = (shown(one) if one is not ABSENT else "nothing" for one in (found.old, found.new))
    sentence = f"{source}: what it can speak for was {was}; now {now}."
    yield change_of(found, f"sources/{source}.yaml", "other", 26, sentence)


def _parts(old: Any, new: Any) -> Iterator[str]:
    """The entries of two mappings that differ."""
    before, after = ({} if one in (ABSENT, None) else one for one in (old, new))
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        yield f"it was {shown(before)}, now {shown(after)}"
        return
    for key in [*after, *(key for key in before if key not in after)]:
        if before.get(key) != after.get(key):
            yield f"{key} was {shown(before.get(key))}, now {shown(after.get(key))}"


# --- linkage ----------------------------------------------------------------------------------------------


def blocking_rule(found: Difference) -> Iterator[Change]:
    """When two records are compared at all."""
    name = found.path[3]
    if found.new is ABSENT:
        told = f"Records that agree on {_agree(found.old)} are no longer compared for that (rule {name})."
        yield change_of(found, "project.yaml", "less", 56, f"{told} More people may be missed.")
    elif found.old is ABSENT:
        told = f"Records are now also compared if they agree on {_agree(found.new)} (rule {name})."
        yield change_of(found, "project.yaml", "more", 78, f"{told} {_GRAPH}")
    else:
        told = f"Rule {name} compared records that agree on {_agree(found.old)}; now on {_agree(found.new)}."
        yield change_of(found, "project.yaml", _rule_risk(found.old, found.new), 77, f"{told} {_GRAPH}")


_GRAPH = "Rules decide what the linkage zone could infer: measure it with `joinedup exposure`."


def _rule_risk(old: Mapping[str, Sequence[str]], new: Mapping[str, Sequence[str]]) -> Risk:
    """Components only added make a rule narrower; any other change has to be measured."""
    return "less" if set(old["components"]) < set(new["components"]) else "more"


def _agree(rule: Mapping[str, Sequence[str]]) -> str:
    return joined([COMPONENTS.get(part, part) for part in rule["components"]])


def exposure(found: Difference) -> Iterator[Change]:
    """What the codes were measured to expose."""
    seen = {"structure": "block structure alone makes", "equalities": "all that codes show makes"}
    sees = seen.get(found.path[1], "all that codes show, with name bands, makes")
    was, now = ("not measured" if one is ABSENT else f"{one:.3%}" for one in (found.old, found.new))
    risk: Risk = "more" if found.new is ABSENT or (found.old is not ABSENT and found.new > found.old) else "less"
    sentence = f"The share of people whom {sees} unique was {was}; now {now}."
    yield change_of(found, "exposure.json", risk, 79, sentence)


# --- cohorts ----------------------------------------------------------------------------------------------


def cohort(found: Difference) -> Iterator[Change]:
    """A definition of who is counted; told in its own English where there is any."""
    name = found.path[1]
    if found.new is ABSENT:
        yield change_of(found, name, "less", 30, f"{_title(found.old)} is no longer counted.")
    elif found.old is ABSENT:
        told = " ".join(found.new["english"])
        yield change_of(found, name, "other", 50, f"{_title(found.new)} is a new definition. {told}".strip())
    elif lines := _sentences(found.old["english"], found.new["english"]):
        same = found.old["written"] == found.new["written"]
        how = "is read otherwise by this version of the code" if same else "counts other people"
        yield change_of(found, name, "other", 48, f"{_title(found.new)} {how}. {lines}")
    else:
        told = "; ".join(_parts(found.old["written"], found.new["written"]))
        yield change_of(found, name, "other", 22, f"{_title(found.new)}: {told}.")


def _title(definition: Mapping[str, Any]) -> str:
    written = definition["written"] if isinstance(definition["written"], Mapping) else {}
    return f"Cohort {written.get('id', '')} (“{written.get('title', '')}”)"


def _sentences(old: Sequence[str], new: Sequence[str]) -> str:
    gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
    told = [f"Before: {' '.join(gone)}" if gone else "", f"Now: {' '.join(come)}" if come else ""]
    return " ".join(part for part in told if part) if old and new else ""


SPECIAL: dict[tuple[str, ...], Special] = {
    ("sources", "*"): source,
    ("sources", "*", "fates", "*", "*"): column,
    ("sources", "*", "files", "*", "events", "*"): mapping,
    ("sources", "*", "files", "*", "needs", "*"): mapping,
    ("sources", "*", "files", "*", "columns", "*", "values"): codes,
    ("sources", "*", "opt_outs"): opt_outs,
    ("sources", "*", "coverage", "*"): coverage,
    ("project", "linkage", "rules", "*"): blocking_rule,
    ("exposure", "*"): exposure,
    ("cohorts", "*"): cohort,
}
