"""What becomes of a column, before and now: the sentence an information governance lead looks for first."""

from collections.abc import Iterator, Mapping

from governance.audit.words import CLASSES, ROLES
from governance.changes.change import Change, Risk, change_of
from governance.changes.compare import ABSENT, Difference

_AS_THEY_STAND = frozenset({"attribute", "event_field"})
_DECIDES = "(its code decides)"
"""How a use ends that tells what a code stands for and not the code."""
_ANALYSIS_LEVEL = {"the category": 2, "a keyed pseudonym": 1}


def column(found: Difference) -> Iterator[Change]:
    """What becomes of a column: where it goes, as what, and before."""
    source, name = found.path[1], found.path[4]
    where, old, new = f"sources/{source}.yaml", found.old, found.new
    head = f"{source}: column {name}"
    if new is ABSENT:
        yield change_of(
            found, where, "less", 40, f"{head} is no longer delivered; before, {_became(old, before=True)}."
        )
    elif old is ABSENT:
        risk: Risk = "more" if _reach(new) != (0, 0) else "other"
        yield change_of(found, where, risk, _weight(new), f"{head} is new, {_read_as(new)}: {_became(new)}.")
    elif all(old[part] == new[part] for part in ("to_linkage", "to_analysis", "remark")):
        told = f"{head} was {_read_as(old)}; now it is {_read_as(new)}. What becomes of it stays: {_became(new)}."
        yield change_of(found, where, _column_risk(old, new), _weight(new), told)
    else:
        was = f"{head} was {_read_as(old)}: {_became(old, before=True)}."
        now = f"Now it is {_read_as(new)}: {_became(new)}."
        yield change_of(found, where, _column_risk(old, new), _weight(new), f"{was} {now}")


def _column_risk(old: Mapping[str, str], new: Mapping[str, str]) -> Risk:
    before, after = _reach(old), _reach(new)
    if any(b < a for b, a in zip(before, after, strict=True)) or _loosened(old, new):
        return "more"
    return "less" if after != before else "other"


def _loosened(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """What was held to be identifying, or never read, may now be passed on as it stands."""
    return old["class"] not in _AS_THEY_STAND and new["class"] in _AS_THEY_STAND


def _reach(fate: Mapping[str, str]) -> tuple[int, int]:
    """How far a column goes: into the linkage zone (0 to 2) and into the analysis zone (0 to 4)."""
    linkage = 0 if not fate["to_linkage"] else 1 if fate["role"] in ("record_id", "sex") else 2
    told = fate["to_analysis"]
    analysis = 0 if not told else 4 if _as_it_stands(fate) else _ANALYSIS_LEVEL.get(told, 3)
    return linkage, analysis


def _as_it_stands(fate: Mapping[str, str]) -> bool:
    """Whether the column's own values reach the analysis zone; a code that decides something does not."""
    uses = fate["to_analysis"].replace(" and ", ", ").split(", ")
    return fate["class"] in _AS_THEY_STAND and not all(_DECIDES in use for use in uses if use)


def _decides(fate: Mapping[str, str]) -> bool:
    return fate["class"] in _AS_THEY_STAND and _DECIDES in fate["to_analysis"]


def _weight(fate: Mapping[str, str]) -> int:
    linkage, analysis = _reach(fate)
    loose = 90 if fate["class"] in _AS_THEY_STAND and analysis else 0
    return max(30, loose, 84 if linkage == 2 else 0, 20 * analysis)


def _read_as(fate: Mapping[str, str]) -> str:
    kind = CLASSES.get(fate["class"], fate["class"]).lower()
    kind = "dropped" if fate["class"] == "drop" else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
    return f"{kind} ({_role(fate)})" if fate["role"] else kind


def _role(fate: Mapping[str, str]) -> str:
    name = ROLES.get(fate["role"], fate["role"]) or "value"
    return name if name[:3].isupper() else name[0].lower() + name[1:]


def _became(fate: Mapping[str, str], *, before: bool = False) -> str:
    if not fate["to_linkage"] and not fate["to_analysis"]:
        never = fate["class"] in ("drop", "free_text")
        return ("it was never loaded" if before else "it is never loaded") if never else _stays(before=before)
    told = []
    if fate["to_linkage"]:
        whole, reaches = "" if fate["role"] in ("record_id", "sex") else "full ", "reached" if before else "reaches"
        told.append(f"the {whole}{_role(fate)} {reaches} the linkage zone as {_with_article(fate['to_linkage'])}")
    if fate["to_analysis"]:
        sent = "sent its values as they stand, as" if _as_it_stands(fate) else "told" if _decides(fate) else "sent"
        told.append(f"the analysis zone {'was' if before else 'is'} {sent} {fate['to_analysis']}")
    return "; ".join(told)


def _stays(*, before: bool) -> str:
    return "it stayed in the source" if before else "it stays in the source"


def _with_article(words: str) -> str:
    return words if words.startswith("a ") else f"a {words}"
