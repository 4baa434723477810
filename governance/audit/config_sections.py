"""Sections that come from the config: purpose and law, what becomes of every column, encoding, trust."""

from governance.audit.blocks import Block, Cell, Folded, Points, Row, Section, Table, Text, code
from governance.audit.evidence import Evidence
from governance.audit.fate import fate_of
from governance.audit.words import CLASSES, COMMON_LAW, COMPONENTS, EVIDENCE, ROLES, SECTORS, retention
from governance.english import day, joined, percent
from governance.settings import Bundle, Source, Way, signed_together


def purpose_section(evidence: Evidence) -> Section:
    """Why, for whom, and on which legal bases."""
    bundle = evidence.bundle
    project = bundle.project
    law = Table(
        caption="Legal bases, source by source",
        head=("Source", "Organisation", "Sector", "UK GDPR", "Common-law duty of confidentiality", "Agreement"),
        rows=[_law_row(source) for source in bundle.sources],
        wide=True,
    )
    text = (
        f"{project.organisation} runs this project for {project.report.board}. Its one purpose is"
        f" “{project.purpose.replace('_', ' ')}”. {retention(project.retention_months)}; until when everything else is"
        " kept stands under retention clocks."
    )
    return Section(id="purpose", title="Purpose and legal bases", blocks=(Text(text), law))


def _law_row(source: Source) -> Row:
    legal, agreed = source.legal, source.agreement
    articles = [
        f"Article {legal.article_6 or '6: none'}"
        + (f" ({legal.statutory_function})" if legal.statutory_function else ""),
        f"Article {legal.article_9}" if legal.article_9 else "",
        _schedule(legal.schedule_1 or ""),
        f"DPA 2018 Part {legal.law_enforcement_part}" if legal.law_enforcement_part else "",
    ]
    basis, until = legal.common_law, legal.common_law.expires
    ends = f", to {day(until.isoformat())}" if until else ""
    return (
        source.title,
        source.organisation,
        SECTORS[source.sector],
        "; ".join(part for part in articles if part),
        f"{COMMON_LAW[basis.basis]}: {basis.reference}{ends}",
        f"{agreed.id}, to {day(agreed.end.isoformat())}; review {day(agreed.review.isoformat())}",
    )


def _schedule(condition: str) -> str:
    """A condition of DPA 2018 Schedule 1, named once, however the config writes it."""
    return condition if not condition or "Sch" in condition else f"DPA 2018 Schedule 1: {condition}"


def columns_section(evidence: Evidence) -> Section:
    """Every column of every source, its class and what becomes of it."""
    bundle = evidence.bundle
    overview = Table(
        caption="Columns by what becomes of them",
        head=("Source", "Columns", "Encoded for linkage", "To the analysis zone", "Stay in the source", "Never read"),
        rows=[_overview_row(source, bundle) for source in bundle.sources],
        wide=True,
    )
    text = (
        "A column that is not listed in a source's file stops the run, so nothing arrives unseen. What is encoded for"
        " linkage and what goes to the analysis zone travel in different packages under different keys. Some columns"
        " feed both, such as a date of birth: encoded for linkage, the year only for analysis."
    )
    details = [Folded(f"{source.title}: every column", _column_table(source, bundle)) for source in bundle.sources]
    blocks: list[Block] = [Text(text), overview, *_confirmed_table(bundle), *details]
    return Section(id="columns", title="What each source sends", blocks=blocks)


_WAYS = {
    Way.LEFT_OUT: "Nothing of them leaves the source",
    Way.LINKED: "Leave the source as codes; year of birth and area of the postcode, too",
    Way.SENT: "May leave the source as they stand",
}


def _confirmed_table(bundle: Bundle) -> list[Table]:
    """Who signed for columns that a program had classed; no table where nobody did."""
    rows: list[Row] = [
        (source.title, file.id, _WAYS[way], Cell(str(len(held)), "number"), by)
        for source in bundle.sources
        for file in source.files
        for way, by, held in signed_together(file)
    ]
    if not rows:
        return []
    return [
        Table(
            caption="Columns classed by suggestion, and who confirmed them together",
            head=("Source", "File", "Where they go", "Columns", "Confirmed by"),
            rows=rows,
            wide=True,
        )
    ]


def _overview_row(source: Source, bundle: Bundle) -> Row:
    fates = [
        fate_of(name, column, file, bundle.project.linkage, households=bundle.project.households)
        for file in source.files
        for name, column in file.columns.items()
    ]
    counts = (
        len(fates),
        sum(bool(fate.to_linkage) for fate in fates),
        sum(bool(fate.to_analysis) for fate in fates),
        sum(fate.remark.endswith("stays in the source.") or "dropped" in fate.remark for fate in fates),
        sum(fate.remark == "Never loaded." for fate in fates),
    )
    return (source.title, *(Cell(str(count), "number") for count in counts))


def _column_table(source: Source, bundle: Bundle) -> Table:
    rows: list[Row] = []
    for file in source.files:
        for name, column in file.columns.items():
            fate = fate_of(name, column, file, bundle.project.linkage, households=bundle.project.households)
            rows.append(
                (
                    code(name),
                    file.id,
                    CLASSES[column.column_class],
                    ROLES.get(column.role or "", ""),
                    fate.to_linkage or "Nothing",
                    fate.to_analysis or "Nothing",
                    fate.remark,
                )
            )
    return Table(
        caption=f"Columns of {source.title}",
        head=("Column", "File", "Class", "What it is", "To the linkage zone", "To the analysis zone", "Remark"),
        rows=rows,
        wide=True,
    )


def encoding_section(evidence: Evidence) -> Section:
    """How fields are encoded and when two records are compared at all."""
    bundle = evidence.bundle
    linkage = bundle.project.linkage
    rules = Table(
        caption="Two records are compared only if they agree on everything in one of these rules",
        head=("Rule", "Must agree on"),
        rows=[(code(rule.id), joined([COMPONENTS[part] for part in rule.components])) for rule in linkage.rules],
    )
    settings = (
        f"Evidence that counts: {joined([EVIDENCE[field] for field in linkage.compare])}.",
        f"Records are joined at a match probability of {percent(linkage.threshold_probability)} or more.",
        f"A block with more than {linkage.max_block_records} records is left out and counted.",
        f"Key epoch “{linkage.epoch}”: a new epoch makes codes that cannot be joined to the old ones.",
    )
    intro = (
        "Records are first put into blocks by the rules below. Inside a block, equal values have equal codes; the same"
        " value in another block has a code that looks unrelated. So there is no list of codes to count or to look up."
    )
    return Section(
        id="encoding",
        title="How identifiers are encoded",
        blocks=(Text(intro), _encoded(evidence), rules, Points(settings)),
    )


def _encoded(evidence: Evidence) -> Table:
    """What the receipts say; one row for each way, with the sources that used it."""
    used: dict[tuple[str, str], list[str]] = {}
    for source in evidence.bundle.sources:
        for field, how in sorted((evidence.receipt(source.id) or {}).get("encoded", {}).items()):
            used.setdefault((field, how), []).append(source.title)
    everyone = [source.title for source in evidence.bundle.sources]
    rows = [
        (ROLES.get(field, field.replace("_", " ").capitalize()), how, "All sources" if who == everyone else joined(who))
        for (field, how), who in sorted(used.items())
    ]
    return Table(
        caption="Fields and how they were encoded (from the sources' receipts)",
        head=("Field", "Encoded as", "By"),
        rows=rows,
        empty="No source has run for this period yet.",
        wide=True,
    )


def trust_section(evidence: Evidence) -> Section:
    """The assumption everything rests on, and what follows if it fails."""
    ends = min((info.not_after for info in evidence.keys if info.kind == "root"), default="")
    lives = f" (this one's keys end on {day(ends)})" if ends else ""
    assumed = (
        "No source, and nobody who holds a key, works together with the linkage zone. If one did, every record encoded"
        " under that key could be identified within seconds: trying all surnames with all dates of birth takes about"
        " twenty."
    )
    follows = (
        "The keys that encode stay with custodians and sources, never in the linkage zone.",
        "No source is sent results about single records, and linkage staff hold no role at a source.",
        "Every file at rest is sealed to one zone's key. Whoever takes the linkage zone has no needs or events; whoever"
        " takes the analysis zone has no names, dates of birth, postcodes or encodings.",
        f"Encodings live for one key epoch{lives}. Then they are destroyed and sources encode"
        " afresh; only the person index and each source's record pseudonyms remain.",
        "The linkage zone sees which records share a block, so the blocking rules above decide what it could learn:"
        " see what the codes expose.",
        "On one machine, zones are kept apart by folders and keys, which an administrator can read. Run the zones on"
        " separate machines to keep them apart from administrators too.",
    )
    return Section(id="trust", title="What has to be trusted", blocks=(Text(assumed), Points(follows)))
