"""What the report says besides counts: definitions, sources, dates, how it was made.

All of it comes from configs and manifests, and none of it is a count of people: those come in the safe frame.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cohorts.extracts import Extract, late, told
from cohorts.report.board_facts import NO_BOARD, BoardFacts
from cohorts.report.voice_facts import NO_VOICES, VoicesFacts
from cohorts.words import kinds_words, sentence
from governance.disclosure import SafeCause, SafeCell, SafeFrame, SafeLinkage
from governance.english import long_date, percent
from governance.settings import Bundle, Coverage, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionFacts:
    """One cohort definition, in English that was generated from its nodes."""

    id: str
    version: str
    title: str
    why: str
    english: tuple[str, ...]
    unmet_english: str
    population_english: str
    sha256: str
    published_sources: tuple[str, ...]
    caveats: tuple[str, ...]
    evidence: tuple[str, ...]
    review: str
    lived_experience: str
    """Whether people whom the definition is about have looked at it."""
    steps: tuple[tuple[str, str], ...]
    """Number and label of each step from everyone to members."""
    variants: tuple[tuple[str, str], ...] = ()
    """Measure and label of each other threshold that is counted."""
    varied: tuple[str, ...] = ()
    """What each of these thresholds is in the answer, and why."""
    rungs: tuple[tuple[str, str], ...]
    """Name and label of each rung of the response ladder; empty if the manifest does not order them."""
    unmet_rung: str = ""
    """Name of the rung that was not reached in time by whoever is in the group; empty if the manifest does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionFacts:
    """One way of breaking counts down."""

    id: str
    title: str
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """One organisation's feed, and what it can speak for."""

    id: str
    title: str
    short_title: str = ""
    """A word or two; empty where the config has none."""
    organisation: str
    sector: str
    coverage: tuple[str, ...]
    known_gaps: tuple[str, ...]
    extract: str
    """Which extract was used, in words: its month, and whether it was carried forward; or that none came."""
    late: str = ""
    """A sentence where that is not this month's own; empty if it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A proposal of the finder in words: no number of people, nor a word that was made of one."""

    id: str
    title: str
    questions: tuple[str, ...]
    months_before: int
    """In how many earlier months it was proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceFacts:
    """The last report's numbers, and why today's differ: numbers already published, and words."""

    period: str
    """Of the last report."""
    met: Mapping[str, SafeCell]
    """How many were found then, as published, by definition."""
    causes: Mapping[str, tuple[SafeCause, ...]]
    """By definition, for those that were asked both times."""
    why_not_split: str = ""
    """Empty if causes were told apart."""
    told_in: str = ""
    """Of which area the report tells what made the difference, where this one does not."""


@dataclass(frozen=True, slots=True)
class EarlierReport:
    """The numbers of a report that was published before."""

    period: str
    frame: SafeFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressedFacts:
    """A breakdown that would have told of a few people."""

    cohort: str
    title: str
    """Of the cohort."""
    measure: str
    """Its title; empty where the breakdown is of who meets the definition."""
    by: str
    """Title of what it is by."""
    dimension: str = ""
    """Id of what it is by."""
    in_areas: bool = False
    """Only in the reports on areas; the whole has it."""

    @property
    def breakdown(self) -> str:
        """By what, and where: Ethnic group, in the reports on areas."""
        return f"{self.by}, in the reports on areas" if self.in_areas else self.by

    @property
    def says(self) -> str:
        """Such as: Severe multiple disadvantage: Ethnic group, in the reports on areas."""
        return f"{self.title}{f', {self.measure}' if self.measure else ''}: {self.breakdown}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """Everything the page says that is not a count."""

    title: str
    organisation: str
    board: str
    area: str
    contact: str
    synthetic: bool
    period: str
    as_of: date
    """First day that is not in the data."""
    spine: str
    """Id of the source that says who lives in the area."""
    part_of: str = ""
    """What the whole is called, where the report is on the area of one of several boards."""
    edition: str
    """Edition of the area look-up."""
    checkpoint: str
    """Root of the ledger when the report was made."""
    definitions: tuple[DefinitionFacts, ...]
    dimensions: tuple[DimensionFacts, ...]
    sources: tuple[SourceFacts, ...]
    linkage: tuple[SafeLinkage, ...]
    waivers: tuple[str, ...] = ()
    """Policy rules that an approver waived for a time, one sentence each."""
    questions: tuple[Question, ...] = ()
    """Proposals of the finder."""
    since: SinceFacts | None = None
    """None for a first report."""
    earlier: tuple[EarlierReport, ...] = ()
    """What was published of earlier periods and was not withdrawn, oldest first."""
    notices: tuple[str, ...] = ()
    """Reports that were withdrawn or had to be corrected, one sentence each."""
    suppressed: tuple[SuppressedFacts, ...] = ()
    """Breakdowns that would have told of a few people."""
    voices: VoicesFacts = NO_VOICES
    """What people told us."""
    board_file: BoardFacts = NO_BOARD
    """What the board decided, and how it weighs groups."""

    def source_title(self, source_id: str) -> str:
        """The title of a source, or its id spelt out."""
        titles = {source.id: source.title for source in self.sources}
        return titles.get(source_id, source_id.replace("_", " "))

    def source_short(self, source_id: str) -> str:
        """Its short title, for where several stand side by side; its title where it has none."""
        short = {source.id: source.short_title for source in self.sources}
        return short.get(source_id) or self.source_title(source_id)


def report_facts(
    bundle: Bundle,
    cohorts: Mapping[str, Any],
    *,
    linkage: Iterable[SafeLinkage],
    checkpoint: str,
    waivers: Iterable[str] = (),
    notices: Iterable[str] = (),
    suppressed: Iterable[SuppressedFacts] = (),
    since: SinceFacts | None = None,
    voices: VoicesFacts = NO_VOICES,
    earlier: Iterable[EarlierReport] = (),
    board_file: BoardFacts = NO_BOARD,
) -> ReportFacts:
    """The facts of one period.

    Args:
        bundle: The project's configs.
        cohorts: The manifest of the cohort step; only its definitions, dimensions, dates and questions are read.
        linkage: What ``governance.disclosure.release_linkage`` lets us say of each source.
        checkpoint: Root of the ledger.
        waivers: Policy rules that are waived, one sentence each.
        notices: Reports that were withdrawn or had to be corrected, one sentence each.
        suppressed: Breakdowns that would have told of a few people.
        since: The last report's numbers, and why today's differ.
        voices: What people told us and may be printed.
        earlier: What was published of earlier periods, oldest first.
        board_file: What the board decided, and how it weighs groups.
    """
    project = bundle.project
    return ReportFacts(
        title=project.title,
        organisation=project.organisation,
        board=project.report.board,
        area=project.report.area,
        contact=project.report.contact,
        synthetic=project.synthetic,
        period=cohorts["period"],
        as_of=date.fromisoformat(cohorts["as_of"]),
        spine=project.spine,
        edition=project.lookup.edition,
        checkpoint=checkpoint,
        definitions=tuple(_definition(each) for each in cohorts["definitions"]),
        dimensions=tuple(
            DimensionFacts(id=name, title=each["title"], order=tuple(each["order"]))
            for name, each in cohorts["dimensions"].items()
        ),
        sources=tuple(_source(source, cohorts) for source in bundle.sources),
        linkage=tuple(linkage),
        waivers=tuple(waivers),
        notices=tuple(notices),
        suppressed=tuple(suppressed),
        since=since,
        voices=voices,
        earlier=tuple(earlier),
        board_file=board_file,
        questions=tuple(_question(each) for each in cohorts.get("questions", ())),
    )


def _definition(each: Mapping[str, Any]) -> DefinitionFacts:
    return DefinitionFacts(
        id=each["id"],
        version=each["version"],
        title=each["title"],
        why=each["why"],
        english=tuple(each["english"]),
        unmet_english=each.get("unmet_english") or "",
        population_english=each["population_english"],
        sha256=each["sha256"],
        published_sources=tuple(each.get("sources", ())),
        caveats=tuple(each.get("caveats", ())),
        evidence=_texts(each.get("evidence", ())),
        review=_review(each.get("review")),
        lived_experience=_review(each.get("lived_experience")),
        variants=tuple((each_one["measure"], each_one["label"]) for each_one in each.get("variants", ())),
        varied=tuple(each.get("varied", ())),
        steps=tuple((str(step["step"]), step["label"]) for step in each.get("steps", ())),
        rungs=tuple((rung["rung"], rung["label"]) for rung in each.get("ladder", ())),
        unmet_rung=each.get("unmet_rung") or "",
    )


def _question(each: Mapping[str, Any]) -> Question:
    return Question(
        id=each["id"],
        title=each["title"],
        questions=tuple(each["questions"]),
        months_before=each["months_before"],
    )


def _texts(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _review(value: Any) -> str:
    """A sign-off in one line, whether the manifest holds text or ``status``, ``by``, ``on``."""
    if isinstance(value, Mapping):
        return " ".join(str(value[name]) for name in ("status", "by", "on") if value.get(name))
    return str(value or "not yet reviewed")


def _source(source: Source, cohorts: Mapping[str, Any]) -> SourceFacts:
    period = cohorts["period"]
    own = cohorts.get("extracts", {}).get(source.id, {"how": "delivered", "period": period})
    extract = Extract(own["how"], own["period"])
    return SourceFacts(
        id=source.id,
        title=source.title,
        short_title=source.short_title or "",
        organisation=source.organisation,
        sector=source.sector.value,
        coverage=tuple(_spans(source, extract)) if extract.period else ("no dates: no extract came",),
        known_gaps=tuple(dict.fromkeys(sentence(each.known_gaps) for each in source.coverage if each.known_gaps)),
        extract=told(extract),
        late=late(source.title, extract, period),
    )


def _spans(source: Source, extract: Extract) -> Iterator[str]:
    """What it can speak for; an extract that is carried forward ends it."""
    for each in source.coverage:
        ends = [day for day in (each.end, extract.end if extract.is_carried else None) if day]
        if not ends or each.start < min(ends):
            yield _span(each, min(ends, default=None))


def _span(span: Coverage, end: date | None) -> str:
    until = f"to {long_date(date.fromordinal(end.toordinal() - 1))}" if end else "on"
    part = "" if span.share >= 1 else f", about {percent(span.share)} of the people served"
    return f"{_of_kinds(span)}from {long_date(span.start)} {until}{part}"


def _of_kinds(span: Coverage) -> str:
    """Which events a span is about."""
    return f"{words}: " if (words := kinds_words(span.kinds)) else ""
