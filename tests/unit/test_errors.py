"""Errors say what, why and fix, and how the command ends."""

import pickle

import pytest

from governance.contracts import PERSON_INDEX, check_table
from governance.errors import (
    Awaiting,
    BadInput,
    ConfigError,
    ContractError,
    ExtractError,
    Fault,
    InternalError,
    PolicyRefusal,
    ProjectError,
)

FAULT = Fault(what="is missing.", fix="Add it.", file="sources/ed.yaml", line=12)


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [
        (PolicyRefusal, 2),
        (BadInput, 3),
        (ConfigError, 3),
        (ExtractError, 3),
        (ContractError, 3),
        (InternalError, 4),
        (ProjectError, 4),
    ],
)
def test_exit_codes_of_the_contract(kind, exit_code):
    """A scheduler can tell a refusal from bad input from a bug."""
    assert kind("what", why="why", fix="fix").exit_code == exit_code


def test_a_message_reads_from_top_to_bottom():
    """What, each fault on its own line, why, fix."""
    error = ConfigError("The files have 1 fault.", why="It matters.", fix="Mend it.", code="E-CONFIG", faults=[FAULT])

    assert str(error) == (
        "The files have 1 fault.\n    sources/ed.yaml:12: is missing. Add it.\n  Why: It matters.\n  Fix: Mend it."
    )


def test_json_says_the_same():
    """`--json` carries every part of the message."""
    error = BadInput("What.", why="Why.", fix="Fix.", code="E-X", faults=[FAULT])

    assert error.as_dict() == {
        "code": "E-X",
        "what": "What.",
        "why": "Why.",
        "fix": "Fix.",
        "faults": [
            {"what": "is missing.", "fix": "Add it.", "why": "", "file": "sources/ed.yaml", "line": 12, "column": None}
        ],
    }


def test_one_reason_for_several_faults_is_said_once():
    """Below the last of those that stand together; fourteen times the same sentence hides what differs."""
    faults = [Fault(what=what, why=why) for what, why in (("a.", "W."), ("b.", "W."), ("c.", "V."), ("d.", "W."))]

    said = str(BadInput("What.", why="Why.", fix="Fix.", faults=faults)).splitlines()

    assert [line.strip() for line in said[1:-2]] == ["a.", "b.", "Why: W.", "c.", "Why: V.", "d.", "Why: W."]


def test_a_fault_with_a_why_of_its_own_has_it_below_its_line():
    """The line stays as compilers write it."""
    error = BadInput("What.", why="Why.", fix="Fix.", faults=[FAULT, Fault(what="w.", why="It matters.")])

    assert str(error).splitlines() == [
        "What.",
        "    sources/ed.yaml:12: is missing. Add it.",
        "    w.",
        "      Why: It matters.",
        "  Why: Why.",
        "  Fix: Fix.",
    ]


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (Fault(what="w."), "w."),
        (Fault(what="w.", file="a.yaml"), "a.yaml: w."),
        (Fault(what="w.", file="a.yaml", line=3, fix="f."), "a.yaml:3: w. f."),
        (Fault(what="w.", file="a.yaml", line=3, column=5, fix="f."), "a.yaml:3:5: w. f."),
    ],
    ids=["no file", "no line", "no column", "whole"],
)
def test_a_fault_leaves_out_what_it_does_not_know(fault, line):
    """Empty parts leave no stray punctuation."""
    assert str(fault) == line


def test_a_table_that_breaks_its_contract_is_refused_with_every_difference():
    """Missing, extra and wrongly typed columns are told at once, without a value."""
    table = PERSON_INDEX.schema.empty_table().drop_columns(["source"])
    table = table.set_column(0, "record_id", table["record_id"].cast("string"))
    table = table.append_column("surname", table["person_id"])

    with pytest.raises(ContractError) as error:
        check_table(table, PERSON_INDEX)

    assert [fault.what for fault in error.value.faults] == [
        "source missing",
        "surname is not in the contract",
        "record_id expected int64, found string",
    ]


def test_a_table_that_fits_comes_back_in_contract_order():
    """Column order is the contract's."""
    table = PERSON_INDEX.schema.empty_table().select(["person_id", "source", "record_id"])

    assert check_table(table, PERSON_INDEX).column_names == list(PERSON_INDEX.columns)


@pytest.mark.parametrize("kind", [ProjectError, Awaiting, PolicyRefusal, ConfigError, ExtractError, InternalError])
def test_an_error_passes_from_one_process_to_another_whole(kind):
    """What a worker process raises is told by the one that waits for it, and not lost for being an error."""
    error = kind("The files have 1 fault.", why="It matters.", fix="Mend it.", code="E-CONFIG", faults=[FAULT])

    passed = pickle.loads(pickle.dumps(error))  # noqa: S301 - of our own making

    assert type(passed) is kind
    assert passed.as_dict() == error.as_dict()
    assert str(passed) == str(error)
