"""Several boards: a report on each area, made of its own safe counts, beside the one on the whole."""

from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from posixpath import dirname, join, normpath

import pytest

from cohorts.report import build_page, render_pages
from cohorts.report.areas import area_facts, each_board, whole_facts, with_boards
from cohorts.report.facts import EarlierReport
from cohorts.report.spreadsheet import make_spreadsheet
from cohorts.report.voice_facts import CommentFacts, VoiceFacts, VoicesFacts
from cohorts.report.voices import LEAST_PEOPLE
from governance.area_folders import each_named, folder_of, parted
from governance.disclosure import SafeCell, Status
from governance.disclosure.protect import CellKey
from governance.disclosure.spans import SafeSpan
from governance.settings.project import NO_BOARD
from tests.lib.report import BOARD, BOARDS, COHORTS, invented_facts, invented_release, whole


@cache
def pages():
    """Every page of the release by its path."""
    facts, found = invented_facts(), invented_release()
    all_of_it = with_boards(build_page(found.frame, facts), each_board(found.frame, found.areas, facts, BOARDS))
    made = dict(render_pages(all_of_it))
    for board in BOARDS:
        area = build_page(found.areas[board.id], area_facts(facts, board))
        made |= {f"{folder_of(board.id)}/{name}": text for name, text in render_pages(area).items()}
    return made


class Links(HTMLParser):
    """Where a page leads."""

    def __init__(self):
        """Nothing is read yet."""
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        """Keep the target of a link."""
        self.found += [value for name, value in attrs if tag == "a" and name == "href"]


def test_every_link_leads_to_a_page_of_the_release():
    """From the whole to each area and back, from a disk as from a server."""
    for path, text in pages().items():
        links = Links()
        links.feed(text)
        for link in links.found:
            target = normpath(join(dirname(path), link.partition("#")[0])) if link[0] != "#" else path
            assert target in pages(), f"{path} leads to {link}"


def test_the_whole_leads_to_each_area_and_each_area_back():
    """A secretary who was sent one folder finds the rest."""
    assert 'href="boards/carrow/board_report.html"' in pages()["board_report.html"]
    assert 'href="../boards/north/board_report.html"' in pages()["board_report/each-board.html"]
    assert 'href="../../board_report.html"' in pages()["boards/north/board_report.html"]


@pytest.mark.parametrize("board", BOARDS, ids=[board.id for board in BOARDS])
def test_a_report_on_an_area_is_for_its_board(board):
    """Its title, its board and its numbers, and nothing that was counted of the whole only."""
    facts, found = invented_facts(), invented_release()
    page = build_page(found.areas[board.id], area_facts(facts, board))
    text = whole(page)

    assert page.title.endswith(f": {board.area}")
    assert f"For {board.board}." in text
    assert [row[1] for row in page.glance.rows] == [
        found.areas[board.id].cell(each.id, "met").text for each in facts.definitions
    ]
    assert (page.since, page.worth_asking, page.boards, page.waits, page.place) == (None, (), None, None, None)
    assert all(each.attrition is None and each.variants is None for each in page.cohorts)
    assert {tuple(figure.heading for figure in each.overlap) for each in page.cohorts} == {("Services that saw them",)}
    assert page.cohorts[0].overlap[0].table.rows[0][1] == (
        found.areas[board.id].cell(COHORTS[0].id, "met", "service", "gp_register").text
    )
    assert "[x]" not in {
        cell for cohort in page.cohorts for each in cohort.equity for row in each.table.rows for cell in row
    }
    assert [each.heading for each in page.cohorts[0].equity] == [
        "By deprivation",
        "By ethnic group",
        "By age",
        "By sex",
    ]


def card(**of):
    """One card on the first group, and what is said of where it was told."""
    return VoiceFacts(
        **{
            "cohort": COHORTS[0].id,
            "rung": "",
            "says": "We rang and rang.",
            "agrees": True,
            "own_words": True,
            "source": "One.",
        }
        | of
    )


def test_a_board_of_an_area_has_voices_and_decisions_of_its_own():
    """Nothing that the whole was told, asked or decided is taken for the area's; its own are there."""
    found, own = invented_release(), replace(BOARD, decisions=BOARD.decisions[:1])
    cards = (card(says="Told of all."), card(says="Told in the north.", area="north"))
    voices = VoicesFacts(
        cards=cards, comments=(CommentFacts(cohort=COHORTS[0].id, question="Q", says="S", speaker="X"),)
    )
    facts = replace(invented_facts(), voices=voices, board_file=BOARD)
    north, carrow = (
        build_page(found.areas[board.id], area_facts(facts, board, *decided))
        for board, decided in zip(BOARDS, ((own,), ()), strict=True)
    )
    all_of_it = build_page(found.frame, whole_facts(facts, found.areas))

    def told(page):
        return [quote.says for each in page.cohorts for step in each.voices for quote in step.quotes]

    assert [told(page) for page in (all_of_it, north, carrow)] == [
        ["Told of all.", "Told in the north."],
        ["Told in the north."],
        [],
    ]
    assert [len(page.cohorts[0].comments) for page in (all_of_it, north, carrow)] == [1, 0, 0]
    assert [page.decided and len(page.decided.decisions) for page in (all_of_it, north, carrow)] == [
        len(BOARD.decisions),
        1,
        None,
    ]
    assert (north.weighed is not None, carrow.weighed) == (True, None)


@pytest.mark.parametrize(("people", "printed"), [(LEAST_PEOPLE, 1), (LEAST_PEOPLE - 5, 0)])
def test_a_card_kept_back_in_its_area_is_kept_back_in_the_whole(people, printed):
    """Large as the group may be there: who spoke lives where it is small."""
    facts = replace(invented_facts(), voices=VoicesFacts(cards=(card(area="north"),)))
    area = invented_release().areas["north"]
    here = replace(
        area, cells={**area.cells, CellKey(COHORTS[0].id, "met"): SafeCell(Status.SHOWN, people, str(people))}
    )
    page = build_page(invented_release().frame, whole_facts(facts, {"north": here}))

    assert sum(len(step.quotes) for each in page.cohorts for step in each.voices) == printed
    assert any("kept back" in each for each in page.voices.gone) == (not printed)


def test_an_area_has_its_own_numbers_since_last_time_and_over_months():
    """As published then; what made the difference is of the whole, and the page says so."""
    found, board = invented_release(), BOARDS[0]
    facts, month = invented_facts(), "2025-08"
    facts = replace(facts, since=replace(facts.since, period=month))
    last = EarlierReport(month, replace(found.frame, cells=found.everything))
    facts = replace(facts, earlier=(last,))
    page = build_page(found.areas["north"], area_facts(facts, board))
    first = page.since.table.rows[0]

    assert first[1] == first[2] == found.areas["north"].cell(COHORTS[0].id, "met").text
    assert first[3] == "No clear difference."
    assert "for all of Northmoor only" in page.since.note
    assert "2 such reports" in page.cohorts[0].trend.note
    new = area_facts(replace(facts, earlier=(replace(last, frame=found.frame),)), board)
    assert (new.since, new.earlier) == (None, ())


def test_an_area_has_grades_and_the_share_that_goes_unmet():
    """Of its own numbers; the steps that led to them stay with the whole."""
    facts, found, first = invented_facts(), invented_release(), COHORTS[0].id
    met = found.areas["north"].cell(first, "met").people
    spans = {CellKey(first, "met"): SafeSpan(met - 5, met + 5, 0.5)}
    page = build_page(replace(found.areas["north"], spans=spans), area_facts(facts, BOARDS[0]))
    judged = found.areas["north"].cell(first, "attrition:05").people
    says = " ".join(page.key_numbers[0].sentences)

    assert f"about {round(met / judged * 100)} in every 100 did not get help in time" in says
    assert f"Grade A, enough to act on: if records were joined otherwise, we would find {met - 5} to {met + 5}" in says
    assert page.cohorts[0].attrition is None
    assert any("A link that we missed makes this number too low" in note for *_, note in page.cohorts[0].summary)


def test_the_areas_stand_side_by_side_with_the_whole():
    """In the order of the project, and whoever is in none of them last."""
    found, facts = invented_release(), invented_facts()
    each = each_board(found.frame, found.areas, facts, BOARDS)

    assert each.people.head == ("Group", "Northmoor", "North", "Carrow Hill", "In none of them")
    first = facts.definitions[0].id
    frames = [found.frame, *(found.areas[name] for name in ("north", "carrow", NO_BOARD))]
    assert each.people.rows[0][1:] == tuple(one.cell(first, "met").text for one in frames)
    assert each_board(found.frame, found.areas, facts, []) is None


def test_the_same_areas_are_the_same_bytes():
    """Nothing in them depends on when or where they were made."""
    facts, found = invented_facts(), invented_release()
    page = build_page(found.areas["north"], area_facts(facts, BOARDS[0]))
    again = build_page(found.areas["north"], area_facts(facts, BOARDS[0]))

    assert render_pages(page) == render_pages(again)
    assert make_spreadsheet(page, as_of=facts.as_of) == make_spreadsheet(again, as_of=facts.as_of)


def test_files_are_told_apart_by_their_folder():
    """The whole first; an id has no hyphens, so a folder stands for one area."""
    files = {
        f"{folder_of('north_vale')}/safe_counts.csv": b"n",
        "safe_counts.csv": b"w",
        "boards/safe_counts.csv": b"?",
    }

    assert folder_of("north_vale") == "boards/north-vale"
    assert each_named(files, "safe_counts.csv") == {"all": b"w", "north_vale": b"n"}
    assert parted("boards/north-vale/board_report/how-made.html") == ("north_vale", "board_report/how-made.html")
    assert parted("board_report/how-made.html") == ("all", "board_report/how-made.html")
