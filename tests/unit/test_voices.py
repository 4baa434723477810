"""What people told us: the form, what is refused, and what stands beside each step."""

import io
from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import pytest
import yaml

from cohorts.definition import load_definitions
from cohorts.report.charts import Bar
from cohorts.report.voice_facts import VoicesFacts
from cohorts.report.voices import (
    AGREES,
    BOTH,
    DIFFERS,
    KEPT_BACK,
    LEAST_PEOPLE,
    SILENT,
    kept_back,
    verdict,
    voice_page,
    voice_steps,
)
from cohorts.voices import KeptVoices, make_form, read_form, voice_facts
from cohorts.voices.card import read_voice, voice_bytes
from cohorts.voices.columns import EVIDENCE, QUESTIONS, Group
from cohorts.voices.screen import is_printable, looks_identifying
from flows.demo_voices import VOICES as VOICES_OF_DEMO
from flows.demo_voices import demo_card
from governance.disclosure import SafeCell, Status
from governance.errors import BadInput
from governance.settings import load_bundle
from tests.lib.report import COHORTS, VOICES
from tests.lib.voices import CARD, fill

TODAY = date(2026, 6, 1)
UNTIL = date(2027, 5, 31)
GROUPS = [
    Group(
        id="alone", title="Alone", rungs=(("told", "Housing was told"),), questions=("What stops people?", "Who else?")
    ),
    Group(id="between", title="Between", rungs=(), questions=("What do people say?",)),
]
GOOD = CARD | {"What it is about": "Alone: Housing was told", "May be printed until": UNTIL}


@pytest.fixture(scope="module")
def form():
    """The form of two groups."""
    return make_form(title="People between", period="2026-05", groups=GROUPS, made_on=date(2026, 6, 1))


@pytest.fixture
def filled(form, tmp_path):
    """Fill the form in and read it back."""

    def read(rows, sheet=EVIDENCE):
        path = fill(io.BytesIO(form), tmp_path / "form.xlsx", sheet, rows)
        return read_form(path, GROUPS, TODAY).voices

    return read


def test_a_form_comes_back_as_cards(filled):
    """Every column finds its field."""
    [card] = filled([GOOD])

    assert (card.cohort, card.rung, card.reference) == ("alone", "told", "HW-1")
    assert (card.stance, card.wording, card.source, card.people) == ("agrees", "own_words", "peer_research", "few")
    assert (card.gathered, card.consent, card.until) == (date(2026, 5, 2), "own_words", UNTIL)


def test_what_stood_in_the_way_may_be_left_out(form, filled, tmp_path):
    """A card about none of the barriers keeps its digest, and a form from before there was such a column is read."""
    head = "What stood in the way"
    [card], [other] = filled([GOOD | {head: "How far away it is"}]), filled([GOOD])
    book = openpyxl.load_workbook(fill(io.BytesIO(form), tmp_path / "form.xlsx", EVIDENCE, [GOOD]))
    book[EVIDENCE].delete_cols([cell.value for cell in book[EVIDENCE][3]].index(head) + 1)
    book.save(tmp_path / "before.xlsx")

    assert (card.barrier, other.barrier) == ("distance", None)
    assert (b"barrier" in voice_bytes(card), b"barrier" in voice_bytes(other)) == (True, False)
    assert read_voice(voice_bytes(card)) == card
    assert read_form(tmp_path / "before.xlsx", GROUPS, TODAY).voices == (other,)


def test_comments_come_back_with_their_question(filled):
    """Questions nobody commented on are left out; one that was changed is refused."""
    comment = {"Comment or answer": "We asked.", "Who comments": "A board member", "May be printed until": UNTIL}
    [found] = filled([{}, comment], QUESTIONS)
    assert (found.cohort, found.question, found.reference) == ("alone", "Who else?", "QGE-2")

    with pytest.raises(BadInput, match=r"cell C5 .Question. is not a question of this report"):
        filled([{}, comment | {"Question": "Something else?"}], QUESTIONS)


def test_a_form_says_by_itself_which_boards_report_it_is_of(tmp_path):
    """Its area stands in every choice, so nobody has to say it again; a card of the whole keeps its digest."""
    of_area = [replace(each, area="north", title=f"North: {each.title}") for each in GROUPS]
    form = make_form(title="North", period="2026-05", groups=of_area, made_on=date(2026, 6, 1), mark="A")
    comment = {"Comment or answer": "We asked.", "Who comments": "A board member", "May be printed until": UNTIL}

    def read(sheet, row, groups):
        return read_form(fill(io.BytesIO(form), tmp_path / "form.xlsx", sheet, [row]), groups, TODAY).voices[0]

    both = [*GROUPS, *of_area]
    card = read(EVIDENCE, GOOD | {"What it is about": "North: Alone: Housing was told"}, both)
    other, asked = read(EVIDENCE, GOOD, both), read(QUESTIONS, comment, both)

    assert [(one.area, one.cohort) for one in (card, asked, other)] == [
        ("north", "alone"),
        ("north", "alone"),
        (None, "alone"),
    ]
    assert asked.reference == "QGEA-1"
    assert (b"area" in voice_bytes(card), b"area" in voice_bytes(other)) == (True, False)
    assert read_voice(voice_bytes(card)) == card
    with pytest.raises(BadInput, match="is not one from the list"):
        read(EVIDENCE, GOOD, of_area)


def test_the_form_can_be_used_without_seeing_it(form):
    """A title on each sheet, named tables, no merged cells, lists to choose from; the same report, the same bytes."""
    book = openpyxl.load_workbook(io.BytesIO(form))
    rules = {str(rule.sqref): rule for rule in book[EVIDENCE].data_validations.dataValidation}

    assert book.sheetnames == ["Guidance", "Evidence", "Questions", "Lists"]
    assert all(sheet["A1"].value and len(sheet.tables) == 1 and not sheet.merged_cells.ranges for sheet in book)
    assert {rule.type for rule in rules.values()} >= {"list", "date"}
    assert all(rule.prompt for rule in rules.values())
    held = [cell.value for row in book["Lists"].iter_rows(min_row=4) for cell in row]
    assert "Alone: Housing was told" in held
    assert form == make_form(title="People between", period="2026-05", groups=GROUPS, made_on=date(2026, 6, 1))


@pytest.mark.parametrize(
    ("head", "value", "cell", "says"),
    [
        ("Reference", "JSmith", "A4", "is not a reference"),
        ("What it is about", "Alone: something", "B4", "is not one from the list"),
        ("Does it agree?", "maybe", "D4", "is not one from the list"),
        ("When it was told", "2030-01-01", "H4", "in the future"),
        ("When it was told", "last spring", "H4", "is not a day"),
        ("May be printed until", TODAY - timedelta(days=1), "J4", "has passed"),
        ("May be printed until", date(2035, 1, 1), "J4", "three years"),
        ("Consent", "May be printed in other words only", "E4", "goes beyond the consent"),
        ("What people told us", "x" * 601, "C4", "longer than 600"),
        ("What people told us", "a <b>word</b>", "C4", "markup"),
        ("What people told us", '="I was"&" lost"', "C4", "holds no text"),
        ("What people told us", "Dr Patel was kind.", "C4", "a name after a title"),
        ("Consent", None, "I4", "is empty"),
        ("What it is about", None, "B4", "is empty"),
        ("What people told us", "Smith, Jane waited.", "C4", "a name as a list has it"),
        ("When it was told", "May 2026", "H4", "is not a day"),
        ("May be printed until", "12/31/2026", "J4", "is not a day"),
    ],
)
def test_faults_name_sheet_and_cell_and_never_the_value(filled, head, value, cell, says):
    """One fault or more, with a code; nothing of what stands there."""
    with pytest.raises(BadInput) as caught:
        filled([GOOD | {head: value}])

    text = str(caught.value)
    assert caught.value.code == "E-VOICES-FORM"
    assert f"sheet Evidence, cell {cell}" in text
    assert says in text
    assert not value or str(value) not in text


@pytest.mark.parametrize(
    "day", ["31/12/2026", "31.12.2026", "31-12-2026", "2026-12-31", "31 December 2026", "31 Dec 2026"]
)
def test_a_day_is_read_as_people_write_it(filled, day):
    """Where day, month and year are there and in one order only; words from a list in whatever case."""
    [card] = filled([GOOD | {"May be printed until": day, "Does it agree?": GOOD["Does it agree?"].upper()}])

    assert (card.until, card.stance) == (date(2026, 12, 31), "agrees")


@pytest.mark.parametrize(
    ("edit", "says", "mend"),
    [
        (lambda book: book[EVIDENCE].insert_rows(1), "has not the columns", "stand in row 3 as they were"),
        (
            lambda book: book[EVIDENCE].cell(4, 14).__setattr__("value", "mine"),
            "beside the columns",
            "Delete every column",
        ),
        (lambda book: book[EVIDENCE].__setattr__("title", "Mine"), "no sheet called Evidence", "called as they were"),
        (lambda book: book[QUESTIONS].__setitem__("D9", "More"), "C9", "Put back what stood there, or clear the row"),
        (lambda book: book[EVIDENCE].__setitem__("I4", None), "I4", "If they were not asked, clear the whole row"),
    ],
)
def test_what_a_secretary_may_do_to_a_form_is_told_with_what_to_do(form, tmp_path, edit, says, mend):
    """A row or a note too many, a sheet's own name, a card without consent: each has its own way out."""
    path = fill(io.BytesIO(form), tmp_path / "form.xlsx", EVIDENCE, [GOOD])
    book = openpyxl.load_workbook(path)
    edit(book)
    book.save(path)
    with pytest.raises(BadInput) as caught:
        read_form(path, GROUPS, TODAY)

    assert says in str(caught.value)
    assert mend in str(caught.value)


def test_all_faults_are_told_at_once_by_the_rows_of_the_sheet(filled):
    """Blank rows between do not move what is named."""
    with pytest.raises(BadInput) as caught:
        filled([GOOD, {}, {}, GOOD | {"Reference": "x"}, GOOD | {"Reference": "HW-1", "How many people": "lots"}])

    told = " ".join(fault.what for fault in caught.value.faults)
    assert "A7" in told
    assert "G8" in told


def test_a_reference_stands_for_one_card(filled):
    """Two rows under one reference could not be withdrawn apart."""
    with pytest.raises(BadInput, match=r"(?s)cell A4 .*cell A5 \(Reference\) is that of another row, too"):
        filled([GOOD, GOOD])


def test_a_form_without_the_columns_or_with_nothing_in_it_is_refused(form, filled, tmp_path):
    """Also a file that is no workbook."""
    (tmp_path / "no.xlsx").write_bytes(b"not a workbook")
    book = openpyxl.load_workbook(io.BytesIO(form))
    book[EVIDENCE]["D3"].value = "Stance"
    book.save(tmp_path / "other.xlsx")

    for path, says in (("no.xlsx", "is not an Excel workbook"), ("other.xlsx", "Does it agree")):
        with pytest.raises(BadInput, match=says):
            read_form(tmp_path / path, GROUPS, TODAY)
    with pytest.raises(BadInput, match="nothing in it is filled in"):
        filled([])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my number is 943 476 5919", "an NHS number"),
        ("we live at ls1 4ap now", "a postcode"),
        ("I was born on a Tuesday", "when somebody was born"),
        ("since 3/4/1981", "a date of birth or another exact date"),
        ("on 3rd April 1981 it began", "a date of birth or another exact date"),
        ("ring 07700 900123", "a telephone number"),
        ("write to me@home.example", "an email address"),
        ("case 20391187", "a long number"),
        ("Mrs Okafor said no", "a name after a title"),
        ("My name is Ann", "somebody's name"),
        ("O'Neil, Ann waited", "a name as a list has it"),
        ("outside 12 Mill Lane", "a street address"),
        ("he is 43 years old", "somebody's exact age"),
        ("follow @someone", "an email address or a name on a network"),
    ],
)
def test_words_that_may_identify_somebody_are_told_by_kind(text, kind):
    """In whatever case it is written."""
    assert kind in looks_identifying(text)


@pytest.mark.parametrize(
    "text",
    [
        CARD["What people told us"],
        "It took 12 weeks, and 3 of 5 people gave up.",
        "In May 2025 the door was shut.",
        "The way in is hard.",
        "Sometimes, no one came. In Harwick, Saltby and the Fens, everyone waits.",
    ],
)
def test_plain_words_pass(text):
    """Numbers, months and lower-case words are no identifiers."""
    assert looks_identifying(text) == []


def test_a_name_without_a_title_is_not_found():
    """A known limit (docs/risks.md): that is why a person reads each card and signs."""
    assert looks_identifying("Ann from the corner house told me.") == []


# --- beside the ladder --------------------------------------------------------------------------------


def shown(people):
    """A released count."""
    return SafeCell(Status.SHOWN, people, str(people), 2)


def steps_of(facts, cohort, people=430):
    """The steps of a group of that many."""
    rungs = [("referred", Bar("Referred", shown(300))), ("assessed", Bar("Assessed", shown(200)))]
    return voice_steps(facts, cohort, rungs, shown(people))


def test_each_step_agrees_differs_or_is_silent():
    """And silent is printed: an absence of voice is told, not left out."""
    first = [(step.label, step.verdict, len(step.quotes)) for step in steps_of(VOICES, COHORTS[0].id)]
    third = {step.verdict for step in steps_of(VOICES, COHORTS[2].id)}

    assert first == [("The group as a whole", SILENT, 0), ("Referred", AGREES, 1), ("Assessed", BOTH, 2)]
    assert third == {SILENT}
    assert verdict([VOICES.cards[1]]) == DIFFERS


def test_cards_of_a_small_group_are_kept_back():
    """Whoever knows somebody in a small group may know who spoke; how many are kept back is told."""
    small = steps_of(VOICES, COHORTS[0].id, LEAST_PEOPLE - 1)
    back = kept_back(VOICES, COHORTS[0].id, shown(LEAST_PEOPLE - 1))
    page = voice_page(VOICES, [("One", small)], back)

    assert not any(step.quotes for step in small)
    assert {step.verdict for step in small} == {KEPT_BACK}  # of no step: that would tell which was spoken of
    assert "is kept back" in page.heard
    assert {step.verdict for step in steps_of(VoicesFacts(), COHORTS[0].id, LEAST_PEOPLE - 1)} == {SILENT}
    assert back == 3
    assert any(line.startswith("3 cards were kept back") for line in page.gone)
    assert kept_back(VOICES, COHORTS[0].id, SafeCell(Status.HIDDEN, None, "[c]", None)) == 3
    assert kept_back(VOICES, COHORTS[0].id, shown(LEAST_PEOPLE)) == 0


def test_a_small_area_does_not_make_a_large_group_small():
    """One card of two is kept back: of which step is not told, and silence is still told as silence."""
    cohort = COHORTS[0].id
    about = [replace(each, is_kept_back=place == 0) for place, each in enumerate(VOICES.cards) if each.cohort == cohort]
    facts = VoicesFacts(cards=tuple(about))
    steps = steps_of(facts, cohort)
    quiet = [step for step in steps if not step.quotes]
    page = voice_page(facts, [("One", steps)], kept_back(facts, cohort, shown(430)))
    none = VoicesFacts(cards=tuple(replace(each, is_kept_back=True) for each in about))

    assert len(quiet) < len(steps)
    assert {step.verdict for step in quiet} == {SILENT}
    assert {"in an area where the group is so small" in step.silence for step in quiet} == {True}
    assert "or what people told us is kept back" in page.heard
    assert {step.verdict for step in steps_of(none, cohort)} == {SILENT}
    assert "is kept back: where they spoke" in voice_page(none, [("One", steps_of(none, cohort))], 3).heard


def test_the_page_says_how_many_cards_are_gone():
    """Withdrawn and ended apart; nothing is said where there is none."""
    page = voice_page(VOICES, [("One", steps_of(VOICES, COHORTS[0].id))], 0)

    assert page.gone[0].startswith("1 card was withdrawn")
    assert page.gone[1].startswith("2 cards were taken out")
    assert page.gone[2].startswith("1 card was left out")  # it is about a group that is not on this page
    assert voice_page(VoicesFacts(), [], 0).gone == ()


def test_steps_without_a_card_are_counted_whether_silent_or_kept_back():
    """A group whose cards are kept back counts with those of which nobody spoke: the tables show no card on either."""
    small = SafeCell(Status.SHOWN, 40, "40", 2)
    back = voice_steps(VOICES, COHORTS[0].id, (), small)
    told = steps_of(VOICES, COHORTS[0].id)
    page = voice_page(VOICES, [("One", told), ("Two", back)], kept_back(VOICES, COHORTS[0].id, small))
    cards = [row[2] for table in page.tables for row in table.rows]

    assert {step.verdict for step in back} == {KEPT_BACK}
    assert page.heard.startswith(f"On {cards.count('0')} of {len(cards)} steps no one was heard, or")


def test_a_comment_on_a_group_that_is_gone_is_counted_as_left_out():
    """Whoever wrote it should know why it is not there; a comment on a group of this report is printed beside it."""
    about = {one.cohort for one in VOICES.comments}
    gone = voice_page(VOICES, [], 0, cohorts=()).gone

    assert f"{len(VOICES.comments)} comment was left out, because this report has not the group any more." in gone
    assert not any("comment" in one for one in voice_page(VOICES, [], 0, cohorts=about).gone)


def test_a_card_is_told_in_words(filled):
    """Who listened, how many spoke, when: no reference, no consent code."""
    kept = KeptVoices.of(filled([GOOD]), [], TODAY)
    [card] = voice_facts(kept).cards

    assert card.source == "Their own words. Peer research, 2 to 4 people, May 2026."
    assert "HW-1" not in str(card)


def test_the_demos_cards_are_cards_that_a_reader_could_sign_for():
    """Each is about a step that the demo has and names nobody; of one group people agree, differ and are silent."""
    told = yaml.safe_load(VOICES_OF_DEMO.read_text("utf-8"))
    cards = [demo_card(each, TODAY) for each in told["cards"]]
    library = {one.id: one for one in load_definitions(load_bundle(VOICES_OF_DEMO.parent))}
    first = [one for one in cards if one.cohort == cards[0].cohort and one.reference not in told["withdrawn"]]

    for one in cards:
        assert not looks_identifying(one.says)
        assert is_printable(one.says)
        assert one.rung in ("", *(rung.name for rung in library[one.cohort].query.ladder))
        assert one.gathered < TODAY < one.until <= TODAY + timedelta(days=3 * 365)
    assert {one.stance for one in first} == {"agrees", "differs"}
    assert {rung.name for rung in library[cards[0].cohort].query.ladder} - {one.rung for one in first}
    assert {one.reference for one in cards} >= set(told["withdrawn"]) != set()


@pytest.mark.parametrize(
    ("back", "area", "says"),
    [(0, "", "Was anyone asked?"), (0, "Eskvale", "in Eskvale alone"), (2, "Eskvale", "is kept back")],
    ids=["of the whole", "of an area", "kept back"],
)
def test_silence_is_not_told_as_more_than_it_is(back, area, says):
    """In an area of which nobody spoke people may have been heard on the whole; a card that is kept back was told."""
    silent = steps_of(VoicesFacts(), COHORTS[0].id)

    page = voice_page(VoicesFacts(), [("One", silent)], back, area=area)

    assert says in page.heard
    assert ("Was anyone asked?" in page.heard) == (says == "Was anyone asked?")
