"""The PDF and the spreadsheet: what a screen reader needs, the same words as the page, and no exact number."""

import builtins
import io
import json
from dataclasses import replace
from datetime import date
from itertools import pairwise

import openpyxl
import pikepdf
import pyarrow as pa
import pytest

from cohorts.report import build_page
from cohorts.report.areas import each_board, with_boards
from cohorts.report.facts import EarlierReport
from cohorts.report.paper import make_pdf, page_json
from cohorts.report.spreadsheet import make_spreadsheet
from governance.contracts import COHORT_COUNT, COHORT_INTERVAL
from governance.disclosure import release, safe_counts_csv
from governance.disclosure.spans import release_spans
from tests.lib.report import (
    BOARDS,
    POLICY,
    invented_counts,
    invented_facts,
    invented_frame,
    invented_release,
    whole,
    with_people,
)
from tests.unit.test_report_page import CANARIES, forms

AS_OF = date(2025, 10, 1)


@pytest.fixture(scope="module")
def page():
    """A whole report, with an earlier one and with boards."""
    facts, areas = (
        replace(invented_facts(), earlier=(EarlierReport("2025-08", invented_frame()),)),
        invented_release().areas,
    )
    return with_boards(build_page(invented_frame(), facts), each_board(invented_frame(), areas, facts, BOARDS))


@pytest.fixture(scope="module")
def pdf(page):
    """The report on paper."""
    with pikepdf.open(io.BytesIO(make_pdf(page))) as opened:
        yield opened


@pytest.fixture(scope="module")
def book(page):
    """The report's tables."""
    return openpyxl.load_workbook(io.BytesIO(make_spreadsheet(page, as_of=AS_OF)))


def kinds_of(element):
    """Kinds of structure elements, depth first."""
    if isinstance(element, pikepdf.Array):
        for each in element:
            yield from kinds_of(each)
    elif isinstance(element, pikepdf.Dictionary):
        if "/S" in element:
            yield str(element.S)
        if "/K" in element:
            yield from kinds_of(element.K)


def elements_of(element, kind):
    """Structure elements of one kind."""
    if isinstance(element, pikepdf.Array):
        for each in element:
            yield from elements_of(each, kind)
    elif isinstance(element, pikepdf.Dictionary):
        if element.get("/S") == kind:
            yield element
        if "/K" in element:
            yield from elements_of(element.K, kind)


def test_the_pdf_is_tagged_and_says_its_language_and_title(pdf, page):
    """PDF/UA-1: marked content, English, a title that the window shows."""
    meta = pdf.open_metadata()

    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert str(pdf.docinfo["/Title"]) == f"{page.title}, {page.period} (made-up data)"
    assert meta["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"


def test_headings_tables_and_pictures_are_what_they_are(pdf, page):
    """Every table has header cells and a caption, every chart words; headings go down by single steps."""
    kinds = list(kinds_of(pdf.Root.StructTreeRoot.K))
    figures = list(elements_of(pdf.Root.StructTreeRoot.K, "/Figure"))
    levels = [int(kind[2:]) for kind in kinds if kind[:2] == "/H" and kind[2:].isdigit()]
    charts = sum(len(c.equity) + len(c.overlap) + bool(c.ladder) for c in page.cohorts)
    charts += 1 + len(page.waits.missed) + sum(bool(each.missed) for each in page.place.barriers)

    assert kinds.count("/Table") > 20
    assert kinds.count("/TH") > 60
    assert sum("/Alt" in each and len(str(each.Alt)) > 40 for each in figures) == charts
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_what_is_asked_stands_on_the_first_page_of_the_pdf(pdf):
    """With what was found, and before the contents: many read one page."""
    first = pdf.pages[0].obj.objgen
    on_first = [item.title for item in pdf.open_outline().root[0].children if item.destination[0].objgen == first]

    assert on_first == ["What we found", "What we ask of the board"]


def marks_of(element, sheet, page=None):
    """Numbers of the marked pieces of one sheet, in the order in which the tags have them."""
    if isinstance(element, pikepdf.Array):
        for each in element:
            yield from marks_of(each, sheet, page)
    elif isinstance(element, pikepdf.Dictionary):
        page = element.get("/Pg", page)
        if "/MCID" in element:
            yield from marks_of(element.MCID, sheet, page)
        elif "/K" in element:
            yield from marks_of(element.K, sheet, page)
    elif page is not None and page.objgen == sheet.objgen:
        yield int(element)


def drawn_marks(sheet):
    """The same numbers in the order in which the sheet is drawn, which is how text is copied out of it."""
    for operands, operator in pikepdf.parse_content_stream(sheet):
        if str(operator) == "BDC" and isinstance(operands[1], pikepdf.Dictionary) and "/MCID" in operands[1]:
            yield int(operands[1].MCID)


def test_the_first_page_is_read_in_the_order_in_which_it_stands(pdf):
    """Read aloud by its tags or copied as text, no piece comes before one that stands above it."""
    first = pdf.pages[0]
    read, drawn = list(marks_of(pdf.Root.StructTreeRoot.K, first.obj)), list(drawn_marks(first))

    assert len(read) > 50
    assert read == [mark for mark in drawn if mark in set(read)]


def test_many_groups_leave_no_sheet_almost_empty(page):
    """With eight of them what is asked may run on: the contents then follow it on the second page."""
    [head, *rows] = page.glance.rows
    long = ("Needs that no single service is there to meet, and nobody coordinates", *head[1:])
    glance = replace(page.glance, rows=(long, long, long, long, long, *rows))
    with pikepdf.open(io.BytesIO(make_pdf(replace(page, glance=glance)))) as opened:
        second = opened.pages[1].obj.objgen
        items = opened.open_outline().root[0].children
        [decided] = [item for item in items if item.title == "What you decided last time"]

        assert decided.destination[0].objgen == second


def test_names_of_rows_are_cells_like_others(pdf):
    """A known limit: what makes the PDF cannot tag a row's name as its head. The pages do, and they are the record."""
    kinds = [list(kinds_of(row.K)) for row in elements_of(pdf.Root.StructTreeRoot.K, "/TR")]

    assert sum("/TH" in row for row in kinds) == sum("/TD" not in row for row in kinds) > 0


def test_the_pdf_has_bookmarks(pdf, page):
    """A reader can go to a cohort."""
    titles, waiting = set(), [*pdf.open_outline().root]
    while waiting:
        item = waiting.pop()
        titles.add(item.title)
        waiting += item.children

    assert {cohort.title for cohort in page.cohorts} <= titles
    assert {"Reports for each board", "Did shorter waits go with wider gaps?"} <= titles


def test_the_pdf_says_why_nothing_stands_beside_a_step(page):
    """Whoever has only the paper reads why nobody is quoted: other words there make another PDF."""
    first = page.cohorts[0]
    assert any(not step.quotes for step in first.voices)
    others = tuple(replace(step, silence="Other words.") for step in first.voices)
    alone = replace(page, cohorts=(first,))

    assert make_pdf(replace(alone, cohorts=(replace(first, voices=others),))) != make_pdf(alone)


def test_the_same_page_gives_the_same_bytes(page):
    """Same inputs, same digests."""
    assert make_pdf(page) == make_pdf(page)
    assert make_spreadsheet(page, as_of=AS_OF) == make_spreadsheet(page, as_of=AS_OF)


def test_without_typst_there_is_no_pdf_and_no_error(page, monkeypatch):
    """It is an extra: the HTML is the record."""
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "typst":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)

    assert make_pdf(page) is None


def test_each_sheet_has_one_table_with_a_name_and_a_title(book, page):
    """As the Analysis Function asks: cover first, symbols explained, tables marked up, no merged cell."""
    names = book.sheetnames

    assert names[:3] == ["Cover", "Symbols", "Table_1"]
    assert len(names) > 20
    for sheet in (book[name] for name in names[1:]):
        assert len(sheet.tables) == 1
        assert sheet["A1"].value
        assert not sheet.merged_cells.ranges
    assert book["Table_1"]["A1"].value == page.glance.caption


def test_numbers_are_numbers_and_symbols_are_text(book, page):
    """A spreadsheet can add what it may add; a hidden count stays a symbol."""
    sheet = book["Table_1"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]

    assert [row[0] for row in rows] == [row[0] for row in page.glance.rows]
    assert all(isinstance(row[1], int | float) or row[1].startswith("[") for row in rows)


def test_no_exact_number_reaches_the_pdf_or_the_spreadsheet():
    """Exact counts are planted; neither what the PDF is made of nor any cell holds one."""
    page = build_page(release(with_people(invented_counts(), CANARIES), POLICY), invented_facts())
    book = openpyxl.load_workbook(io.BytesIO(make_spreadsheet(page, as_of=AS_OF)))
    cells = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    published = page_json(page).encode() + cells.encode()

    for people in CANARIES.values():
        assert not any(form in published for form in forms(people)), people
    assert b"4,320" in published


def test_charts_bring_their_words():
    """The description inside a chart is what the PDF says of it."""
    held = json.loads(page_json(build_page(invented_frame(), invented_facts())))

    assert held["cohorts"][0]["ladder"]["says"].startswith("People in each row.")


LIMITS = {4321: (4234, 4468), 2468: (2413, 2524)}
"""By planted count, its exact interval: unlikely digits, and no multiples of the base."""


def test_no_exact_limit_reaches_any_output():
    """Beside planted counts stand planted intervals: page, PDF, spreadsheet and CSV hold spans, rounded outwards."""
    counts = with_people(invented_counts(), CANARIES)
    rows = [
        {**dict(zip(COHORT_COUNT.key, key, strict=True)), "expected": people + 0.371, "per_point": 7.1359}
        | dict(zip(("low", "high"), LIMITS[people], strict=True))
        for key, people in CANARIES.items()
        if people in LIMITS
    ]
    intervals = pa.Table.from_pylist(rows, schema=COHORT_INTERVAL.schema)
    frame = release(counts, POLICY)
    spans = release_spans(frame.cells, counts, intervals, rule=frame.rule, base=POLICY.round_to_people)
    page = build_page(replace(frame, spans=spans), invented_facts())
    book = openpyxl.load_workbook(io.BytesIO(make_spreadsheet(page, as_of=AS_OF)))
    cells = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)

    published = whole(page).encode() + page_json(page).encode() + cells.encode() + safe_counts_csv(frame)

    assert len(spans) == len(LIMITS)
    for limit in (number for pair in LIMITS.values() for number in pair):
        assert not any(form in published for form in forms(limit)), limit
    assert not any(part in published for part in (b".371", b"7.1359"))
    assert b"4,230 to 4,470" in published
