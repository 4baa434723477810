"""Which pages the report has, where they lie, and how one leads to another.

The front page stands alone in the release's folder and the others in a folder of its name, so that a reader who opens
the release sees at once where to begin. All links are relative: the pages work from a disk, a share or a web server.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cohorts.report.page import BoardPage, CohortSection

REPORT_FILE = "board_report.html"
FOLDER = "board_report"

BOARDS = "each-board"
FRONT, ASKING, ACROSS, UNKNOWN, MADE = "front", "worth-asking", "side-by-side", "not-known", "how-made"
WAITS, BARRIERS = "waits", "barriers-of-place"
TOLD, DECIDED, WEIGHED = "what-people-told-us", "what-you-decided", "which-group-first"


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """One page of the report."""

    key: str
    """Names its file, and what links to it use."""
    title: str
    template: str
    cohort: CohortSection | None = None
    """The group that the page is about."""

    @property
    def file(self) -> str:
        """Its path below the release's folder."""
        return REPORT_FILE if self.key == FRONT else f"{FOLDER}/{self.key}.html"

    def link(self, key: str, place: str = "") -> str:
        """How this page leads to another, and to a place on it."""
        if key == self.key:
            return f"#{place or 'main'}"
        up, down = ("", f"{FOLDER}/") if self.key == FRONT else ("../", "")
        path = f"{up}{REPORT_FILE}" if key == FRONT else f"{down}{key}.html"
        return f"{path}#{place}" if place else path

    def out(self, folder: str) -> str:
        """How this page leads to the front page of another report, of which the folder lies below this one's."""
        return f"{'' if self.key == FRONT else '../'}{folder}/{REPORT_FILE}"

    def in_whole(self) -> str:
        """How this page of the report on an area leads to the same page of the one on the whole."""
        return f"{'../..' if self.key == FRONT else '../../..'}/{self.file}"


def site_pages(page: BoardPage) -> tuple[SitePage, ...]:
    """The pages in the order in which a board reads them."""
    return tuple(_pages(page))


def _pages(page: BoardPage) -> Iterator[SitePage]:
    yield SitePage(key=FRONT, title="What we found", template="board_report.html.jinja")
    if page.decided:
        yield SitePage(key=DECIDED, title="What you decided last time", template="decided.html.jinja")
    for cohort in page.cohorts:
        yield SitePage(key=cohort.id, title=cohort.title, template="cohort_page.html.jinja", cohort=cohort)
    yield SitePage(key=ACROSS, title="The groups side by side", template="across.html.jinja")
    if page.weighed:
        yield SitePage(key=WEIGHED, title="Which group to look at first", template="weighed.html.jinja")
    if page.boards:
        yield SitePage(key=BOARDS, title="Reports for each board", template="boards.html.jinja")
    if page.voices:
        yield SitePage(key=TOLD, title="What people told us", template="voices.html.jinja")
    if page.waits:
        yield SitePage(key=WAITS, title="Waits and missed appointments", template="waits.html.jinja")
    if page.place:
        yield SitePage(key=BARRIERS, title="Barriers of place", template="place.html.jinja")
    if page.worth_asking:
        yield SitePage(key=ASKING, title="Questions worth asking", template="worth_asking.html.jinja")
    yield SitePage(key=UNKNOWN, title="What is not known", template="unknown.html.jinja")
    yield SitePage(key=MADE, title="How this report was made", template="made.html.jinja")
