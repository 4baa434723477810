"""AGR: what the data sharing agreements allow."""

from collections.abc import Iterator

from governance.placeholder import is_placeholder
from governance.policy.rule import Problem, RunFacts, place, rule
from governance.settings import Bundle, ColumnClass

_NOT_TAKEN = (ColumnClass.DROP, ColumnClass.FREE_TEXT)


@rule(
    id="AGR-01",
    level="block",
    title="A data sharing agreement that is in force",
    checks="Each source names its agreement, the run is between its start and end, and its review date has not passed."
    " From `review_warning_days` before the review on, and after it, the rule warns.",
    why="An agreement is what the organisation that holds the data consented to, for a time. Outside it nothing may"
    " flow.",
    source="ICO data sharing code",
    good="id: DSA-2026-004, start: 2026-04-01, end: 2028-03-31, review: 2027-04-01",
    bad="id: TBC, end: 2024-03-31",
    fix="Renew or review the agreement with the organisation, then correct the dates under `agreement`.",
    passed="Every source's agreement is named, in force and not due for review.",
)
def agreement_is_in_force(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Every agreement is named, covers the day of the run, and is not due for review."""
    for source in bundle.sources:
        agreement = source.agreement
        name = f"{source.title}: agreement {agreement.id}"
        where = place(bundle, f"sources/{source.id}.yaml", "agreement")
        if is_placeholder(agreement.id):
            yield Problem(where=where, says=f"{source.title}: the id of its agreement is only a placeholder.")
        if facts.as_of < agreement.start:
            yield Problem(where=where, says=f"{name} starts only on {agreement.start}.")
        if facts.as_of > agreement.end:
            yield Problem(where=where, says=f"{name} ended on {agreement.end}.")
        elif facts.as_of > agreement.review:
            yield Problem(where=where, says=f"{name} was due for review on {agreement.review}.", result="warn")
        elif (agreement.review - facts.as_of).days <= bundle.policy.review_warning_days:
            yield Problem(where=where, says=f"{name} is due for review on {agreement.review}.", result="warn")


@rule(
    id="AGR-02",
    level="block",
    title="No column beyond the agreement",
    checks="Every column that is read is listed in that source's data sharing agreement (`agreement.data_items`)."
    " Columns classed drop or free_text are never loaded and need no listing.",
    why="An agreement allows named data items. An extra column is data nobody agreed to share, however harmless it"
    " looks.",
    source="Caldicott Principle 3; UK GDPR Article 5(1)(c); ICO data sharing code",
    good="data_items: [person_ref, dob, postcode]   # and the extract has just these",
    bad="data_items: [person_ref, dob]   # the extract also has postcode",
    fix="Class the column `drop`, or amend the agreement and list the column in data_items.",
    passed="Every column that is read is listed in its source's agreement.",
)
def columns_are_agreed(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Every column that is read is a data item of the agreement."""
    for source in bundle.sources:
        for number, file in enumerate(source.files):
            for name, column in file.columns.items():
                if column.column_class in _NOT_TAKEN or name in source.agreement.data_items:
                    continue
                yield Problem(
                    where=place(bundle, f"sources/{source.id}.yaml", "files", number, "columns", name),
                    says=f"{source.title}: column `{name}` of file `{file.id}` is read, but agreement"
                    f" {source.agreement.id} does not list it.",
                )


RULES = (
    agreement_is_in_force,
    columns_are_agreed,
)
