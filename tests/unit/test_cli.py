"""The command line says what it takes, what it did, and what went wrong, to people and to programs."""

import json
import os
import shutil
from pathlib import Path

import pytest

from flows.commands.output import show_error
from flows.commands.paths import misplaced
from flows.pages import page_lines
from flows.pages import pages as pages_of
from flows.reference import commands, pages
from governance.code_version import code_version
from governance.errors import BadInput, Fault, InternalError
from tests.lib.command import REPOSITORY, apart, here
from tests.lib.toy import PERIOD

COMMANDS = dict(commands())
WANTED = {
    "retain",
    *(
        "init",
        "check",
        "approve",
        "waive",
        "checked",
        "pseudonymise",
        "link",
        "cohorts",
        "report",
        "release",
        "audit page",
        "run",
        "evaluate",
        "explain",
    ),
    *("schema", "demo", "serve", "diagnose", "keys new", "keys list", "keys verify", "bands build", "exposure"),
    *(
        "quality",
        "find",
        "status",
        "rollback",
        "doctor",
        "attrition",
        "since",
        "audit verify",
        "audit prove",
        "audit export",
        "audit affected",
        "optout request",
    ),
    *("diff", "package export", "package import", "source add"),
    *("keys issue", "keys recover", "keys rotate", "keys rekey", "keys destroy"),
    "audit evidence",
    *("review approve", "review export", "review open", "review import"),
    *("voices form", "voices import", "voices withdraw", "voices list"),
}


def test_every_command_of_the_design_is_there():
    """And no other."""
    assert set(COMMANDS) == WANTED


def test_help_wraps_where_the_terminal_ends():
    """A docstring is wrapped for its file; shown as it is, every other line would be a stump."""
    broken = [
        name for name, command in COMMANDS.items() if any("\n" in one for one in (command.help or "").split("\n\n"))
    ]

    assert broken == []
    assert "\n\n" in COMMANDS["serve"].help, "the control: paragraphs stay"


@pytest.mark.parametrize("name", sorted(WANTED))
def test_every_command_and_option_has_help(name):
    """A tired analyst finds out what a command does from the command itself."""
    command = COMMANDS[name]

    assert len(command.help.split()) > 5
    assert [param.name for param in command.params if not getattr(param, "help", "")] == []


@pytest.mark.parametrize("name", sorted(WANTED))
def test_every_command_takes_json(name):
    """Any command can be used by a program."""
    assert "--json" in [option for param in COMMANDS[name].params for option in param.opts]


@pytest.mark.parametrize("name", sorted(WANTED))
def test_every_command_is_documented(name):
    """The reference page has a section for it."""
    assert f"\n## joinedup {name}\n" in (REPOSITORY / "docs" / "reference" / "cli.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(pages()))
def test_generated_reference_pages_are_current(name):
    """If this fails, run `make docs`."""
    assert (REPOSITORY / "docs" / "reference" / name).read_text("utf-8") == pages()[name]()


@pytest.mark.parametrize("name", sorted(WANTED))
def test_help_is_shown_and_ends_well(capsys, name):
    """`joinedup COMMAND --help` is exit code 0."""
    done = here(capsys, *name.split(), "--help")

    assert done.code == 0
    assert "--json" in done.out


def test_without_a_command_help_is_shown(capsys):
    """The bare word `joinedup` is a question."""
    assert (here(capsys).code, "Usage" in here(capsys).out) == (0, True)


@pytest.mark.parametrize(
    "words",
    [["rum", "x"], ["run"], ["run", "x", "--perod", "2026-10"], ["demo", "x", "--people", "many"], ["keys"]],
    ids=["unknown command", "missing argument", "unknown option", "not a number", "missing subcommand"],
)
def test_a_command_that_cannot_be_read_is_bad_input(capsys, words):
    """Exit code 3, not Typer's 2, which means refused by policy here."""
    done = here(capsys, *words)

    assert done.code == 3
    assert "Fix: Run the command with --help" in done.err
    assert done.out == ""


def test_a_misread_command_is_json_too(capsys):
    """A program that mistypes gets JSON back."""
    done = here(capsys, "run", "--json")

    assert (done.code, done.json["error"]["code"], done.json["exit_code"]) == (3, "E-USAGE", 3)
    assert done.err == ""


def test_an_error_says_what_why_and_fix(capsys, toy):
    """On standard error, with its kind and code first."""
    done = here(capsys, "run", toy, "--period", "October", "--plain")

    assert done.code == 3
    assert done.err.startswith("Cannot be done (E-PERIOD)\n")
    assert "  Why: " in done.err
    assert "  Fix: " in done.err


def test_an_error_in_json_has_the_same_facts(capsys, toy):
    """Nothing is said only to people."""
    done = here(capsys, "run", toy, "--period", "October", "--plain", "--json")

    assert set(done.json["error"]) == {"code", "what", "why", "fix", "faults"}
    assert done.json["error"]["code"] == "E-PERIOD"


def test_no_exception_is_shown_with_its_text(capsys, toy, monkeypatch):
    """An exception of a library may quote a record: only its class is told."""

    def fail(_: Path, __: str) -> None:
        raise ValueError("MARKED Jane Roe 9434765919")

    monkeypatch.setattr("flows.checking.check_project", fail)
    done = here(capsys, "check", toy)

    assert done.code == InternalError.exit_code
    assert "MARKED" not in done.out + done.err
    assert "ValueError" in done.err


@pytest.mark.parametrize(
    ("error", "code"),
    [(type("OutOfMemoryException", (Exception,), {}), "E-MEMORY"), (MemoryError, "E-MEMORY")],
    ids=["DuckDB", "Python"],
)
def test_memory_that_ran_out_is_told_by_commands_that_are_no_steps_too(capsys, toy, monkeypatch, error, code):
    """The finder needs as much as a step, and is not one."""

    def full(*_given, **_named):
        raise error("MARKED")

    monkeypatch.setattr("flows.find.find_proposals", full)
    done = here(capsys, "find", toy, "--json")

    assert (done.code, done.json["error"]["code"]) == (4, code)
    assert "MARKED" not in done.out + done.err


def test_ctrl_c_is_told_apart(capsys, toy, monkeypatch):
    """As shells expect, 130."""

    def stop(_: Path, __: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.checking.check_project", stop)

    done = here(capsys, "check", toy)

    assert done.code == 130
    assert done.err.startswith("Stopped (E-STOPPED)")


def test_check_passes_a_sound_project(capsys, toy):
    """Exit code 0, and every rule with its result."""
    done = here(capsys, "check", toy, "--json")

    assert done.code == 0
    assert done.json["result"]["approved"] is True
    assert done.json["result"]["absent"] == []
    rules = done.json["result"]["rules"]
    assert {rule["rule"] for rule in rules} >= {"PURP-01", "NDOO-02", "CRY-04", "OUT-02"}
    # It did not look at what a run makes, so it neither says that nothing has run nor repeats itself for each source.
    later = [rule for rule in rules if rule["result"] == "not_yet"]
    assert len({rule["rule"] for rule in later}) == len(later)
    assert {rule["says"] for rule in later} == {
        f"Looks at what a run makes: add --period {PERIOD} once that month has run."
    }


def test_check_tells_of_keys_and_of_an_approval_that_are_not_there(capsys, toy):
    """They wait for people: no run would bring them."""
    shutil.rmtree(toy / "keys")
    rules = here(capsys, "check", toy, "--json").json["result"]["rules"]

    told = {rule["rule"]: rule["says"] for rule in rules if rule["result"] == "not_yet"}
    assert told["CRY-04"] == "No keys have been made for this project yet."
    assert {told["REV-01"], told["REV-02"]} == {"Nobody has approved this config yet."}


@pytest.mark.parametrize(
    ("covers", "code"), [("2026-10-31", 0), ("2026-11-01", 1), ("2024-01-01\n    to: 2026-10-01", 1)]
)
def test_check_tells_of_a_source_that_speaks_for_no_day_of_the_month(capsys, toy, covers, code):
    """A draft's coverage begins on the day on which it was made; left so, the report could tell nothing by it."""
    path = toy / "sources" / "housing.yaml"
    path.write_text(path.read_text("utf-8").replace("  - from: 2024-01-01", f"  - from: {covers}"), "utf-8")

    done = here(capsys, "check", toy)

    assert done.code == code
    assert ("sources/housing.yaml: `coverage` holds no day of 2026-10" in done.out) == bool(code)


def test_check_warns_of_extracts_that_are_not_there(capsys, toy):
    """Exit code 1: a run would stop there."""
    (toy / "extracts" / PERIOD / "housing.csv").unlink()
    done = here(capsys, "check", toy)

    assert done.code == 1
    assert f"extracts/{PERIOD}/housing.csv" in done.out


def test_check_tells_the_faults_of_all_files_at_once(capsys, toy):
    """A source and a cohort are both wrong: both are told, with file and line."""
    for name, old in (("sources/housing.yaml", "sector: council"), ("cohorts/t01_seen_by_both.yaml", "unit: person")):
        path = toy / name
        path.write_text(path.read_text("utf-8").replace(old, f"{old}s"), encoding="utf-8")
    done = here(capsys, "check", toy, "--json")

    assert done.code == 3
    assert {fault["file"] for fault in done.json["error"]["faults"]} == {
        "sources/housing.yaml",
        "cohorts/t01_seen_by_both.yaml",
    }
    assert all(fault["line"] for fault in done.json["error"]["faults"])


def test_check_refuses_what_policy_forbids(capsys, toy):
    """Exit code 2, with the rule and its place."""
    path = toy / "sources" / "gp_register.yaml"
    path.write_text(path.read_text("utf-8").replace("exemption: legal_requirement", "exemption: not_cpi"), "utf-8")
    done = here(capsys, "check", toy)

    assert done.code == 2
    assert "NDOO-01" in done.err
    assert "sources/gp_register.yaml" in done.err


def test_init_makes_a_project_without_faults(capsys, tmp_path):
    """Its files fit their models, so keys can be made; `check` says what only the owner can fill in, and where."""
    made = here(capsys, "init", tmp_path / "new", "--json")
    keys = here(capsys, "keys", "new", tmp_path / "new", "--json")
    done = here(capsys, "check", tmp_path / "new", "--json")

    assert (made.code, keys.code) == (0, 0)
    assert {path.name for path in (tmp_path / "new" / "schemas").iterdir()} == {
        f"{name}.schema.json" for name in ("project", "policy", "source", "preset", "cohort", "release_record", "board")
    }
    assert (done.code, done.json["error"]["code"]) == (3, "E-CONFIG")
    left = {(fault["file"], fault["what"].partition(":")[0]) for fault in done.json["error"]["faults"]}
    assert {("project.yaml", "id"), ("project.yaml", "report.board")} <= left
    assert ("sources/gp_register.yaml", "legal.common_law.reference") in left
    assert all(fault["line"] > 1 for fault in done.json["error"]["faults"])


def test_a_project_once_filled_in_is_held_to_the_rules(capsys, tmp_path):
    """No CAG number, no assessment of these columns, no word on the disk: what rules refuse, not the models."""
    here(capsys, "init", tmp_path / "new", "--json")
    for path in [*tmp_path.glob("new/*.yaml"), *tmp_path.glob("new/sources/*.yaml")]:
        text = path.read_text("utf-8").replace(" REPLACE", " Our").replace("id: my_project", "id: our_project")
        path.write_text(text, "utf-8")
    done = here(capsys, "check", tmp_path / "new", "--json")

    assert (done.code, done.json["error"]["code"]) == (2, "E-POLICY")
    assert [fault["what"].split()[0] for fault in done.json["error"]["faults"]] == ["LAW-03", "DPIA-01", "STO-01"]


def test_init_leaves_a_project_alone(capsys, toy):
    """What is there is never overwritten."""
    before = (toy / "project.yaml").read_bytes()

    assert here(capsys, "init", toy).code == 3
    assert (toy / "project.yaml").read_bytes() == before


def test_keys_are_made_listed_and_verified(capsys, toy):
    """Real keys for a project; no secret is ever printed."""
    for path in toy.glob("keys/*/*.json"):
        path.unlink()
    made = here(capsys, "keys", "new", toy, "--json")
    listed = here(capsys, "keys", "list", toy, "--json")
    files = [json.loads(path.read_text()) for path in toy.glob("keys/*/*.json")]
    secrets = [content["secret"] for content in files if "secret" in content]

    assert (made.code, listed.code) == (0, 0)
    assert here(capsys, "keys", "verify", toy).code == 0
    assert len(listed.json["result"]["keys"]) == len(secrets) == len(made.json["result"]["made"])
    assert [secret for secret in secrets if secret in made.out + listed.out] == []


def test_keys_verify_names_a_damaged_key(capsys, toy):
    """All that is wrong, by id."""
    path = toy / "keys" / "linkage" / "zone_linkage.json"
    path.write_text(path.read_text().replace('"secret": "', '"secret": "AA'))
    done = here(capsys, "keys", "verify", toy)

    assert done.code == 2
    assert "zone_linkage" in done.err


@pytest.mark.skipif(os.name == "nt", reason="no modes")
def test_keys_that_others_may_open_are_told(capsys, toy):
    """Whole and valid is not all that a key has to be."""
    (toy / "keys" / "approver").chmod(0o755)
    done = here(capsys, "keys", "verify", toy)

    assert (done.code, "Others may open what lies in keys/ (1)" in done.out) == (1, True)


def test_demo_keys_are_refused_for_real_people(capsys, toy):
    """They come from a published seed."""
    path = toy / "project.yaml"
    path.write_text(path.read_text("utf-8").replace("synthetic: true", "synthetic: false"), "utf-8")

    assert here(capsys, "keys", "new", toy, "--demo").code == 2


def test_real_people_need_an_approval_of_the_exact_config(capsys, toy):
    """Unsigned refused, signed by one of two refused, signed by both runs, altered refused."""
    project, source = toy / "project.yaml", toy / "sources" / "housing.yaml"
    project.write_text(
        project.read_text("utf-8").replace("synthetic: true", "synthetic: false").replace("  release: at_once\n", ""),
        "utf-8",
    )
    for path in toy.glob("keys/*/*.json"):
        path.unlink()
    here(capsys, "keys", "new", toy)
    unsigned = here(capsys, "link", toy, "--plain", "--json")
    people = ("--author", "An analyst", "--second", "A Guardian")
    first = here(capsys, "approve", toy, "--approver", "An IG lead", *people, "--json")
    half_signed = here(capsys, "link", toy, "--plain", "--json")
    second = here(capsys, "approve", toy, "--approver", "A Guardian", "--json")
    signed = here(capsys, "link", toy, "--plain", "--json")
    source.write_text(source.read_text("utf-8") + "# a comment\n", "utf-8")
    altered = here(capsys, "link", toy, "--plain", "--json")

    assert (unsigned.code, unsigned.json["error"]["code"]) == (2, "E-APPROVAL-MISSING")
    assert (first.code, first.json["result"]["waiting_for"]) == (1, "A Guardian")
    assert (half_signed.code, half_signed.json["error"]["code"]) == (2, "E-APPROVAL-SECOND")
    assert (second.code, second.json["result"]["waiting_for"]) == (0, "")
    assert signed.json["error"]["code"] == "E-STEP-MISSING"  # past the gate: nothing was pseudonymised yet
    assert (altered.code, altered.json["error"]["code"]) == (2, "E-APPROVAL-ALTERED")


@pytest.mark.parametrize("code", ["E-BUSY", "ndoo-02", "t01_seen_by_both"], ids=["error", "rule", "cohort"])
def test_explain_knows_errors_rules_and_cohorts(capsys, toy, code):
    """One command for whatever a message names."""
    done = here(capsys, "explain", code, "--project", toy, "--json")

    assert done.code == 0
    assert code.lower() in done.json["result"]["text"].lower()


def test_a_cohort_is_explained_beside_the_step_that_runs_it(capsys, toy):
    """``cohorts explain ID`` is what people look for; in English, in SQL and as a plan."""
    there = here(capsys, "cohorts", "explain", "t01_seen_by_both", "--project", toy, "--json")
    same = here(capsys, "explain", "t01_seen_by_both", "--project", toy, "--json")

    assert there.json["result"]["text"] == same.json["result"]["text"]
    for part in ("-- In English:", "WITH\n", "-- DuckDB's plan of the one statement:"):
        assert part in there.json["result"]["text"]


def test_explain_says_when_it_does_not_know(capsys):
    """And where to look."""
    assert here(capsys, "explain", "E-NOTHING").code == 3


def test_a_cohort_that_is_not_the_projects_is_told_with_what_was_probably_meant(capsys, toy):
    """Also that one of the library has to be copied first: it was not read with these sources."""
    near = here(capsys, "cohorts", "explain", "t01_seen_by_boht", "--project", toy)
    library = here(capsys, "cohorts", "explain", "c16_shut_out_of_place", "--project", toy)

    assert near.code == library.code == 3
    assert "Did you mean t01_seen_by_both?" in near.err
    assert "copied from config/library/ into cohorts/" in " ".join(library.err.split())


def test_it_says_its_version(capsys):
    """The first thing that whoever helps will ask for."""
    done = here(capsys, "--version")

    assert (done.code, done.out) == (0, f"joinedup {code_version()}\n")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("schema", "--out=file"), "something else of that name is there already"),
        (("init", "file"), "a file stands where a folder has to be"),
        (("init", "file/new"), "a file stands where a folder has to be"),
    ],
)
def test_a_path_that_leads_nowhere_is_no_internal_error(capsys, tmp_path, monkeypatch, words, reason):
    """Whoever typed it is told which path and why; only their own words are repeated."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("x", "utf-8")
    done = here(capsys, *words, "--json")
    typed = words[-1].removeprefix("--out=")

    assert (done.code, done.json["error"]["code"]) == (3, "E-PATH-TYPED")
    assert done.json["error"]["what"] == f"{typed} cannot be used: {reason}."


def test_a_file_missing_inside_a_project_is_not_taken_for_a_typed_path(toy):
    """That is a promise of ours that did not hold, and is told as one."""
    inside = FileNotFoundError(2, "x", str(toy / "zones" / "linkage" / "current"))

    assert misplaced(inside, ["run", str(toy)]) is None
    assert misplaced(FileNotFoundError(2, "x", "no/file"), ["run", "no/file"]) is not None
    assert misplaced(ValueError("x"), ["run", str(toy)]) is None
    blocked = NotADirectoryError(20, "x", str(toy / "zones" / "linkage" / "current"))
    assert misplaced(blocked, ["run", str(toy)]) is None


@pytest.mark.parametrize("words", [("run", ".", "--period", "2026-10"), ("waive", "STO-02", "--reason", "no disk")])
def test_a_word_that_is_no_path_is_not_taken_for_one(monkeypatch, toy, words):
    """A file that is missing beside it says nothing of a month, a rule or a reason, and none is repeated."""
    monkeypatch.chdir(toy)

    assert misplaced(FileNotFoundError(2, "x", "lookup.csv"), words) is None


@pytest.mark.parametrize("name", ["policy.yaml", "schemas/policy.schema.json"])
def test_init_overwrites_nothing(capsys, tmp_path, name):
    """Not even part of a project without its project file."""
    there = tmp_path / name
    there.parent.mkdir(exist_ok=True)
    there.write_text("mine: true\n", "utf-8")
    done = here(capsys, "init", tmp_path, "--json")

    assert (done.code, done.json["error"]["code"]) == (3, "E-INIT")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [there]


def test_init_in_a_fresh_repository_keeps_what_it_leaves_out(capsys, tmp_path):
    """Many begin with a folder that holds a .gitignore and nothing else."""
    (tmp_path / ".gitignore").write_text("mine\n", "utf-8")

    assert here(capsys, "init", tmp_path).code == 0
    lines = (tmp_path / ".gitignore").read_text("utf-8").splitlines()
    assert lines[0] == "mine"
    assert {"*", "!project.yaml"} < set(lines), "keys and people's data are left out, too"


def test_a_rule_that_is_not_there_is_not_called_a_floor(capsys, toy):
    """A slip of the keyboard is no attempt on a floor."""
    words = ("--until", "2026-12-31", "--reason", "The certificate is on its way.", "--approver", "A, lead")
    slip, floor = (here(capsys, "waive", rule, toy, *words, "--json") for rule in ("STO-20", "OUT-02"))

    assert (slip.code, slip.json["error"]["code"]) == (3, "E-WAIVER-RULE")
    assert (floor.code, floor.json["error"]["code"]) == (2, "E-WAIVER-FLOOR")


def test_a_definition_can_be_read_before_the_first_extract_has_come(capsys, toy):
    """Whoever writes one has none yet."""
    shutil.rmtree(toy / "extracts")

    assert here(capsys, "explain", "t01_seen_by_both", "--project", toy).code == 0


def test_schema_prints_and_writes_the_same(capsys, tmp_path):
    """Schemas of all four kinds of file."""
    printed = here(capsys, "schema", "--json").json["result"]
    here(capsys, "schema", "--out", tmp_path)

    assert {path.name.split(".")[0]: json.loads(path.read_text("utf-8")) for path in tmp_path.iterdir()} == printed


def test_diagnose_says_when_there_is_nothing(capsys, toy):
    """No failure, no file."""
    assert here(capsys, "diagnose", toy).out == "No failure has left details here.\n"
    assert here(capsys, "diagnose", toy, "x.sealed").code == 3


def test_a_console_without_a_character_does_not_fail(toy):
    """Old Windows consoles write cp1252; a name beyond it becomes a question mark."""
    source = toy / "sources" / "housing.yaml"
    source.write_text(source.read_text("utf-8").replace("exemption: legal_requirement", "exemption: not_cpi"), "utf-8")
    source.write_text(
        source.read_text("utf-8").replace(
            "confidential_patient_information: false", "confidential_patient_information: true"
        ),
        "utf-8",
    )
    source.write_text(source.read_text("utf-8").replace("title: Toy housing", "title: \u2602 housing"), "utf-8")
    done = apart("check", toy, PYTHONIOENCODING="cp1252")

    assert done.code == 2
    assert "? housing" in done.err


def test_a_step_alone_tells_of_no_page_it_did_not_make():
    """Pages of later steps are from an earlier run: to print them would pass old results off as new."""
    found = {"board_report": "a.html", "safe_counts": "a.csv", "linkage_report": "b.html", "ig_audit": "c.html"}

    assert page_lines(found, {"pseudonymise"}) == []
    assert [line.split()[-1] for line in page_lines(found, {"link"})[1:]] == ["b.html"]
    assert [line.split()[-1] for line in page_lines(found)[1:]] == ["a.html", "a.csv", "b.html", "c.html"]


def test_every_boards_files_are_named(tmp_path):
    """Not the whole's alone: who looks for the files of one board finds them by its id."""
    content = tmp_path / "zones/public/2026-04/c1"
    for folder, names in (
        ("", ("board_report.html", "board_tables.xlsx")),
        ("boards/north-vale", ("board_report.html", "board_tables.xlsx")),
        ("boards/no-board", ("safe_counts.csv",)),
    ):
        (content / folder).mkdir(parents=True, exist_ok=True)
        for name in names:
            (content / folder / name).touch()
    (content.parent / "current").write_text("c1", "utf-8")
    found = pages_of(tmp_path, "2026-04")

    assert list(found) == [
        "board_report",
        "board_report:north_vale",
        "board_tables",
        "board_tables:north_vale",
        "safe_counts:no_board",
    ]
    assert [line.strip().split("  ")[0] for line in page_lines(found)[1:]] == [
        "Board report",
        "Board report: board north_vale",
        "Its tables, for Excel",
        "Its tables, for Excel: board north_vale",
        "Its counts: people in no board's area",
    ]


def test_an_error_is_printed_as_it_is_written(capsys):
    """A line number between colons is no picture: `:100:` is one to the library that prints."""
    fault = Fault(file="sources/housing.yaml", line=100, what="a fault.")
    error = BadInput("Faults.", why="Why.", fix="Fix.", code="E-CONFIG", faults=[fault])

    show_error(error, "check", as_json=False)

    assert "sources/housing.yaml:100: a fault." in capsys.readouterr().err
