"""A board report whose names are as long as they may be and hold no space, on the narrowest screen and on paper."""

from dataclasses import replace

import pikepdf
import pytest

from cohorts.report import build_page, write_board_report
from cohorts.report.areas import each_board, with_boards
from cohorts.report.charts import Bar, bar_chart
from cohorts.report.page import Figure, Table
from governance.disclosure import SafeCell, Status
from tests.browser.test_board_report import MEASURING
from tests.lib.browser import chromium, measured_all, need_chromium
from tests.lib.report import BOARDS, invented_facts, invented_frame, invented_release

pytestmark = pytest.mark.browser

LONG = "Gesundheitsversorgungszusammenarbeitsgesellschaftnordmoorland"[:60]
"""A name of sixty letters in which no browser finds a place to break."""
SERVICES = 19
MEASURING_NAMES = MEASURING.replace(
    "title: doc.title,",
    """title: doc.title,
    cut: all("svg text").filter((text) => {
      const box = text.getBoundingClientRect(), chart = text.closest("svg").getBoundingClientRect();
      return box.left < chart.left - 1 || box.right > chart.right + 1 || box.top < chart.top - 1;
    }).map((text) => text.textContent).slice(0, 3),
    wide: all(".verdict, dt, th, td, caption, a, strong, code").filter((e) => !e.closest(".scroll"))
      .filter((e) => shown(e) && e.getBoundingClientRect().right > WIDTH + 1).map((e) => e.textContent).slice(0, 3),""",
)


@pytest.fixture(scope="module")
def page():
    """Every name of the report long: organisation, boards, areas, groups, steps, sources, owners, breakdowns."""
    facts = _long(invented_facts())
    boards = [each.model_copy(update={"board": LONG, "area": LONG}) for each in BOARDS]
    return with_boards(
        build_page(invented_frame(), facts), each_board(invented_frame(), invented_release().areas, facts, boards)
    )


def _long(facts):
    definitions = tuple(
        replace(
            each, title=LONG, why=LONG, english=(LONG,), population_english=LONG, unmet_english=LONG, caveats=(LONG,)
        )
        for each in facts.definitions[:2]
    )
    decisions = tuple(replace(each, finding=LONG, owner=LONG, next_step=LONG) for each in facts.board_file.decisions)
    criteria = tuple(replace(each, title=LONG, why=LONG) for each in facts.board_file.criteria)
    return replace(
        facts,
        title=LONG,
        organisation=LONG,
        board=LONG,
        area=LONG,
        contact=LONG,
        definitions=definitions,
        sources=tuple(replace(each, title=LONG, short_title="", organisation=LONG) for each in facts.sources),
        dimensions=tuple(replace(each, title=LONG) for each in facts.dimensions),
        board_file=replace(facts.board_file, decisions=decisions, criteria=criteria),
    )


def test_long_names_do_not_widen_any_page(page, tmp_path):
    """Nothing goes past an edge at 320 pixels, nor is cut off in a chart; what scrolls does so in its own region."""
    need_chromium()
    write_board_report(tmp_path, page)
    names = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.html"))
    seen = measured_all(tmp_path, names, tmp_path / "profile", (320, 1280), MEASURING_NAMES)

    assert len(names) > 8
    for place, found in seen.items():
        assert found["width"] <= place[1], place
        assert (found["spilling"], found["stuck"], found["cut"], found["wide"]) == (0, 0, [], []), place


def test_two_charts_of_many_services_share_a_sheet(tmp_path):
    """Six take three sheets and parts of two; taller ones would each leave half of the sheet before it empty."""
    need_chromium()
    facts = invented_facts()
    page = build_page(invented_frame(), replace(facts, definitions=facts.definitions[:1]))
    [group] = page.cohorts
    sheets = []
    for many in (0, 6):
        charts = tuple(_of_many_services(number) for number in range(many))
        write_board_report(tmp_path, replace(page, cohorts=(replace(group, equity=(), overlap=charts),)))
        sheets.append(_sheets(tmp_path, next(tmp_path.glob("board_report/cohort-*.html"))))

    assert sheets[1] - sheets[0] <= 4, sheets


def _of_many_services(number):
    cell = SafeCell(Status.SHOWN, 20, "20", 2)
    bars = [Bar(f"Community service {row}", cell) for row in range(SERVICES)]
    rows = tuple((bar.label, bar.text, "20%", "10 to 30") for bar in bars)
    return Figure(
        id=f"many-{number}",
        heading="Services that saw them",
        finding="Most saw them.",
        chart=bar_chart(f"chart-{number}", "Services", bars, most=cell),
        table=Table(caption="Services", head=("Service", "People", "Share of the group", "Likely"), rows=rows),
    )


def _sheets(folder, page):
    pdf = folder / "page.pdf"
    chromium(folder / "profile", "--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri())
    with pikepdf.open(pdf) as opened:
        return len(opened.pages)
