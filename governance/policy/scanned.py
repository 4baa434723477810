"""OUT-05 and OUT-06: what a released file must not hold."""

import re
from collections.abc import Iterator

from governance.identifier_names import is_identifier_name
from governance.policy.leaks import is_nhs_number
from governance.policy.released import cells_of, has_formula, is_workbook, rows_of, text_of
from governance.policy.rule import Problem, RunFacts, rule
from governance.settings import Bundle

_NHS_NUMBER = re.compile(r"(?<![\d.,])(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?![\d.,]*\d)")
_POSTCODE = re.compile(r"\b(GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})\b")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_PHONE = re.compile(r"(?<![\w.])(\+44[ \d]{9,13}|0[1237]\d{1,4} ?\d{3,4} ?\d{3,4})(?![\w.])")
_IDS = re.compile(r"(^|_)(person|patient|record|client|case)_?(id|ref|no)(_|$)", re.I)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WAITS = Problem(where="zones/public/", says="Nothing was released for this period yet.", result="not_yet")


@rule(
    id="OUT-05",
    level="output",
    title="No identifier in a released file",
    checks="No header of a released table is named like a person's id or an identifier; and in what a reader of a web"
    " page, table or workbook sees there is no valid NHS number, UK postcode, email or telephone number but the contact"
    " in project.yaml. PDFs are made from the same page and are not read.",
    why="It would be the breach that everything else is there to prevent, and it is cheap to look.",
    source="OpenSAFELY output checking (automatic blocks); ICO anonymisation guidance (March 2025)",
    good="cohort,measure,dimension,group,people",
    bad="person_id,cohort",
    fix="Withdraw the release, tell the IG lead, and find where the value came from before releasing again.",
    passed="No released file holds anything that looks like an identifier.",
)
def nothing_identifies(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Headers and values of every file that can be read."""
    if facts.released is None:
        yield _WAITS
        return
    for name, content in sorted(facts.released.files.items()):
        if name.endswith(".csv"):
            header = [*(rows_of(content) or [{}])[0]]
            for column in header:
                if column and (_IDS.search(column) or is_identifier_name(column)):
                    says = f"{name} has a column named like an identifier: `{column}`."
                    yield Problem(where=f"public/{name}", says=says)
        if name.endswith(".xlsx") and not is_workbook(content):
            yield Problem(where=f"public/{name}", says=f"{name} is damaged, so what it holds cannot be looked at.")
            continue
        text = text_of(name, content)
        for kind, count in _found(text or "", bundle.project.report.contact):
            yield Problem(where=f"public/{name}", says=f"{name} holds what looks like {kind} ({count} times).")


def _found(text: str, contact: str) -> Iterator[tuple[str, int]]:
    yield from identifiers_in(text.replace(contact, " ")).items()


def identifiers_in(text: str) -> dict[str, int]:
    """What in a text looks like an identifier: kinds, and how often. Never the value."""
    numbers = sum(is_nhs_number("".join(found.groups())) for found in _NHS_NUMBER.finditer(text))
    counts = {
        "an NHS number": numbers,
        "a postcode": len(_POSTCODE.findall(text)),
        "an email address": len(_EMAIL.findall(text)),
        "a telephone number": len(_PHONE.findall(text)),
    }
    return {kind: count for kind, count in counts.items() if count}


@rule(
    id="OUT-06",
    level="output",
    title="No cell that a spreadsheet would run",
    checks="No cell of a released table starts with = + - @, a tab or a carriage return (an apostrophe in front makes"
    " it text; a negative number is one), and no workbook has formulas.",
    why="A cell that starts so is run as a program by whoever opens the file, and can send what is on their screen"
    " elsewhere.",
    source="OWASP, CSV injection",
    good="'=Ward 3",
    bad="=HYPERLINK(…)",
    fix="Withdraw the release and report it as a fault of joinedup: every cell is to be defused.",
    passed="No cell of a released file would be run by a spreadsheet.",
)
def nothing_runs(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Cells of tables, formulas of workbooks."""
    if facts.released is None:
        yield _WAITS
        return
    for name, content in sorted(facts.released.files.items()):
        lines = [line for line, cell in cells_of(content) if _runs(cell)] if name.endswith(".csv") else []
        if lines:
            yield Problem(where=f"public/{name}:{lines[0]}", says=f"{name} has {len(lines)} cells that would be run.")
        if name.endswith(".xlsx") and is_workbook(content) and has_formula(content):
            yield Problem(where=f"public/{name}", says=f"{name} has formulas.")


def _runs(cell: str) -> bool:
    return cell.startswith(_FORMULA_STARTS) and not re.fullmatch(r"-\d+(\.\d+)?", cell)


RULES = (nothing_identifies, nothing_runs)
