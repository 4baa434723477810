"""What is not known, and how the report was made."""

from datetime import date

from cohorts.report.facts import ReportFacts
from cohorts.report.findings import quoted
from cohorts.report.page import Making, Table, Unknowns
from cohorts.report.tables import anchor, with_spans
from governance.disclosure import EVERYONE, SafeFrame, SafeLinkage, rate_per_1000
from governance.english import long_date, month

_SECTORS = {
    "nhs": "NHS",
    "council": "Council",
    "police": "Police",
    "fire": "Fire and rescue",
    "justice": "Justice",
    "vcse": "Voluntary and community",
}
_DIGEST_GROUP = 8
"""Characters of a digest between spaces, so that two people can read it to each other."""


def unknowns(frame: SafeFrame, facts: ReportFacts) -> Unknowns:
    """Coverage, cannot tell, linkage, and who may be missed."""
    return Unknowns(
        cannot_tell=_cannot_tell(frame, facts),
        coverage=_coverage(frame, facts),
        linkage=_linkage(facts),
        missed=_missed(facts),
    )


def _cannot_tell(frame: SafeFrame, facts: ReportFacts) -> Table:
    rows = []
    for definition in facts.definitions:
        unknown, population = frame.cell(definition.id, "cannot_tell"), frame.cell(definition.id, "population")
        rows.append((definition.title, unknown.text, population.text, rate_per_1000(unknown, population).text))
    head = ("Group", "We cannot tell for", "People looked at", "In every 1,000")
    return Table(caption="Cannot tell, by group", head=head, rows=tuple(rows))


def _coverage(frame: SafeFrame, facts: ReportFacts) -> Table:
    if facts.part_of:
        return _stated(facts)
    rows = tuple(
        (
            source.title,
            frame.cell(EVERYONE, "seen", "service", source.id).text,
            "; ".join(source.coverage) or "not stated",
            " ".join(source.known_gaps) or "none stated",
        )
        for source in facts.sources
    )
    head = ("Source", "People seen", "Dates it can speak for", "Known gaps")
    table = Table(caption="Coverage, by source", head=head, rows=rows, text_columns=frozenset({2, 3}))
    return with_spans(table, [frame.span(EVERYONE, "seen", "service", source.id) for source in facts.sources])


def _stated(facts: ReportFacts) -> Table:
    """What sources say of themselves: whom each saw is not told of an area."""
    rows = tuple(
        (one.title, "; ".join(one.coverage) or "not stated", " ".join(one.known_gaps) or "none stated")
        for one in facts.sources
    )
    head = ("Source", "Dates it can speak for", "Known gaps")
    caption = f"Coverage, by source, in all of {facts.part_of}"
    return Table(caption=caption, head=head, rows=rows, text_columns=frozenset({1, 2}))


def _linkage(facts: ReportFacts) -> Table:
    rows = tuple(_linkage_row(each, facts) for each in facts.linkage)
    head = ("Source", "Records", "In every 1,000: could not be compared", "In every 1,000: joined to another record")
    caption = "Records and joins, by source"
    if facts.part_of:
        caption += f", in all of {facts.part_of}"
    return Table(caption=caption, head=head, rows=rows)


def _linkage_row(each: SafeLinkage, facts: ReportFacts) -> tuple[str, ...]:
    shares = (each.no_view_share.text, each.linked_share.text)
    return (facts.source_title(each.source), each.records.text, *shares)


def _missed(facts: ReportFacts) -> tuple[str, ...]:
    return (
        f"People who are not in the source {quoted(facts.source_title(facts.spine))}. Rates are worked out among the "
        "people it lists.",
        "People whose records could not be joined. This happens more to people who move often, change their name, "
        "have no fixed address, or whose details were written down wrongly.",
        "A missed join has a direction. It makes services look less shared than they are. It can make a need look "
        "unmet when another service met it.",
        "People who opted out of the use of their records. Nothing about them is in this report.",
        "People no service has seen, or whose need no one wrote down.",
        "The 95% intervals of rates and waits allow for chance and for mistakes in joining records. They show chance"
        " only where nobody was found, at the same ages, for change over time, and for groups of this report by"
        " distance, address and language. Mistakes in recording are in none of them.",
        "People who were not asked. What people told us comes from those whom someone listened to.",
    )


def making(frame: SafeFrame, facts: ReportFacts) -> Making:
    """Definitions, versions, sources, dates, policy and the ledger's root."""
    last_day = long_date(date.fromordinal(facts.as_of.toordinal() - 1))
    return Making(
        facts=(
            ("Period", month(facts.period)),
            ("Data up to", last_day),
            ("Made for", facts.board),
            ("Made by", facts.organisation),
            ("Area look-up", facts.edition),
            ("Disclosure policy", frame.policy_id),
            *(("Policy rule waived for a time", sentence) for sentence in facts.waivers),
            *(("Withdrawn or corrected", sentence) for sentence in facts.notices),
        ),
        left_out=tuple(each.says for each in facts.suppressed),
        definitions=_definitions(facts),
        in_full=tuple((anchor(each.id, "definition"), each.title, each.english) for each in facts.definitions),
        sources=_sources(facts),
        checkpoint=grouped(facts.checkpoint),
    )


def _definitions(facts: ReportFacts) -> Table:
    rows = tuple(
        (
            each.title,
            f"{each.id} {each.version}",
            " ".join(grouped(each.sha256[:16])),
            each.review,
            each.lived_experience,
        )
        for each in facts.definitions
    )
    return Table(
        caption="Definitions used",
        head=("Group", "Definition", "Fingerprint", "Review", "Seen by people it is about"),
        rows=rows,
        text_columns=frozenset({1, 2, 3, 4}),
    )


def _sources(facts: ReportFacts) -> Table:
    rows = tuple(
        (
            each.title,
            facts.source_short(each.id),
            each.organisation,
            _SECTORS.get(each.sector, each.sector),
            each.extract,
        )
        for each in facts.sources
    )
    return Table(
        caption="Sources used",
        head=("Source", "Name in charts", "Organisation", "Sector", "Extract"),
        rows=rows,
        text_columns=frozenset({1, 2, 3, 4}),
    )


def grouped(digest: str) -> tuple[str, ...]:
    """A digest in groups of eight characters."""
    return tuple(digest[start : start + _DIGEST_GROUP] for start in range(0, len(digest), _DIGEST_GROUP))


INTERVALS = (
    f"{quoted('Likely')} and {quoted('95% interval')} mean the range where the true rate probably lies. It allows for"
    " chance and, unless it says otherwise, for records that were joined wrongly or not at all, and for the changes"
    " that protect people. What it allows for joining never gets smaller from one report to the next, for up to two"
    " years: that protects people, too."
)
"""What every interval of the report means, in each of its forms."""


def hidden_rule(frame: SafeFrame) -> str:
    """The disclosure rule in one plain sentence."""
    return frame.rule.sentence
