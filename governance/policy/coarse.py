"""ID-05 and ID-06: how coarse what is known of people is, and what pseudonyms are made of."""

import re
from collections.abc import Iterator

import pyarrow as pa

from governance.placeholder import is_placeholder
from governance.policy.rule import Problem, RunFacts, place, rule
from governance.settings import Bundle
from governance.settings.standard import STANDARD_VALUES

_IDS = ("record_id", "person_id")
_DATES_OF_PEOPLE = frozenset({"birth_date", "date_of_birth", "dob", "death_date", "date_of_death"})
_PERSONAL = re.compile(
    r"(^|_)(names?|(fore|sur)names?|dob|birth|born|post_?code|phone|mobile|e_?mail|initials)(_|$)", re.I
)


@rule(
    id="ID-05",
    level="block",
    title="Birth by year, place by small area, and a reason for exact days",
    checks="The analysis zone has no exact date of birth or death; small areas are LSOAs or wider; of a first"
    " language it is told whether it is English, a sign language or another. That events have their exact day"
    " needs a reason in `governance.exact_dates`, or the rule warns.",
    why="A birthday and a postcode single out most people in England. A year and an area of 1,500 people do not, and"
    " planning needs no more. That somebody speaks Albanian can single out a family in a small area.",
    source="Split-file practice (SAIL: week of birth, LSOA); UK GDPR Article 5(1)(c)",
    good="unit: lsoa, exact_dates: who waited longer than 14 days can only be told by days",
    bad="unit: output_area",
    fix="Use a look-up with LSOAs or wider areas; write down why days are needed under governance.exact_dates;"
    " map first languages to english, other and sign_language.",
    passed="Births are years, places small areas or wider, languages English or not, and there is a"
    " reason for exact days of events.",
)
def people_are_coarse(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """No exact date or small place of a person reaches the analysis zone; exact days of events have a reason."""
    if bundle.project.lookup.unit == "output_area":
        where = place(bundle, "project.yaml", "lookup", "unit")
        yield Problem(where=where, says="Small areas are output areas, with about 300 people each.")
    yield from _told_languages(bundle)
    dated = False
    for contract in facts.contracts.values():
        if contract.zone != "analysis":
            continue
        for name in sorted(contract.columns.keys() & _DATES_OF_PEOPLE):
            yield Problem(where=f"table {contract.name}", says=f"Table `{contract.name}` holds the exact day `{name}`.")
        dated |= pa.date32() in contract.columns.values()
    if dated and is_placeholder(bundle.project.governance.exact_dates):
        where = place(bundle, "project.yaml", "governance", "exact_dates")
        yield Problem(where=where, says="Events have their exact day, and no reason is written down.", result="warn")


def _told_languages(bundle: Bundle) -> Iterator[Problem]:
    """Columns that would tell which other language somebody speaks."""
    told = frozenset(STANDARD_VALUES["first_language"])
    for source in bundle.sources:
        for number, file in enumerate(source.files):
            for name in file.columns_with_role("first_language"):
                if not told.issuperset(file.columns[name].values.values()):
                    where = place(bundle, f"sources/{source.id}.yaml", "files", number, "columns", name)
                    says = f"{source.title}: `{name}` would tell which language people speak, not only whether English."
                    yield Problem(where=where, says=says)


@rule(
    id="ID-06",
    level="block",
    title="Pseudonyms say nothing, and all look alike",
    checks="No record id is made of a column named like a name, date of birth, postcode, phone or email; receipts say"
    " that record ids are keyed pseudonyms and name no field of a person; every table holds ids of one fixed form.",
    why="A pseudonym built from initials and a birthday is the initials and the birthday. One that differs in length or"
    " form tells whose it is.",
    source="ICB pseudonymisation policies; ICO anonymisation and pseudonymisation guidance (March 2025)",
    good="record_id: AES-256 keyed pseudonym of the source's own reference",
    bad="initials_and_dob: {class: direct_identifier, role: record_id}",
    fix="Give role record_id to a reference that the source's system made, and leave the other column out.",
    passed="Pseudonyms are keyed, made from the source's own references, and all of one form.",
)
def pseudonyms_say_nothing(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Record ids come from references, receipts call them keyed pseudonyms, tables hold one form."""
    for source in bundle.sources:
        for number, file in enumerate(source.files):
            for name in file.columns_with_role("record_id"):
                if _PERSONAL.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)):
                    where = place(bundle, f"sources/{source.id}.yaml", "files", number, "columns", name)
                    says = f"{source.title}: record ids would be made of `{name}`, which is about the person."
                    yield Problem(where=where, says=says)
    for source_id, receipt in sorted(facts.receipts.items()):
        if (how := receipt["encoded"].get("record_id", "")) and ("keyed" not in how or _PERSONAL.search(how)):
            says = f"{bundle.source(source_id).title}: record ids were not made as keyed pseudonyms."
            yield Problem(where=f"receipt {source_id}", says=says)
    for name in _IDS:
        forms = {str(one.columns[name]) for one in facts.contracts.values() if name in one.columns}
        if len(forms) > 1:
            yield Problem(where="contracts", says=f"`{name}` has {len(forms)} forms: {', '.join(sorted(forms))}.")


RULES = (people_are_coarse, pseudonyms_say_nothing)
