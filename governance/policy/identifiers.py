"""ID: what identifies people, and where it may go."""

from collections.abc import Iterator

from governance.identifier_names import is_free_text_name, is_identifier_name
from governance.policy.rule import Problem, RunFacts, place, rule
from governance.settings import Bundle, ColumnClass
from governance.settings.extract import DIRECT_ROLES

_TAKEN_AS_IS = (ColumnClass.ATTRIBUTE, ColumnClass.EVENT_FIELD)

_VIEW_TABLES = frozenset({"view", "record", "u_statistic"})
_PAYLOAD_TABLES = frozenset({"record_person", "record_address", "record_event", "record_need"})
_SHARED = frozenset({"record_id"})
"""The keyed pseudonym is the only column both halves hold: it is what joins them."""


def _columns(bundle: Bundle) -> Iterator[tuple[str, str, str, ColumnClass]]:
    """Where, source title, name and class of every column of every file."""
    for source in bundle.sources:
        for number, file in enumerate(source.files):
            for name, column in file.columns.items():
                where = place(bundle, f"sources/{source.id}.yaml", "files", number, "columns", name)
                yield where, source.title, name, column.column_class


@rule(
    id="ID-01",
    level="block",
    title="Every column has a class, and the class is believable",
    checks="Every column of every extract is classed (a column that is not listed stops the run), and no column that"
    " is named like an identifier is classed attribute or event_field.",
    why="A class decides where a column may go. One postcode classed as an attribute would travel beside people's"
    " needs.",
    source="SATRE 3.1.03; ICO anonymisation and pseudonymisation guidance (March 2025)",
    good="home_postcode: {class: direct_identifier, role: postcode}",
    bad="home_postcode: {class: attribute}",
    fix="Class the column direct_identifier with its role, or drop. If it is not about a person, rename it in the"
    " extract.",
    passed="Every column has a class, and none that is named like an identifier is treated as an attribute.",
)
def columns_are_classed(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """No column named like an identifier goes where attributes go."""
    for where, title, name, column_class in _columns(bundle):
        if column_class in _TAKEN_AS_IS and is_identifier_name(name):
            says = f"{title}: column `{name}` is named like an identifier but classed {column_class}."
            yield Problem(where=where, says=says)


@rule(
    id="ID-02",
    level="output",
    title="No direct identifier outside the source",
    checks="No table that may be written to the analysis zone or published has a column for a direct identifier, and"
    " each package holds only tables with a contract for its zone.",
    why="The split-file model works because whoever sees needs never sees names, dates of birth, postcodes or NHS"
    " numbers.",
    source="Split-file practice (SAIL; ISB 1523)",
    good="record_person: record_id, birth_year, sex, small_area, …",
    bad="record_person: record_id, date_of_birth, postcode, …",
    fix="Remove the column or table from what is written, destroy the package, and tell the IG lead.",
    passed="No table outside the source and linkage zones has a column for a direct identifier.",
)
def no_identifier_leaves(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Contracts of the analysis and public zones hold no identifier; packages hold only contract tables."""
    for contract in facts.contracts.values():
        if contract.zone in ("analysis", "public"):
            for name in sorted(contract.columns.keys() & (DIRECT_ROLES - _SHARED)):
                says = f"Table `{contract.name}` of the {contract.zone} zone has the identifier column `{name}`."
                yield Problem(where=f"table {contract.name}", says=says)
    zones = {"views": "linkage", "payload": "analysis"}
    for (kind, source), package in sorted(facts.packages.items()):
        allowed = {contract.name for contract in facts.contracts.values() if contract.zone == zones[kind]}
        for table in sorted(package["tables"].keys() - allowed):
            says = f"The {kind} package of {source} holds table `{table}`, which the {zones[kind]} zone may not have."
            yield Problem(where=f"package {kind}/{source}", says=says)


@rule(
    id="ID-03",
    level="block",
    title="Identifying fields and needs never share a table",
    checks="A column that is a direct identifier in one file of a source is not payload in another; no payload table"
    " has a column of the linkage tables except the record pseudonym; views and payload travel in separate packages.",
    why="One table with both halves would undo the separation for everyone in it.",
    source="Role separation (SAIL split file); UK GDPR Article 25",
    good="dob: direct_identifier in people.csv and drop in events.csv",
    bad="dob: direct_identifier in people.csv and event_field in events.csv",
    fix="Class the column drop in the file where it is not needed to link, or keep the tables apart.",
    passed="No column and no table holds both what links people and what is known of them.",
)
def halves_stay_apart(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Config, contracts and packages keep linkage fields and payload in separate tables."""
    yield from _mixed_columns(bundle)
    linkage = {name for table in _VIEW_TABLES & facts.contracts.keys() for name in facts.contracts[table].columns}
    for table in sorted(_PAYLOAD_TABLES & facts.contracts.keys()):
        for name in sorted((linkage & facts.contracts[table].columns.keys()) - _SHARED):
            yield Problem(where=f"table {table}", says=f"Payload table `{table}` has the linkage column `{name}`.")
    for (kind, source), package in sorted(facts.packages.items()):
        for table in sorted(package["tables"].keys() & (_PAYLOAD_TABLES if kind == "views" else _VIEW_TABLES)):
            says = f"The {kind} package of {source} holds table `{table}` of the other half."
            yield Problem(where=f"package {kind}/{source}", says=says)


def _mixed_columns(bundle: Bundle) -> Iterator[Problem]:
    for source in bundle.sources:
        classes: dict[str, set[ColumnClass]] = {}
        for file in source.files:
            for name, column in file.columns.items():
                classes.setdefault(name.lower(), set()).add(column.column_class)
        for name, found in classes.items():
            if ColumnClass.DIRECT_IDENTIFIER in found and found & set(_TAKEN_AS_IS):
                says = f"{source.title}: column `{name}` is a direct identifier in one file and payload in another."
                yield Problem(where=place(bundle, f"sources/{source.id}.yaml", "files"), says=says)


@rule(
    id="ID-04",
    level="block",
    title="Free text stays where it was written",
    checks="Columns of class free_text are never loaded, and no column that is named like free text has another class"
    " that would be.",
    why="Notes name people, relatives, addresses and diagnoses in ways no rule can find reliably.",
    source="ICO anonymisation and pseudonymisation guidance (March 2025)",
    good="case_notes: {class: free_text}",
    bad="case_notes: {class: attribute}",
    fix="Class the column free_text. If it holds codes and not text, rename it in the extract.",
    passed="Free text is never loaded, and no column named like free text is classed as anything else.",
)
def free_text_stays(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """No column named like free text is loaded."""
    for where, title, name, column_class in _columns(bundle):
        if column_class in _TAKEN_AS_IS and is_free_text_name(name):
            says = f"{title}: column `{name}` is named like free text but classed {column_class}."
            yield Problem(where=where, says=says)


RULES = (columns_are_classed, no_identifier_leaves, halves_stay_apart, free_text_stays)
