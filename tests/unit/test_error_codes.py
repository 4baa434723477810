"""Every error code that the product can print is explained, and means one thing."""

import re
from collections import defaultdict
from pathlib import Path

import governance
from flows.explaining import error_texts, explain_code
from flows.reference_errors import MOMENTS, moment_of, what_to_do_page

PRODUCT = Path(governance.__file__).parent.parent
CODES = {
    code
    for package in ("governance", "linkage", "cohorts", "flows")
    for path in (PRODUCT / package).rglob("*.py")
    for code in re.findall(r'(?m)(?:code=|^[A-Z_]+ = )"(E-[A-Z0-9-]+)"', path.read_text(encoding="utf-8"))
}
"""Those that are given where the error is made, and those that have a name because others ask for them."""


def test_every_code_in_the_code_is_explained():
    """`joinedup explain` knows each code that stands anywhere in the four packages."""
    explained = {text.code for text in error_texts()}

    assert len(CODES) > 40
    assert sorted(CODES - explained) == []


def test_every_explanation_has_words():
    """Parts that are filled in when it happens leave an ellipsis; the reason and one of the others never do."""
    thin = [text.code for text in error_texts() if not (_says(text.why) and _says(text.what + text.fix))]

    assert thin == []


def _says(words):
    return re.search(r"[A-Za-z]{3}", words)


def test_a_code_ends_with_one_exit_code():
    """A scheduler that knows the code knows how the command ends."""
    ends = defaultdict(set)
    for text in error_texts():
        ends[text.code].add(text.exit_code)

    # A pseudonym that is not unique is the extract's fault for records and ours for persons; memory that runs out
    # is the extract's size while reading and the step's need later.
    assert {code for code, found in ends.items() if len(found) > 1} <= {"E-PSEUDONYM", "E-MEMORY"}


def test_what_waits_is_not_to_be_reported():
    """A month that awaits an extract or a list ends with 1, and its page does not ask anybody to report it."""
    waits = {text.code for text in error_texts() if text.exit_code == 1}
    rows = [line for line in what_to_do_page().splitlines() if any(line.startswith(f"| `{code}`") for code in waits)]

    assert waits == {"E-EXTRACT-AWAITING", "E-OPTOUT-AWAITING"}
    assert len(rows) == 2
    assert all(line.endswith("| you, then wait |") for line in rows)


def test_codes_have_the_shape_the_ledger_takes():
    """`run_failed` carries the code, so it must fit."""
    assert [code for code in CODES if not re.fullmatch(r"E-[A-Z0-9-]{1,40}", code)] == []


def test_explaining_a_ledger_error():
    """One of them, in full."""
    text = explain_code("e-ledger-broken")

    assert text.startswith("E-LEDGER-BROKEN (ends with exit code 2)")
    assert "nothing is added to a broken one" in text


def test_what_to_do_tells_every_error():
    """Under one moment each, with its fix; a new code lands under the last heading by itself."""
    page = what_to_do_page()

    assert [text.code for text in error_texts() if page.count(f"| `{text.code}` |") == 0] == []
    assert page.count("\n| `E-") == len(error_texts())


def test_every_moment_has_errors():
    """A beginning that fits no code any more is taken out."""
    used = {(moment_of(code), start) for code in CODES for start in moment_of(code)[2] if f"E-{start}" in code}

    assert [start for moment in MOMENTS for start in moment[2] if (moment, start) not in used] == []


def test_a_run_that_rules_block_ends_as_a_refusal():
    """The commonest refusal is no fault of the product."""
    assert {text.exit_code for text in error_texts() if text.code == "E-POLICY"} == {2}
