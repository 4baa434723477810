"""The audit page: everything an IG lead needs, true to what lies on disk, readable by anyone."""

import ast
import re
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from governance import audit
from governance.approval import check_approved
from governance.audit import history_sections
from governance.audit.checks import disagreements, reconcile
from governance.audit.drawing import draw
from governance.audit.evidence import gather
from governance.audit.fate import fate_of
from governance.audit.page import render, write_audit
from governance.audit.protected_section import no_receipt
from governance.audit.singling_section import singling_section
from governance.audit.words import EVENTS, REASONS, ROLES, spaced
from governance.contracts import CONTRACTS
from governance.english import day, joined, moment, month
from governance.intake.reasons import Reason
from governance.keys.ring import KeyRing
from governance.ledger import Event, Ledger
from governance.policy import RULES, check_bundle
from governance.settings import Column, Linkage
from governance.settings.extract import DIRECT_ROLES, QUASI_ROLES
from governance.store import current, publish, read_manifest, write_manifest
from tests.lib.approving import SIGNING, sign_both, sign_first
from tests.lib.governance import (
    AT,
    DAY,
    PERIOD,
    demo_keys,
    edit_config,
    facts_of,
    real_keys,
    write_config,
    write_project,
    write_run,
)


def evidence_of(bundle, **changes):
    """What the page of the made-up project is made from."""
    ring = KeyRing(bundle.root / "keys")
    findings = check_bundle(bundle, facts_of(bundle))
    found = gather(bundle.root, PERIOD, bundle, findings, ring.infos(), check_approved(bundle, ring, DAY), at=AT)
    return replace(found, **changes)


def page_of(bundle):
    """The page as text, as a run would write it."""
    ring = KeyRing(bundle.root / "keys")
    findings = check_bundle(bundle, facts_of(bundle))
    path = write_audit(bundle.root, PERIOD, bundle, findings, ring.infos(), check_approved(bundle, ring, DAY), at=AT)
    assert path == bundle.root / "zones" / "audit" / PERIOD / "ig_audit.html"
    return path.read_text(encoding="utf-8")


class Page(HTMLParser):
    """Elements with their attributes, and text by the section it stands in."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text, self._open, self._section = [], {}, [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag == "section":
            self._section = found["aria-labelledby"]

    def handle_data(self, data):
        words = " ".join(data.split())
        if words:
            self.text[self._section] = f"{self.text.get(self._section, '')} {words}".strip()

    def all(self, tag):
        """Attributes of every element of one kind."""
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """The made-up project after one whole run; tests that change it make their own."""
    return write_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def html(bundle):
    """Its page."""
    return page_of(bundle)


@pytest.fixture(scope="module")
def page(html):
    """Its page, parsed."""
    return Page(html)


@pytest.fixture
def own(tmp_path):
    """A made-up project to spoil."""
    return write_project(tmp_path)


def spoil(folder, change):
    """Publish a folder's manifest again with something changed."""
    facts = read_manifest(current(folder))
    change(facts)
    with publish(folder) as scratch:
        write_manifest(scratch, facts)


def summary_of(bundle):
    """The summary's text."""
    return Page(page_of(bundle)).text["summary"]


# --- what it says -----------------------------------------------------------------------------------------


def test_the_summary_answers_first(page):
    """A verdict each, and one sentence that sums them up."""
    text = page.text["summary"]

    assert "Nothing is wrong, but not everything is settled. Look at: approval." in text
    for verdict in ("Demo only", "Complete", "Passed", "Applied", "Adds up", "Agree", "Verified"):
        assert verdict in text
    assert "Every one of 119,485 rows in 6 files is accounted for." in text


def test_a_signed_project_has_nothing_open(tmp_path):
    """Real keys and a signature: the page says so, and who signed."""
    bundle = write_config(tmp_path, synthetic=False)
    ring = real_keys(bundle)
    sign_both(bundle, ring)
    write_run(bundle)

    found = Page(page_of(bundle))

    assert "Nothing is wrong: what ran is what was approved" in found.text["summary"]
    assert "Approved by A. Lead and C. Guardian. Author: B. Analyst." in found.text["approval"]
    assert "demo" not in found.text["keys"].lower()
    assert "Synthetic" not in page_of(bundle)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("purpose", "population health planning"),
        ("purpose", "Section 251 support: 23/CAG/0123, to 31 December 2026"),
        ("purpose", "DPA 2018 Part 2"),
        ("flow", "266,049 encoded views"),
        ("flow", "19,876 persons found"),
        ("flow", "Board report released"),
        ("columns", "small area, ward, district and deprivation tenth, looked up inside the source"),
        ("encoding", "AES-256 keyed"),
        ("encoding", "sound of both names in either order and year of birth"),
        ("encoding", "match probability of 50%"),
        ("exposure", "Who shares a block with whom 0%"),
        ("exposure", "With a second large source"),
        ("trust", "No source, and nobody who holds a key, works together with the linkage zone."),
        ("keys", "root_a Share of the project root key; any two of three open it Custodian a"),
        ("keys", "anyone can undo what they encode, so only synthetic people"),
        ("opt-outs", "Cleaned list applied; unchecked records kept 18,400 17,577 823 904 6"),
        ("opt-outs", "Exempt: the person consented"),
        ("opt-outs", "GP register Left out here, by a local list 4 0 0 0"),
        ("opt-outs", "Housing and homelessness Left out by the source beforehand, attested"),
        ("reconciliation", "GP register: visits 88,412 84,199 212 3,905 0 0 96"),
        ("reconciliation", "nhs_no NHS number fails its check digit 57"),
        ("rules", f"{len(RULES)} rules were checked: {len(RULES)} passed."),
        ("arrivals", "1 marked below."),
        ("arrivals", "1,338 190 59% More than ever: new records"),
        ("ledger", "37 entries; the first 37 are signed, 0 have been added since."),
        ("ledger", "Cohort results were published in the analysis zone"),
        ("digests", "Fictional areas 2025"),
        ("digests", "sources/housing.yaml"),
    ],
)
def test_every_section_holds_its_facts(page, section, words):
    """One fact at least of every kind the page owes."""
    assert words in page.text[section]


def test_every_column_of_every_source_stands_on_the_page(bundle, page):
    """With its class; nothing that is read is left out."""
    text = page.text["columns"]

    for source in bundle.sources:
        assert f"{source.title}: every column" in text
        assert [name for file in source.files for name in file.columns if name not in text] == []


def test_the_checkpoint_root_is_the_ledgers(bundle, page):
    """Sixteen groups of four, to be read aloud and compared."""
    root = Ledger(bundle.root / "ledger").last_checkpoint().root

    assert spaced(root) in page.text["ledger"]
    assert len(spaced(root).split()) == 16


def test_every_published_digest_stands_on_the_page(bundle, page):
    """Receipts, packages and results."""
    digests = [sha256(path.read_bytes()).hexdigest() for path in (bundle.root / "zones").rglob("manifest.json")]

    assert len(digests) == 19
    assert [digest for digest in digests if digest not in page.text["digests"]] == []


def test_the_page_says_how_to_check_it(page):
    """The stand-alone verifier is named."""
    assert "python verify.py LEDGER_FOLDER PUBLIC_KEY_FILE" in page.text["ledger"]


def test_no_secret_stands_on_the_page(bundle, html):
    """No secret of any key file, in any part."""
    texts = [path.read_text() for path in (bundle.root / "keys").glob("*/*.json")]
    secrets = [found[1] for text in texts if (found := re.search(r'"secret": "([^"]+)"', text))]

    assert len(secrets) == len(KeyRing(bundle.root / "keys").infos()) > 10
    assert not [secret for secret in secrets if secret in html]


def test_the_same_evidence_gives_the_same_page(bundle, html):
    """No clock and no chance in it."""
    assert page_of(bundle) == html


# --- what it notices --------------------------------------------------------------------------------------


def test_rows_that_do_not_add_up_are_shown(own):
    """In the summary, in the table, and by how many."""
    folder = own.root / "zones" / "source" / "housing" / PERIOD
    spoil(folder, lambda facts: facts["files"]["applications"].update(rejected=5))

    found = Page(page_of(own))

    assert "Does not add up Rows are unexplained in housing: applications." in found.text["summary"]
    assert "No: +3 rows unexplained" in found.text["reconciliation"]
    assert "This period cannot be relied on yet." in found.text["summary"]


def test_a_count_below_zero_does_not_add_up(own):
    """A sum can be right and still be nonsense."""
    folder = own.root / "zones" / "source" / "housing" / PERIOD
    spoil(folder, lambda facts: facts["files"]["applications"].update(rejected=-8, duplicate=20))

    [wrong] = [one for one in reconcile(evidence_of(own)) if not one.holds]

    assert (wrong.source, wrong.unexplained) == ("housing", 0)


@pytest.mark.parametrize(
    ("folder", "change", "sentence"),
    [
        (
            ("linkage", PERIOD, "in", "housing"),
            lambda facts: facts["tables"]["view"].update(rows=1),
            "The views package of housing is not the one its receipt names.",
        ),
        (
            ("analysis", PERIOD, "index"),
            lambda facts: facts.update(persons=1),
            "Person index: not in the ledger as it stands now.",
        ),
        (
            ("analysis", PERIOD, "cohorts"),
            lambda facts: facts.update(config_sha256="0" * 64),
            "Cohort results: made under another version of the config.",
        ),
        (
            ("analysis", PERIOD, "in", "police"),
            lambda facts: facts.update(kid="aaaaa"),
            "Payload of police: made under a key this project does not hold.",
        ),
        (
            ("source", "gp_register", PERIOD),
            lambda facts: facts["opt_outs"].update(removed=0),
            "gp_register says that opt-outs removed people, but its row counts say otherwise, or the reverse.",
        ),
    ],
    ids=["package swapped", "index swapped", "other config", "other key", "opt-outs"],
)
def test_what_does_not_fit_together_is_shown(own, folder, change, sentence):
    """Each disagreement is a sentence in its section, and the summary turns."""
    spoil(own.root.joinpath("zones", *folder), change)

    found = Page(page_of(own))

    assert sentence in disagreements(evidence_of(own))
    assert sentence in found.text["digests"]
    assert "Do not agree" in found.text["summary"]


def test_a_missing_package_is_shown(own):
    """A receipt whose package is gone."""
    (own.root / "zones" / "linkage" / PERIOD / "in" / "police" / "current").unlink()

    assert "police has a receipt, but its views package is missing." in disagreements(evidence_of(own))


def test_a_broken_ledger_is_shown(own):
    """And the page is still made."""
    path = own.root / "ledger" / "ledger.jsonl"
    evidence = evidence_of(own)
    path.write_bytes(path.read_bytes()[:-30])

    ring = KeyRing(own.root / "keys")
    page = write_audit(own.root, PERIOD, own, evidence.findings, ring.infos(), evidence.approval, at=AT)
    text = Page(page.read_text()).text

    assert "Broken" in text["summary"]
    assert "the last line is cut short" in text["ledger"]


def test_blocked_rules_come_first_with_their_fix(own):
    """What to mend stands above what passed."""
    changed = edit_config(own, "project.yaml", lambda data: data.update(direct_care=True))

    text = Page(page_of(changed)).text

    assert "Blocked by PURP-02." in text["summary"]
    assert text["rules"].index("What to mend, and how") < text["rules"].index("Every policy rule")
    assert "Set direct_care to false" in text["rules"]
    assert "project.yaml:" in text["rules"]


def test_a_page_before_anything_ran(tmp_path):
    """Every section says that there is nothing yet; nothing is called wrong."""
    bundle = write_config(tmp_path)
    demo_keys(bundle)

    text = Page(page_of(bundle)).text

    assert "No source has run for this period yet." in text["reconciliation"]
    assert "No report has been released" in text["flow"]
    assert "Has not run" in text["opt-outs"]
    assert "0 of 5 sources have run" in text["flow"]
    assert "Still to run: 5 sources, linking, cohorts and the board report." in text["summary"]


def test_steps_that_have_not_run_are_said_so(tmp_path):
    """A period that stopped after linking."""
    bundle = write_config(tmp_path)
    demo_keys(bundle)
    write_run(bundle, skip=("cohorts", "report"))

    flow = Page(page_of(bundle)).text["flow"]

    assert "Cohorts have not run" in flow
    assert "No report has been released" in flow
    assert "19,876 persons found" in flow


def test_names_in_a_config_cannot_become_html(own):
    """Titles are text."""
    changed = edit_config(own, "sources/housing.yaml", lambda data: data.update(title="<script>x</script>"))

    html = page_of(changed)

    assert "<script" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(("key", "folded"), [("person", True), ("zone_source_police", False)])
def test_a_key_out_of_order_is_never_folded_away(own, key, folded):
    """Keys of sources are folded while all of them are fine."""
    evidence = evidence_of(own)
    keys = tuple(replace(info, state="retiring") if info.id == key else info for info in evidence.keys)

    html = render(replace(evidence, keys=keys))

    assert ("<summary>Keys of 5 sources" in html) == folded
    assert '<strong class="tag bad">Retiring</strong>' in html


# --- what becomes of columns ------------------------------------------------------------------------------


def fate(bundle, source, file, name, linkage=None):
    """The fate of one column of the made-up project."""
    [found] = [one for one in bundle.source(source).files if one.id == file]
    return fate_of(name, found.columns[name], found, linkage or bundle.project.linkage)


@pytest.mark.parametrize(
    ("source", "file", "name", "linkage_zone", "analysis_zone"),
    [
        ("gp_register", "people", "patient_id", "a keyed pseudonym", "a keyed pseudonym"),
        ("gp_register", "people", "surname", "keyed encoding", ""),
        ("gp_register", "people", "dob", "keyed encoding", "the year of birth"),
        ("gp_register", "people", "address_line_1", "", ""),
        ("gp_register", "people", "sex", "keyed encoding", "the category"),
        ("gp_register", "people", "ethnicity", "", "the category"),
        ("gp_register", "visits", "clinician_notes", "", ""),
        ("gp_register", "visits", "type", "", "the kind of an event (its code decides)"),
        ("gp_register", "visits", "result", "", "the outcome of an event"),
        ("emergency_care", "attendances", "ambulance_crew", "", ""),
        ("housing", "applications", "applied", "", "the start date of an event and the first date of a need"),
        ("housing", "applications", "household_size", "", ""),
        ("housing", "applications", "last_postcode", "keyed encoding", ""),
    ],
)
def test_what_becomes_of_a_column(bundle, source, file, name, linkage_zone, analysis_zone):
    """One column of every kind."""
    found = fate(bundle, source, file, name)

    assert (found.to_linkage, found.to_analysis) == (linkage_zone, analysis_zone)
    assert found.remark or found.to_linkage or found.to_analysis


def test_fields_the_settings_do_not_use_stay_in_the_source(bundle):
    """A project that links on names and birth dates encodes no telephone numbers."""
    few = Linkage(rules=[rule for rule in Linkage().rules if rule.id == "dob_initials"], compare=["name"])

    assert fate(bundle, "housing", "applications", "mobile", few).to_linkage == ""
    assert fate(bundle, "housing", "applications", "born", few).to_linkage == "keyed encoding"
    assert fate(bundle, "housing", "applications", "applicant", few).to_linkage == "keyed encoding"


def test_identifiers_in_an_events_file_go_nowhere(bundle):
    """Linkage takes them from the people file."""
    [visits] = [file for file in bundle.source("gp_register").files if file.id == "visits"]
    column = Column.model_validate({"class": "direct_identifier", "role": "postcode"})

    assert fate_of("postcode", column, visits, bundle.project.linkage).remark.endswith("stays in the source.")


def test_the_fate_of_what_is_sent_is_in_the_contracts():
    """The page promises a year of birth and areas; the payload's contract holds them, and no more of a person."""
    promised = {"birth_year", "sex", "ethnic_group", "small_area", "ward", "district", "deprivation_decile"}

    others = {"record_id", "no_fixed_address", "death_month", "household", "address_kind", "first_language"}
    assert promised | others == set(CONTRACTS["record_person"].columns)


# --- words ------------------------------------------------------------------------------------------------


def test_the_page_has_words_for_every_code():
    """Reasons, events and roles that other parts can write."""
    assert set(REASONS) == set(Reason)
    assert set(EVENTS) == set(Event)
    assert set(ROLES) >= DIRECT_ROLES | QUASI_ROLES


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (day("2025-10-04"), "4 October 2025"),
        (month("2025-12"), "December 2025"),
        (moment("2025-10-04T09:30:00+00:00"), "4 October 2025, 09:30 UTC"),
        (moment("2025-10-04T09:30:00.123456Z"), "4 October 2025, 09:30 UTC"),
        (moment("2025-07-04T09:30:00+01:00"), "4 July 2025, 09:30 +01:00"),
        (joined([]), ""),
        (joined(["a"]), "a"),
        (joined(["a", "b", "c"]), "a, b and c"),
    ],
)
def test_words_are_british_and_plain(made, words):
    """Dates as people write them, lists as people say them."""
    assert made == words


# --- for every reader -------------------------------------------------------------------------------------


def test_the_page_stands_alone(page, html):
    """No script, nothing fetched from anywhere."""
    assert not page.all("script") + page.all("link") + page.all("img") + page.all("iframe")
    assert not re.search(r"https?://|url\(|@import|\son\w+=", html)


def test_the_page_is_one_outline(page):
    """A language, a title, one main heading, no level left out."""
    assert page.all("html") == [{"lang": "en-GB"}]
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_ids_are_unique_and_every_link_arrives(page):
    """Also what labels a region or a section."""
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    targets = [attrs["href"] for attrs in page.all("a")]
    labels = [attrs["aria-labelledby"] for _, attrs in page.elements if "aria-labelledby" in attrs]

    assert len(ids) == len(set(ids))
    assert {target.removeprefix("#") for target in targets} | set(labels) <= set(ids)


def test_every_table_scrolls_in_a_region_of_its_own(page):
    """Focusable, named by the caption, with headers for columns and rows."""
    regions = [attrs for attrs in page.all("div") if attrs.get("class") == "scroll"]
    captions = [attrs["id"] for attrs in page.all("caption")]

    assert len(page.all("table")) == len(regions) == len(captions)
    assert [attrs["aria-labelledby"] for attrs in regions] == captions
    assert {(attrs["role"], attrs["tabindex"]) for attrs in regions} == {("region", "0")}
    assert {attrs.get("scope") for attrs in page.all("th")} == {"col", "row"}


def test_tags_say_in_words_what_colour_says(page, html):
    """Every tag has text of its own."""
    tags = [attrs for attrs in page.all("strong") if attrs.get("class", "").startswith("tag")]

    assert len(tags) > 20
    assert re.findall(r'<strong class="tag \w+">\s*</strong>', html) == []


STYLE = (Path(audit.__file__).parent / "templates" / "audit.css").read_text()


def contrast(front, back):
    """Contrast ratio of WCAG 2.2."""

    def luminance(colour):
        digits = colour.lstrip("#")
        digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(front), luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_has_enough_contrast():
    """4.5 to 1 for every pair of colours the page writes in."""
    named = dict(re.findall(r"--(\w+): (#\w+)", STYLE))
    pairs = [(named[front], back) for front in ("ink", "quiet", "link") for back in ("#ffffff", named["band"])]
    pairs += re.findall(r"\.tag\.\w+ \{ color: (#\w+); background: (#\w+)", STYLE)

    assert len(pairs) == 10
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


def test_the_auditor_imports_nothing_it_audits():
    """Neither the packages whose work it checks, nor what reads extracts and applies opt-outs."""
    imported = {
        node.module
        for path in Path(audit.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
    }

    audited = ("linkage", "cohorts", "flows", "governance.intake", "governance.optout", "governance.disclosure")
    assert not [name for name in imported if name.startswith(audited)]


# --- approvals, clocks and history ------------------------------------------------------------------------


def test_the_drawing_is_of_what_ran(tmp_path):
    """Every source, an arrow for each package, tables with their rows; what did not run is drawn as absent."""
    bundle = write_config(tmp_path)
    demo_keys(bundle)
    write_run(bundle, skip=("cohorts", "report"))

    drawing = draw(evidence_of(bundle))

    assert [arrow.kind for arrow in drawing.arrows].count("views") == 5
    assert [arrow.kind for arrow in drawing.arrows].count("payload") == 5
    assert [arrow.kind for arrow in drawing.arrows].count("index") == 1
    assert "counts" not in [arrow.kind for arrow in drawing.arrows]
    assert {box.title: box.absent for box in drawing.boxes}["Public"] is True
    assert "5 of 5 sources ran." in drawing.words
    assert "nothing was released" in drawing.words


def test_a_source_that_the_month_went_on_without_is_not_waited_for(bundle):
    """The ledger says so of this month: no box and no table calls it one that has still to run."""
    gone = bundle.sources[0]
    whole = evidence_of(bundle)
    receipts = {name: found for name, found in whole.receipts.items() if name != gone.id}
    line = {"event": "source_absent", "facts": {"period": PERIOD, "source": gone.id}}

    def told(period):
        entry = line | {"facts": line["facts"] | {"period": period}}
        entries = (*whole.ledger.entries, entry)
        evidence = replace(whole, receipts=receipts, ledger=replace(whole.ledger, entries=entries))
        drawing = draw(evidence)
        [box] = [box for box in drawing.boxes if box.title == gone.title[:32]]
        return str(box.lines), drawing.words, no_receipt(evidence, gone.id).text

    box, words, cell = told(PERIOD)
    assert "no extract came" in box
    assert f"No extract came of {gone.title}, and the month went on without." in words
    assert cell == "No extract came"
    box, words, cell = told("2001-01")
    assert "has not run" in box
    assert "No extract came" not in words + cell


def test_no_box_of_the_drawing_lies_on_another(bundle):
    """Whatever the number of sources."""
    boxes = draw(evidence_of(bundle)).boxes

    for at, one in enumerate(boxes):
        for other in boxes[:at]:
            apart = one.left >= other.left + other.width or other.left >= one.left + one.width
            assert apart or one.top >= other.top + other.height or other.top >= one.top + one.height


def test_a_long_name_is_cut_and_its_count_is_not(own):
    """In a drawing only."""
    folder = own.root / "zones" / "analysis" / PERIOD / "cohorts"
    spoil(
        folder,
        lambda facts: facts["tables"].update({"a_table_of_which_the_name_is_far_too_long_for_it": {"rows": 1234}}),
    )

    lines = [line for box in draw(evidence_of(own)).boxes for _, line in box.lines]

    assert "a_table_of_which_the_name_is_…: 1,234" in lines
    assert max(map(len, lines)) <= 37


def test_the_drawing_has_its_words_beside_it(page):
    """An image with a name and a description, both on the page for everybody."""
    [svg] = page.all("svg")
    ids = {attrs["id"] for _, attrs in page.elements if "id" in attrs}

    assert svg["role"] == "img"
    assert {svg["aria-labelledby"], svg["aria-describedby"]} <= ids
    assert "5 of 5 sources ran. 5 sent encoded views" in page.text["flow"]


def test_what_the_approval_changed_stands_on_the_page(tmp_path):
    """The diff of the last two approvals, the riskiest first."""
    bundle = write_config(tmp_path, synthetic=False)
    ring = real_keys(bundle)
    sign_both(bundle, ring)
    changed = edit_config(bundle, "project.yaml", lambda data: data.update(retention_months=60))
    sign_first(changed, ring, replace(SIGNING, second="", at="2025-10-14T10:00:00+00:00"))
    write_run(changed)

    text = Page(page_of(changed)).text

    assert "From the approval of 2025-10-14 by A. Lead and C. Guardian to the approval of" in text["changes"]
    assert "How many months results are kept was 24; now 60." in text["changes"]
    assert "One change; it identifies people more" in text["summary"]


def test_changes_that_nobody_approved_stand_on_the_page(tmp_path):
    """The files against the last approval."""
    bundle = write_config(tmp_path)
    ring = demo_keys(bundle)
    sign_both(bundle, ring)
    changed = edit_config(bundle, "project.yaml", lambda data: data.update(retention_months=60))

    text = Page(page_of(changed)).text["changes"]

    assert "to the files as they are now, which nobody has approved" in text
    assert "now 60" in text


def test_a_first_approval_has_nothing_before_it(page):
    """And says so."""
    assert "There is no earlier approval to compare with" in page.text["changes"]


def test_clocks_that_are_due_are_not_folded_away(own):
    """The summary warns, and the table stands open."""
    (own.root / "extracts" / "2010-01").mkdir(parents=True)

    found = Page(page_of(own))

    assert "1 datasets are due for destruction; the oldest was to be gone by" in found.text["summary"]
    assert "1 are due: run `joinedup retain DIR`." in found.text["retention"]


def test_runs_are_told_with_their_end(own):
    """A run without an end is told as one."""
    ledger = Ledger(own.root / "ledger", KeyRing(own.root / "keys").signing("signer", DAY))
    ledger.append(Event.RUN_STARTED, at=AT, period=PERIOD, step="link", config_sha256=own.digest, approval="demo")
    ledger.append(Event.RUN_FAILED, at=AT, period=PERIOD, step="link", code="E-MEMORY")
    ledger.append(Event.RUN_STARTED, at=AT, period=PERIOD, step="link", config_sha256=own.digest, approval="demo")
    ledger.checkpoint(at=AT)

    text = Page(page_of(own)).text["history"]

    assert "Finished" in text
    assert "Failed: E-MEMORY" in text
    assert "No end recorded: cut off, or going on" in text


def test_the_run_that_writes_the_page_is_not_told_as_cut_off(own):
    """It cannot have ended yet; an earlier one that was cut off is told as such."""
    ledger = Ledger(own.root / "ledger", KeyRing(own.root / "keys").signing("signer", DAY))
    for _ in range(2):
        ledger.append(Event.RUN_STARTED, at=AT, period=PERIOD, step="audit", config_sha256=own.digest, approval="demo")
    ledger.checkpoint(at=AT)

    text = Page(page_of(own)).text["history"]

    assert text.count("Going on: it wrote this page") == 1
    assert text.count("No end recorded") == 1


def test_who_could_be_singled_out_is_told_with_the_ceilings(page):
    """In a sentence and a table: what a neighbour may know, and what dates add."""
    text = page.text["singling-out"]

    assert (
        "11.1% of people share birth year, sex, ethnic group, first language and small area with nobody (ceiling 20%)"
        in text
    )
    assert "24.7% with fewer than four others (ceiling 40%)" in text
    assert "finds 96.2% of people" in text


def test_before_cohorts_ran_nobody_was_measured(tmp_path):
    """And the page says what measures it."""
    bundle = write_config(tmp_path)
    demo_keys(bundle)
    write_run(bundle, skip=("cohorts", "report"))

    assert "This was not measured for this period yet" in Page(page_of(bundle)).text["singling-out"]


def test_what_the_home_token_adds_is_told(page, own):
    """Of made-up people where no home is told; of the period's own people, beside them, where one is."""
    text = page.text["singling-out"]
    assert "This project sends nothing that says who shares a home." in text
    assert "finds 2.5% of made-up people with the token, and 0.0% without it" in text

    rungs = ("seen", "seen_home_size", "seen_home_seen", "home_size", "home_seen", "home_attributes", "home_graph")
    facts = {rung: {"unique": n / 10, "under_5": n / 10 + 0.05} for n, rung in enumerate(rungs)}
    facts |= {name: {"unique": 0.111, "under_5": 0.247} for name in ("attributes", "three_dates", "three_rarest_dates")}
    told = own.project.model_copy(update={"households": True})
    bundle = SimpleNamespace(root=own.root, project=told, policy=own.policy)
    section = singling_section(SimpleNamespace(bundle=bundle, cohorts=SimpleNamespace(facts={"singling_out": facts})))
    sentence, measured, made_up = section.blocks[-3:]

    assert "finds 20.0% of people with the token, and 0.0% without it" in sentence.text
    assert "No ceiling is held against this" in sentence.text
    assert [row[1] for row in measured.rows] == ["without", "with", "with", "without", *["with"] * 4]
    assert [row[2].text for row in measured.rows][-1] == "60.0%"
    assert made_up.caption.startswith("Measured on 200,000 made-up people")


def test_every_event_about_keys_or_people_is_in_the_history():
    """A new kind of event is either part of a run, or something that somebody was let do."""
    of_a_run = {
        *("run_started", "run_finished", "run_failed", "run_awaits", "extract_read", "opt_outs_applied"),
        *("source_absent",),
        *("opt_outs_requested", "protected_left_out", "package_published", "linked", "person_index_published"),
        *(
            "index_rekeyed",
            "older_records_destroyed",
            "cohorts_published",
            "report_released",
            "report_staged",
            "scorecards_written",
        ),
        *("audit_written", "proposals_written", "files_announced", "files_recorded", "policy_refused"),
        "files_sealed_anew",
    }

    assert {*history_sections._ACCESS} | of_a_run >= {event.value for event in Event}
    assert not {*history_sections._ACCESS} & of_a_run
