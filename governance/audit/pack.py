"""The evidence pack: what a data protection impact assessment (Article 35) and a record of processing (Article 30) ask.

Filled from the config and from what ran. What only people can write (why it is necessary, who was asked, what risk is
accepted) is left open and named, never filled with words that sound like an answer.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from governance.audit import config_sections, history_sections, row_sections
from governance.audit.blocks import NOTHING, Cell, Points, Row, Section, Table, Text, number
from governance.audit.evidence import Evidence
from governance.audit.exposure_section import exposure_section
from governance.audit.markdown import as_markdown
from governance.audit.pack_risks import risks_section
from governance.audit.render import render_page
from governance.audit.singling_section import singling_section
from governance.audit.words import CLASSES, DATASETS, SECTORS, retention
from governance.code_version import code_version
from governance.digests import file_sha256, written
from governance.english import day, joined, month
from governance.settings import POLICY_VERSION, ColumnClass
from governance.store import write_file

NAMES = ("evidence_pack.md", "evidence_pack.html")
_NOT_SAID = "Not written down in project.yaml."


def write_pack(root: Path, evidence: Evidence, announce: Callable[[str], object] = str) -> list[Path]:
    """Write the pack of one period as Markdown and as a page that prints.

    Args:
        root: The project folder.
        evidence: Of :func:`governance.audit.evidence.gather`.
        announce: Is told, before each file is written, the digest of the list of the files that will lie there then.

    Returns:
        Both paths, in ``zones/audit/<period>/``.
    """
    folder = root / "zones" / "audit" / evidence.period
    texts = (pack_markdown(evidence), pack_html(evidence))
    there = {name: file_sha256(folder / name) for name in NAMES if (folder / name).exists()}
    for name, text in zip(NAMES, texts, strict=True):
        there[name] = sha256(text.encode()).hexdigest()
        announce(sha256(written(there)).hexdigest())
        write_file(folder / name, text.encode())
    return [folder / name for name in NAMES]


def pack_markdown(evidence: Evidence) -> str:
    """The pack as Markdown."""
    return as_markdown(_title(evidence), f"{_lead(evidence)} {_RESTRICTED}", pack_sections(evidence))


def pack_html(evidence: Evidence) -> str:
    """The pack as one page."""
    return render_page(
        "evidence_pack.html.jinja",
        title=_title(evidence),
        lead=_lead(evidence),
        restricted=_RESTRICTED,
        synthetic=evidence.bundle.project.synthetic,
        sections=pack_sections(evidence),
        config_sha256=evidence.bundle.digest,
        code_version=code_version(),
        policy_version=POLICY_VERSION,
    )


_RESTRICTED = "It holds exact counts of rows: keep it with the assessment, and do not publish it as it is."


def _title(evidence: Evidence) -> str:
    return f"Evidence for the impact assessment and the record of processing: {evidence.bundle.project.title}"


def _lead(evidence: Evidence) -> str:
    made_up = " The people in this project are made up." if evidence.bundle.project.synthetic else ""
    return (
        f"Made on {day(evidence.at)} from the config and from what ran in {month(evidence.period)}.{made_up} Policy"
        f" version {POLICY_VERSION}, code version {code_version()}, config {evidence.bundle.digest[:16]}."
    )


def pack_sections(evidence: Evidence) -> list[Section]:
    """Everything in the order in which both forms ask for it."""
    return [
        _record_section(evidence),
        _people_section(evidence),
        config_sections.purpose_section(evidence),
        config_sections.columns_section(evidence),
        row_sections.opt_outs_section(evidence),
        config_sections.encoding_section(evidence),
        exposure_section(evidence),
        singling_section(evidence),
        config_sections.trust_section(evidence),
        _retention_promised(evidence),
        risks_section(evidence),
        history_sections.changes_section(evidence),
        _open_section(evidence),
    ]


def _record_section(evidence: Evidence) -> Section:
    """Article 30(1), line by line."""
    project = evidence.bundle.project
    records, sources = project.governance, evidence.bundle.sources
    controllers = list(dict.fromkeys([project.organisation, *(one.organisation for one in sources)]))
    recipients = [f"{one.title} ({', '.join(one.receives).replace('_', ' ')})" for one in records.recipients]
    dpia, ropa = records.dpia, records.ropa
    rows: list[Row] = [
        ("Record", f"{ropa.id}" if ropa else _NOT_SAID),
        (
            "Impact assessment",
            f"{dpia.id}, version {dpia.version}, signed off {day(dpia.signed_off.isoformat())} by {dpia.signed_off_by}"
            if dpia
            else _NOT_SAID,
        ),
        ("Controllers (one for each source, and whoever runs the linkage)", "; ".join(controllers)),
        ("Purpose", project.purpose.replace("_", " ")),
        ("For the direct care of the people in it", "Yes" if project.direct_care else "No"),
        ("Categories of people", _sectors(evidence)),
        ("Categories of personal data", _classes(evidence)),
        ("Recipients", "; ".join(recipients) or _NOT_SAID),
        ("Transfers to other countries", "None by joinedup: it runs offline. Where machines stand is yours to say."),
        (
            "Time limits for erasure",
            f"See retention. {retention(project.retention_months)}, whatever retention allows.",
        ),
        ("Technical and organisational measures", "See risks and measures, encoding, and what has to be trusted."),
    ]
    table = Table(caption="Record of processing, UK GDPR Article 30(1)", head=("Asked", "Answer"), rows=rows)
    return Section(id="record", title="Record of processing", blocks=(table,))


def _sectors(evidence: Evidence) -> str:
    sectors = dict.fromkeys(SECTORS[one.sector] for one in evidence.bundle.sources)
    return f"People known to services of these sectors in {evidence.bundle.project.report.area}: {', '.join(sectors)}"


def _classes(evidence: Evidence) -> str:
    """How many columns of each class are read, over all sources."""
    columns = [column for one in evidence.bundle.sources for file in one.files for column in file.columns.values()]
    counts = {kind: sum(column.column_class is kind for column in columns) for kind in ColumnClass}
    told = [f"{CLASSES[kind.value].lower()} {count}" for kind, count in counts.items() if count]
    return f"{len(columns)} columns: {joined(told)}. Health, care and (from police and probation) crime data."


def _people_section(evidence: Evidence) -> Section:
    """Scale: how many rows and records of whom."""
    rows: list[Row] = []
    for source in evidence.bundle.sources:
        receipt, views = evidence.receipt(source.id), evidence.views.get(source.id)
        read = sum(one["rows_in"] for one in receipt["files"].values()) if receipt else None
        records = views.facts["tables"].get("record", {}).get("rows") if views else None
        counts = [Cell(NOTHING, "number") if one is None else number(one) for one in (read, records)]
        rows.append((source.title, source.organisation, *counts))
    persons = evidence.index.facts.get("persons") if evidence.index else None
    linked = f"They were found to belong to {persons:,} people. " if persons is not None else ""
    table = Table(
        caption="Rows read and records kept this month, exact",
        head=("Source", "Organisation", "Rows read", "Records after checks and opt-outs"),
        rows=rows,
        wide=True,
    )
    text = (
        f"{linked}Data matching, special category data on a large scale, and crime data each call for an impact"
        " assessment (Article 35(3); the ICO's list)."
    )
    return Section(id="scale", title="Nature and scale", blocks=(Text(text), table))


def _retention_promised(evidence: Evidence) -> Section:
    """What was promised, not what is on disk today."""
    given, project = evidence.bundle.project.governance.retention, evidence.bundle.project
    promised: dict[str, int] = {str(name): months for name, months in given.datasets.items()} if given else {}
    rows: list[Row] = [
        (words, f"{promised.get(name, project.retention_months)} months") for name, words in DATASETS.items()
    ]
    kinds = given.keys.items() if given else ()
    keys: list[Row] = [(f"Keys: {kind}", f"{months} months after their last day") for kind, months in kinds]
    proof = f"Proof of deletion is kept by: {given.proof_kept_by}." if given else _NOT_SAID
    table = Table(caption="How long what is kept", head=("What", "After the end of the month"), rows=[*rows, *keys])
    done = f"{len(evidence.certificates)} certificates of destruction are on file."
    return Section(id="kept", title="Retention", blocks=(table, Points((proof, done))))


_FOR_PEOPLE: Sequence[str] = (
    "Why this is necessary and proportionate, and what was considered instead (Article 35(7)(b)).",
    "Whom you asked: people this is about or those who speak for them, staff, and what they said (Article 35(9)).",
    "The data protection officer's advice, and what was done about it (Article 35(2)).",
    "How likely and how severe each remaining risk is, and who accepts it (Article 35(7)(c) and (d)).",
    "Whether the Information Commissioner has to be consulted before it begins (Article 36).",
    "How people can use their rights, and who answers them (Articles 12 to 22).",
    "Where the machines of each zone stand, who administers them, and what was agreed with processors (Article 28).",
)


def _open_section(evidence: Evidence) -> Section:
    """What this pack does not answer."""
    signed = Table(
        caption="Signatures",
        head=("Role", "Name", "Day"),
        rows=[(role, "", "") for role in ("Author", "Data protection officer", "Caldicott Guardian or SIRO")],
    )
    text = "joinedup has not answered these, and nothing in this pack should be read as if it had."
    return Section(id="open", title="For people to write", blocks=(Text(text), Points(_FOR_PEOPLE), signed))
