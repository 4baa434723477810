"""What is published about definitions beside their counts: English, sources, steps, evidence, review."""

from collections.abc import Mapping, Sequence
from typing import Any

from cohorts.catalogue import catalogue_of, kinds_used
from cohorts.codelists import content_sha256
from cohorts.english import attrition_labels, definition_english, population_english, unmet_english
from cohorts.extracts import Extract, extract_caveats
from cohorts.query import Definition, SignOff
from cohorts.variants import measure_of, variant_label, varied_words
from cohorts.words import kinds_words, sentence, titled
from governance.english import percent
from governance.settings import Source


def describe_definitions(
    definitions: Sequence[Definition],
    sources: Sequence[Source],
    extracts: Mapping[str, Extract] | None = None,
    period: str = "",
) -> list[dict[str, Any]]:
    """The manifest's ``definitions``: nothing here depends on any record.

    Args:
        definitions: In the order in which they are told.
        sources: All of the project.
        extracts: Which extract of each was used; what is not the period's own is a caveat.
        period: ``YYYY-MM``.
    """
    described = [_describe(definition, sources) for definition in definitions]
    for one in described:
        used = [source for source in sources if source.id in one["data_sources"]]
        one["caveats"] += extract_caveats(used, extracts or {}, period)
    return described


def _describe(definition: Definition, sources: Sequence[Source]) -> dict[str, Any]:
    labels = enumerate(attrition_labels(definition.query), 1)
    used = _sources_used(definition, sources)
    return {
        "id": definition.id,
        "version": definition.version,
        "title": definition.title,
        "why": definition.why,
        "english": definition_english(definition),
        "population_english": population_english(definition.query),
        "unmet_english": unmet_english(definition.query),
        "sha256": definition.sha256,
        "content_sha256": content_sha256(definition, sources),
        "sources": list(definition.sources),
        "data_sources": [source.id for source in used],
        "caveats": [*definition.caveats, *_caveats(used)],
        "steps": [{"step": f"{number:02}", "label": label} for number, label in labels],
        "variants": [{"measure": measure_of(one), "label": variant_label(one)} for one in definition.variants],
        "varied": varied_words(definition),
        "ladder": [{"rung": rung.name, "label": titled(rung.name)} for rung in definition.query.ladder],
        "unmet_rung": definition.query.unmet,
        "evidence": list(definition.evidence),
        "review": _sign_off(definition.review),
        "lived_experience": _sign_off(definition.lived_experience),
    }


def _sources_used(definition: Definition, sources: Sequence[Source]) -> list[Source]:
    """Sources that map something the definition looks at."""
    mapped = catalogue_of(sources).sources_of
    ids = {source for kind in kinds_used(definition.query) for source in mapped.get(kind, ())}
    return [source for source in sources if source.id in ids]


def _caveats(sources: Sequence[Source]) -> list[str]:
    """What the sources themselves say is missing, one line a source."""
    return [f"{source.title}{told}" for source in sources if (told := _missing(source))]


def _missing(source: Source) -> str:
    """What follows its title, to the end of the line."""
    if not source.coverage:
        return ": no coverage is declared, so its silence never counts."
    shares, gaps = _shares(source), _gaps(source)
    return f"{':' if shares else '.'} {' '.join((*shares, *gaps))}" if shares or gaps else ""


def _shares(source: Source) -> list[str]:
    """How many of the people a source serves are in its extract, where that is not all of them."""
    partly = [each for each in source.coverage if each.share < 1]
    told = [f"about {percent(each.share)} of the people served{_of_which(each.kinds)}" for each in partly]
    return [f"the extract holds {' and '.join(told)}."] if told else []


def _gaps(source: Source) -> list[str]:
    gaps = dict.fromkeys(sentence(each.known_gaps) for each in source.coverage if each.known_gaps)
    return [f"Known gaps: {' '.join(gaps)}"] if gaps else []


def _of_which(kinds: Sequence[str]) -> str:
    """For which events a share holds."""
    return f" (for {words})" if (words := kinds_words(kinds)) else ""


def _sign_off(sign_off: SignOff) -> dict[str, object]:
    return {"status": sign_off.status, "by": sign_off.by, "on": sign_off.on}
