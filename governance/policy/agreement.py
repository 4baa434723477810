"""AGR: what the data sharing agreements allow."""

from collections.abc import Iterator

from governance.policy.rule import Problem, RunFacts, place, rule
from governance.settings import Bundle, ColumnClass

_NOT_TAKEN = (ColumnClass.DROP, ColumnClass.FREE_TEXT)


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


RULES = (columns_are_agreed,)
