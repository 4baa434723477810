"""What a board report holds, ready for the template: words, safe counts and charts, nothing to compute."""

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of texts; the first cell of a row names the row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: frozenset[int] = frozenset()
    """Columns after the first that hold words, not numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart, the sentence it supports, and the table with the same numbers."""

    id: str
    heading: str
    finding: str
    chart: Markup
    """Empty where all that it could show is hidden: the table says so."""
    table: Table
    note: str = ""
    """What a reader should know about the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNumber:
    """One of the few numbers on the first page."""

    title: str
    link: str
    number: str
    interval: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What people told us, on one card."""

    says: str
    stance: str
    """Whether it agrees with the number."""
    own_words: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceStep:
    """One step of a ladder, its number, and what people say of it."""

    label: str
    number: str
    verdict: str
    """Agrees, differs, both, silent, or kept back."""
    silence: str
    """What stands there where there are no quotes."""
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicePage:
    """Where people were heard, and where nobody was."""

    heard: str
    gone: tuple[str, ...]
    """How many cards were withdrawn, ended, or are kept back."""
    tables: tuple[Table, ...]
    """Of each group: its steps, and what is said of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A finding that the board took up, and where it stands."""

    group: str
    link: str
    """Key of the group's page; empty where it is about none."""
    finding: str
    state: str
    facts: tuple[tuple[str, str], ...]
    """Next step, owner, dates, what came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedPage:
    """What you decided last time."""

    summary: str
    decisions: tuple[Decided, ...]
    note: str = ""
    """What else may lie behind a number that is set beside the last report's; empty where none is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighPage:
    """Groups against the board's own criteria."""

    says: str
    vary: str
    """By how much each weight was moved, in words."""
    settings: str
    """How many settings of the weights were tried."""
    criteria: Table
    marks: Table
    places: Table | None
    """None where no group could be weighed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A number over an unbroken run of monthly reports."""

    note: str
    """How many reports there are, where they are too few."""
    figure: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How wide the gap by deprivation is."""

    finding: str
    table: Table | None
    """None where no number of it can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortSection:
    """One cohort: who they are, how many, where need goes unmet, for whom, and between which services."""

    id: str
    title: str
    why: str
    population: str
    english: tuple[str, ...]
    unmet: str
    definition: str
    """Where on the page on how the report was made the whole definition stands."""
    evidence: tuple[str, ...]
    published_sources: tuple[str, ...]
    summary: tuple[tuple[str, str, str], ...]
    """Label, number, and a line that explains it."""
    ladder: Figure | None
    equity: tuple[Figure, ...]
    gap: Gap | None = None
    """None where it is not broken down by deprivation."""
    too_few: str = ""
    """Why it is not broken down at all; empty where it is."""
    suppressed: tuple[str, ...] = ()
    """Breakdowns that would have told of a few people."""
    overlap: tuple[Figure, ...]
    variants: Table | None = None
    """The group at other thresholds."""
    varied: tuple[str, ...] = ()
    """What these thresholds are in the rest of the report, and why."""
    attrition: Table | None
    more_left: str = ""
    """Why a step seems to leave more people than the one before it; empty where none does."""
    trend: Trend | None = None
    voices: tuple[VoiceStep, ...] = ()
    """What people told us of the group and of each of its steps."""
    comments: tuple[tuple[str, str, str], ...] = ()
    """Question of an earlier report, what was written beside it, and who wrote it."""
    questions: tuple[str, ...]
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthAsking:
    """One combination as the page shows it."""

    id: str
    title: str
    sentences: tuple[str, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Across:
    """The groups side by side."""

    differences: Table | None
    """Each group by each breakdown: whether the difference is clear."""
    equity: tuple[Table, ...]
    services: Table | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Waits for each service, for whom they are longer, and who missed appointments."""

    half: Table | None
    by_place: Figure | None
    gaps: Table | None
    over_time: Table | None
    trends: tuple[tuple[str, Trend], ...]
    """Of each service by its title."""
    short_of: str
    """What is missing before change can be told from chance; empty if nothing is for any service."""
    missed: tuple[Figure, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Barrier:
    """One thing about a place that may stand between people and a service."""

    id: str
    heading: str
    says: str
    missed: Figure | None
    """People who missed an appointment; None where it is not known of anybody."""
    not_recorded: str
    finding: str
    """In which groups more people are, where there is a table."""
    groups: Table | None
    verdict: str
    """Of what people told us: heard, or silent."""
    silence: str
    """What stands there where there are no quotes."""
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePage:
    """Barriers of place."""

    barriers: tuple[Barrier, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceLast:
    """Since last time: each group's count then and now, and in words what made the difference."""

    period: str
    note: str
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknowns:
    """What is not known: coverage, cannot tell, linkage, who may be missed."""

    cannot_tell: Table
    coverage: Table
    linkage: Table
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How the report was made."""

    facts: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]
    """Breakdowns that would have told of a few people."""
    definitions: Table
    in_full: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Place on the page, title and lines of each definition."""
    sources: Table
    checkpoint: tuple[str, ...]
    """The ledger's root in groups that a person can compare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLink:
    """The report on one board's area."""

    area: str
    board: str
    folder: str
    """Below the release's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EachBoard:
    """The areas of several boards."""

    links: tuple[BoardLink, ...]
    people: Table
    rates: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """The whole report."""

    title: str
    organisation: str
    board: str
    area: str
    part_of: str = ""
    """What the whole is called in the report on one board's area."""
    boards: EachBoard | None = None
    """The reports on areas, in the report on the whole."""
    contact: str
    synthetic: bool
    notices: tuple[str, ...] = ()
    """Reports that were withdrawn or had to be corrected, one sentence each."""
    waivers: tuple[str, ...] = ()
    """Policy rules that are waived, one sentence each."""
    late: tuple[str, ...] = ()
    """Sources whose extract of the month did not come, one sentence each."""
    period: str
    data_until: str
    key_numbers: tuple[KeyNumber, ...]
    glance: Table
    asks: tuple[str, ...]
    worth_asking: tuple[WorthAsking, ...] = ()
    since: SinceLast | None = None
    """None in a first report."""
    cohorts: tuple[CohortSection, ...]
    across: Across
    voices: VoicePage | None = None
    waits: Waits | None = None
    """None where no service counts waits or appointments."""
    place: PlacePage | None = None
    """None where no count by distance, address or language was released."""
    decided: DecidedPage | None = None
    """None where the board has decided nothing."""
    weighed: WeighPage | None = None
    """None where the board has set no criteria."""
    unknowns: Unknowns
    symbols: tuple[tuple[str, str], ...]
    hidden_rule: str
    intervals: str
    """What ``likely`` and ``95% interval`` mean."""
    making: Making
