"""The board report as HTML: structure, words, and that no exact number reaches a byte of it."""

import ast
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from os.path import normpath
from pathlib import Path

import pytest

import cohorts.report
from cohorts.report import REPORT_FILE, build_page, render_pages, write_board_report
from cohorts.report.facts import SuppressedFacts
from governance.disclosure import ALL, release, safe_counts_csv
from governance.disclosure.rounding import HIDDEN
from governance.settings import Policy
from tests.lib.report import (
    COHORTS,
    POLICY,
    doubtful_frame,
    invented_counts,
    invented_facts,
    invented_frame,
    whole,
    with_people,
)

VOID = {"meta", "link", "br", "hr", "img", "input"}
PROSE = {"p", "li"}


class Page(HTMLParser):
    """Just enough of a document to ask about its structure; a tag that does not close is an error."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.texts = [], [], []
        self.feed(html)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute is given twice on <{tag}>"
        parent = self.open[-1] if self.open else None
        self.elements.append({"tag": tag, "attrs": dict(attrs), "parent": parent, "text": "", "inside": []})
        for element in self.open:
            element["inside"].append(self.elements[-1])
        if tag not in VOID:
            self.open.append(self.elements[-1])

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1]["tag"] == tag, f"</{tag}> closes <{self.open[-1]['tag']}>"
        self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def all(self, *tags):
        """Elements of these kinds, in order."""
        return [element for element in self.elements if element["tag"] in tags]


@pytest.fixture(scope="module")
def htmls():
    """The pages of the invented release, by path."""
    return render_pages(build_page(invented_frame(), invented_facts()))


@pytest.fixture(scope="module")
def html(htmls):
    """All of them, one after another."""
    return "\n".join(htmls.values())


@pytest.fixture(scope="module")
def pages(htmls):
    """The same, parsed, by path."""
    return {name: Page(html) for name, html in htmls.items()}


def all_of(pages, *tags):
    """Elements of these kinds on any page."""
    return [element for page in pages.values() for element in page.all(*tags)]


# --- structure ----------------------------------------------------------------------------------------


def test_there_is_a_page_for_each_matter(htmls):
    """A front page, one for each group in the project's order, and what stands beside them; names are plain."""
    names = list(htmls)

    assert names[0] == REPORT_FILE
    assert names[1:] == [
        "board_report/what-you-decided.html",
        *(f"board_report/cohort-{each.id.replace('_', '-')}.html" for each in COHORTS),
        "board_report/side-by-side.html",
        "board_report/which-group-first.html",
        "board_report/what-people-told-us.html",
        "board_report/waits.html",
        "board_report/barriers-of-place.html",
        "board_report/worth-asking.html",
        "board_report/not-known.html",
        "board_report/how-made.html",
    ]


def test_landmarks_title_and_language(pages):
    """One of each landmark, a language, a title of its own, one h1, and a link that skips to what the page says."""
    for page in pages.values():
        tags = Counter(element["tag"] for element in page.elements)
        assert {tag: tags[tag] for tag in ("h1", "main", "header", "footer")} == dict.fromkeys(
            ("h1", "main", "header", "footer"), 1
        )
        assert page.all("html")[0]["attrs"]["lang"] == "en-GB"
        assert page.all("a")[0]["attrs"]["href"] == "#main"
    titles = [page.all("title")[0]["text"] for page in pages.values() if page.all("title")]
    assert len(set(titles)) == len(pages)


def test_every_page_leads_to_every_other(pages):
    """The same list on each, in one order, with the page one is on marked."""
    for number, page in enumerate(pages.values()):
        items = [
            element for element in page.all("li") if element["parent"]["parent"]["attrs"].get("class") == "contents"
        ]
        links = [item["inside"][0] for item in items]
        assert len(links) == len(pages)
        assert [place for place, link in enumerate(links) if "aria-current" in link["attrs"]] == [number]


def test_headings_never_skip_a_level(pages):
    """Screen readers walk headings; h2 is never followed by h4."""
    for page in pages.values():
        levels = [int(element["tag"][1]) for element in page.all("h1", "h2", "h3", "h4")]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_links_lead_somewhere(pages):
    """Every link names a page of the report and a place on it; every aria reference names one element."""
    ids = {name: Counter(e["attrs"]["id"] for e in page.elements if "id" in e["attrs"]) for name, page in pages.items()}
    for name, page in pages.items():
        named = {one for element in page.elements for one in element["attrs"].get("aria-labelledby", "").split()}
        assert max(ids[name].values()) == 1
        assert named <= set(ids[name])
        for element in page.all("a"):
            path, _, place = element["attrs"]["href"].partition("#")
            target = normpath(f"{name}/../{path}") if path else name
            assert target in pages, f"{name} leads to {target}"
            assert not place or place in ids[target], f"{name} leads to {place} on {target}"


def test_every_chart_has_words_and_a_table_beside_it(pages):
    """Title, description, and the same numbers as a table in the same figure."""
    charts = all_of(pages, "svg")

    assert len(charts) > 4 * len(COHORTS)
    for chart in charts:
        words = {inside["tag"]: inside["text"] for inside in chart["inside"] if inside["tag"] in ("title", "desc")}
        assert set(words) == {"title", "desc"}
        assert all(words.values())
        assert chart["attrs"]["role"] == "img"
        pair = chart["parent"]["parent"]
        assert [inside["tag"] for inside in pair["inside"]].count("table") == 1


def test_every_table_has_a_caption_and_scoped_headers(pages):
    """Rows are as long as the head; the first cell of each row names it."""
    captions = []
    for table in all_of(pages, "table"):
        kinds = Counter(inside["tag"] for inside in table["inside"])
        assert kinds["caption"] == 1
        captions += [inside["text"] for inside in table["inside"] if inside["tag"] == "caption"]
        heads = [inside for inside in table["inside"] if inside["tag"] == "th"]
        columns = [head for head in heads if head["attrs"]["scope"] == "col"]
        rows = [head for head in heads if head["attrs"]["scope"] == "row"]
        assert len(columns) + len(rows) == len(heads)
        assert kinds["td"] == len(rows) * (len(columns) - 1)
    assert max(Counter(captions).values()) == 1, "two tables have the same caption"


def test_what_scrolls_can_be_reached_by_keyboard(pages):
    """Wide tables and charts scroll in a region with a name and a tab stop."""
    for wide in all_of(pages, "table", "svg"):
        region = wide["parent"]["attrs"]
        assert (region["tabindex"], region["role"]) == ("0", "region")
        assert region["aria-label"]


def test_the_pages_need_nothing_else(htmls, pages):
    """No script, no import, no address of anything to fetch; and a policy that forbids it."""
    assert not all_of(pages, "script", "img", "iframe", "object", "video", "audio", "form")
    for html in htmls.values():
        assert not re.search(r"https?://|@import|url\(|javascript:|\son[a-z]+=", html)
        assert "default-src 'none'" in html


def test_colours_have_enough_contrast(html):
    """WCAG AA: at least 4.5 to 1 for every pair of text and ground that the stylesheet uses."""
    colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", html))
    pairs = [("ink", "paper"), ("soft", "paper"), ("link", "paper"), ("dark", "paper"), ("paper", "dark")]
    pairs += [("ink", "tint"), ("soft", "tint"), ("link", "tint"), ("dark", "tint"), ("ink", "focus")]

    for text, ground in pairs:
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def contrast(one, other):
    """The contrast ratio of WCAG 2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    """Relative luminance of WCAG 2."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


# --- words --------------------------------------------------------------------------------------------


def test_made_up_data_says_so_and_real_data_does_not(html):
    """The banner and the title follow the project's own flag."""
    real = whole(build_page(invented_frame(), invented_facts(synthetic=False)))

    assert html.count("Made-up data") >= 2
    assert "ade-up data" not in real


def test_what_is_left_out_is_named_where_it_is_missed_and_where_it_is_told_how_it_was_made():
    """On the page of its group alone, and on the last; a cohort whose total is hidden says why it has no groups."""
    (first, *others), by = COHORTS, "ethnic_group"
    left_out = (
        SuppressedFacts(cohort=first.id, title=first.title, measure="", by="Ethnic group", dimension=by),
        SuppressedFacts(cohort=first.id, title=first.title, measure="", by="Ethnic group", dimension=by, in_areas=True),
        SuppressedFacts(cohort="_everyone", title="Everyone on the register", measure="Told three times", by="Age"),
    )
    held = (f"{first.title}: Ethnic group", "Everyone on the register, Told three times: Age")
    frame = invented_frame()
    few = replace(
        frame,
        cells={
            key: HIDDEN if key.cohort == first.id else cell
            for key, cell in frame.cells.items()
            if key.cohort != first.id or key.dimension == ALL
        },
    )
    found = render_pages(build_page(frame, replace(invented_facts(), suppressed=left_out)))
    page = {each.id: f"board_report/cohort-{each.id.replace('_', '-')}.html" for each in COHORTS}

    assert "someone might be recognised: Ethnic group." in found[page[first.id]]
    assert not any("might be recognised" in found[page[each.id]] for each in others)
    assert all(each in found["board_report/how-made.html"] for each in held)
    small = render_pages(build_page(few, invented_facts()))
    assert "Where a total is hidden, it is not broken down" in small[page[first.id]]
    assert "hidden to protect people" in small[page[first.id]]
    assert "a small number<" not in small[page[first.id]]
    assert not any("it is not broken down" in small[page[each.id]] for each in others)


def test_the_first_part_has_three_numbers_with_intervals(pages):
    """Natural frequencies with one denominator."""
    page = pages[REPORT_FILE]
    numbers = [element["text"] for element in page.all("p") if element["attrs"].get("class") == "big"]
    intervals = [element["text"] for element in page.all("p") if element["attrs"].get("class") == "interval"]

    assert len(numbers) == len(intervals) == 3
    assert all(re.fullmatch(r"About [\d,]+ in every 10,000 people", number) for number in numbers)
    alone = r"Likely between [\d,]+ and [\d,]+, not counting mistakes in joining records\."  # it knows of no links
    assert all(re.fullmatch(alone, interval) for interval in intervals)


def test_the_first_intervals_hold_what_links_may_have_got_wrong():
    """One interval a number: the range if records were joined otherwise lies inside, and the table says the same."""
    frame, facts = doubtful_frame(), invented_facts()
    page = build_page(frame, facts)

    for number in page.key_numbers:
        definition = next(each for each in facts.definitions if each.title == number.title)
        low, high = (
            int(each.replace(",", ""))
            for each in re.fullmatch(r"Likely between ([\d,]+) and ([\d,]+)\.", number.interval).groups()
        )
        span, people = frame.span(definition.id, "met"), frame.cell(definition.id, "population").people
        row = next(row for row in page.glance.rows if row[0] == number.title)
        assert low <= round(10_000 * span.low / people) < round(10_000 * span.high / people) <= high
        assert row[4] == f"{low:,} to {high:,}"


def test_the_report_says_what_is_asked_and_what_is_not_known(pages):
    """Every cohort has a page of its own with questions, and the unknowns have theirs."""
    headings = Counter(element["text"] for element in all_of(pages, "h1", "h2"))

    assert headings["What we ask of the board"] == 1
    assert headings["What is not known"] == 1
    assert headings["Who may be missed"] == 1
    assert headings["Questions for the board"] == len(COHORTS)
    assert {each.title for each in COHORTS} <= {element["text"] for element in all_of(pages, "h1")}


def test_groups_stand_side_by_side_in_their_own_order(htmls, pages):
    """As the project lists them, whatever the numbers: nothing sorts people."""
    page = pages["board_report/side-by-side.html"]
    tables = page.all("table")

    assert len(tables) == 7
    for table in tables:
        is_of_services = any("each service saw" in each["text"] for each in table["inside"])
        scope = "col" if is_of_services else "row"
        named = [e["text"] for e in table["inside"] if e["tag"] == "th" and e["attrs"]["scope"] == scope]
        assert [each for each in named if each != "Service"] == [each.title for each in COHORTS]
    assert "No clear difference" in htmls["board_report/side-by-side.html"]


def test_the_definition_is_told_in_short_and_in_full(html):
    """Who members are stands in the cohort's part; rungs and small print only in the full text at the end."""
    section, full = html.split("Definitions in full")  # on the last page

    assert "“Repeat notices” means" in section
    assert "Response 1, referred" not in section
    assert "Response 1, referred" in full


def test_the_symbols_are_explained(pages):
    """The key comes with every report, whether or not a symbol occurs."""
    assert {element["text"] for element in all_of(pages, "dt")} >= {"[c]", "[low]", "[x]", "[z]"}


def test_how_it_was_made_is_all_there(html):
    """Definitions with versions, the look-up's edition, the policy and the ledger's root."""
    facts = invented_facts()

    assert facts.edition in html
    assert "hide7_round5" in html
    assert all(f"{each.id} {each.version}" in html for each in facts.definitions)
    root = "".join(re.findall(r"<code>([0-9a-f]+)</code>", html))
    assert root == facts.checkpoint


def test_no_one_is_called_a_burden(html):
    """Words that list, rank or price people have no place in the report."""
    words = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL).lower()

    assert not re.search(
        r"\b(burden|frequent flyer|costly|worst|top \d|offenders|addicts|nhs number|person_id)\b", words
    )


def test_the_words_of_every_page_can_be_read_at_the_age_of_twelve(pages):
    """Flesch-Kincaid grade 7 (ages 11 to 12), page by page, of all sentences but the definitions, made from nodes."""
    made = {line for each in invented_facts().definitions for line in (*each.english, *each.caveats)}
    for name, page in pages.items():
        texts = [element["text"].strip() for element in page.all(*PROSE)]
        told = [text for text in texts if text.endswith((".", "?")) and text not in made and "Unmet" not in text]
        assert grade(" ".join(told)) <= 7, name


def grade(prose):
    """Kincaid et al. 1975, syllables counted as groups of vowels."""
    sentences = [sentence for sentence in re.split(r"[.?!]\s", prose) if re.search("[a-z]", sentence)]
    words = re.findall(r"[A-Za-z]+", prose)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def test_text_from_configs_is_escaped():
    """A title is words, never markup."""
    facts = replace(invented_facts(), title='<script>alert("x")</script>', area="A & B")

    html = whole(build_page(invented_frame(), facts))

    assert "<script" not in html
    assert "A &amp; B" in html


# --- safety -------------------------------------------------------------------------------------------


COHORT = COHORTS[0].id
CANARIES = {
    (COHORT, "met", "all", "all"): 4321,
    (COHORT, "population", "all", "all"): 57683,
    (COHORT, "cannot_tell", "all", "all"): 1379,
    (COHORT, "met", "sex", "female"): 2468,
    (COHORT, "met", "service", "housing"): 3692,
    (COHORT, "rung:referred", "all", "all"): 3147,
    (COHORT, "attrition:04", "all", "all"): 8642,
    ("_everyone", "seen", "service", "police"): 7913,
}
"""Counts with unlikely digits, none of which its rounded form contains."""


def forms(people):
    """How a number may be written: bare, or with a thousands separator."""
    return (str(people).encode(), f"{people:,}".encode())


def test_no_withheld_digit_reaches_a_byte_of_the_page_or_the_csv():
    """Exact counts are planted; only their rounded forms come out, in text, in charts, in attributes."""
    frame = release(with_people(invented_counts(), CANARIES), POLICY)
    published = whole(build_page(frame, invented_facts())).encode() + safe_counts_csv(frame)

    for people in CANARIES.values():
        assert not any(form in published for form in forms(people)), people
    assert b"4,320" in published
    assert b",4320," in published


@pytest.mark.parametrize("people", [1, 3, 6, 7])
def test_a_small_count_leaves_the_same_bytes_as_any_other(people):
    """Pages made from 2 and from any other hidden count are the same to the byte: nothing can be read from them."""
    cell = (COHORT, "met", "service", "advice_service")
    made = [
        whole(build_page(release(with_people(invented_counts(2_000), {cell: n}), POLICY), invented_facts()))
        for n in (2, people)
    ]

    assert made[0] == made[1]


def test_a_tighter_policy_is_followed_and_named():
    """An ICS may hide up to 10 and round to 10; the page then says so."""
    policy = Policy(hide_up_to_people=10, round_to_people=10)
    frame = release(with_people(invented_counts(), {(COHORT, "met", "service", "housing"): 9}), policy)

    html = whole(build_page(frame, invented_facts(policy=policy)))

    assert "hide10_round10" in html
    assert "from 1 to 14 are hidden" in html  # 11 to 14 would read as 10, which is within the limit
    assert frame.cell(COHORT, "met", "service", "housing").text == "[c]"


def test_a_release_in_which_everything_is_hidden_still_makes_a_page():
    """A tiny area: no key numbers, no claims, and the page says why."""
    counts = invented_counts(300)
    small = {
        (row["cohort"], row["measure"], row["dimension"], row["group"]): 3
        for row in counts.to_pylist()
        if row["cohort"] != "_everyone"
    }

    html = whole(build_page(release(with_people(counts, small), POLICY), invented_facts()))

    assert "The numbers are too small to show." in html
    assert "Clear difference:" not in html


def test_the_same_release_gives_the_same_bytes(tmp_path, htmls):
    """No clock, no chance; the files are what was rendered, and no other file is there."""
    path = write_board_report(tmp_path, build_page(invented_frame(), invented_facts()))

    assert path.name == REPORT_FILE
    written = {
        each.relative_to(tmp_path).as_posix(): each.read_text() for each in tmp_path.rglob("*") if each.is_file()
    }
    assert written == htmls


ALLOWED = (
    "governance.area_folders",
    "cohorts.report",
    "cohorts.measures.estimate",  # formulae, which know no table
    "cohorts.measures.slope",
    "cohorts.measures.standardise",
    "cohorts.words",
    "cohorts.extracts",
    "governance.disclosure",
    "governance.english",
    "governance.settings",
    "governance.store",
)


def test_the_report_cannot_reach_exact_tables():
    """It imports words, disclosure control, settings and the writer of files; from the store only that."""
    for module in Path(cohorts.report.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("cohorts", "governance"):
                assert node.module.startswith(ALLOWED), f"{module.name} imports {node.module}"
                if node.module == "governance.store":
                    assert [alias.name for alias in node.names] == ["write_file"]
            if isinstance(node, ast.Import):
                assert not {alias.name.split(".")[0] for alias in node.names} & {"duckdb", "pyarrow"}
