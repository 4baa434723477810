"""The columns of the form: what stands above each, what may stand in it, and which field of a card it fills.

Writing and reading share this list, so a form that was made here can be read here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cohorts.voices.card import BARRIERS, CONSENTS, PEOPLE, SOURCES, SPEAKERS, STANCES, WORDINGS

GUIDANCE, EVIDENCE, QUESTIONS, LISTS = "Guidance", "Evidence", "Questions", "Lists"
HEADER_ROW = 3
"""Row of the column names: above it stand a title and a line of help."""
ROWS = 100
"""Empty rows for evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a sheet."""

    field: str
    """Of the card."""
    head: str
    help: str
    choices: Mapping[str, str] | None = None
    """Words that may stand there, by what they mean; None for what is not chosen from a list."""
    is_date: bool = False
    is_optional: bool = False
    """Whether it may be left empty, or be missing from a form that was made before it was asked."""
    width_characters: int = 20


ABOUT = Column(
    field="about",
    head="What it is about",
    help="A group and one of its steps, from the list.",
    width_characters=46,
)
REFERENCE = Column(
    field="reference",
    head="Reference",
    help="Your own: 1 to 4 capital letters, a hyphen, 1 to 4 digits, such as HW-12. You need it to withdraw a card.",
    width_characters=12,
)
_UNTIL = Column(
    field="until",
    head="May be printed until",
    help="The last day that was agreed. After it the card is gone from the next report.",
    is_date=True,
    width_characters=16,
)
EVIDENCE_COLUMNS = (
    REFERENCE,
    ABOUT,
    Column(
        field="says",
        head="What people told us",
        help="At most 600 characters. No name, date, address, number or exact age of anybody.",
        width_characters=70,
    ),
    Column(field="stance", head="Does it agree?", help="With what the numbers say of this step.", choices=STANCES),
    Column(field="wording", head="Whose words", help="How close it is to what was said.", choices=WORDINGS),
    Column(field="source", head="Where it comes from", help="Who listened.", choices=SOURCES),
    Column(field="people", head="How many people", help="How many said it.", choices=PEOPLE),
    Column(field="gathered", head="When it was told", help="A day in that month.", is_date=True, width_characters=16),
    Column(field="consent", head="Consent", help="What the people agreed to.", choices=CONSENTS),
    _UNTIL,
    Column(
        field="barrier",
        head="What stood in the way",
        help="Only where it is about one of these. Else leave it empty.",
        choices=BARRIERS,
        is_optional=True,
        width_characters=26,
    ),
)
QUESTION_COLUMNS = (
    REFERENCE,
    Column(field="about", head="Group", help="Do not change.", width_characters=40),
    Column(field="question", head="Question", help="Do not change.", width_characters=60),
    Column(
        field="says",
        head="Comment or answer",
        help="At most 600 characters. No name, date, address, number or exact age of anybody. Empty rows are left out.",
        width_characters=70,
    ),
    Column(field="speaker", head="Who comments", help="No name.", choices=SPEAKERS),
    _UNTIL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of the report, as the form shows it."""

    id: str
    title: str
    """With the area before it, where it is of a report on one."""
    area: str = ""
    """Id of the board whose report it is of; empty for that on the whole."""
    rungs: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]

    @property
    def abouts(self) -> dict[tuple[str, str, str], str]:
        """What evidence can be about, in words, by area, group and step."""
        steps = {(self.area, self.id, rung): f"{self.title}: {label}" for rung, label in self.rungs}
        return {(self.area, self.id, ""): f"{self.title}: the whole group", **steps}
