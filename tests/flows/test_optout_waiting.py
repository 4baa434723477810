"""A run asks who opted out, waits for the answer, and goes on; nothing of anybody's choice is kept."""

import re
import shutil
from datetime import UTC, datetime

import pytest

from flows.engine import run_steps
from flows.run import open_run
from governance.errors import Awaiting
from governance.ledger import Event, Ledger
from governance.store import current, read_manifest
from tests.lib.command import apart, here
from tests.lib.toy import PERIOD, nhs_number

ANSWER = f"optout/{PERIOD}/gp_register.dat"


@pytest.fixture
def asking(toy):
    """The toy project, whose practices apply opt-outs."""
    applies = (
        "  national_data_opt_out: apply\n  cleaned_list: optout/{period}/gp_register.dat\n  max_age_days: 28\n"
        "  unverifiable_records: drop\n"
    )
    path = toy / "sources" / "gp_register.yaml"
    exempt = "  national_data_opt_out: exempt\n  exemption: legal_requirement\n"
    text = path.read_text("utf-8")
    assert exempt in text
    path.write_text(text.replace(exempt, applies), "utf-8")
    return toy


def request(capsys, root, *more):
    """Ask for the practices' cleaned list."""
    return here(capsys, "optout", "request", root, "gp_register", "--mailbox", "X26OT123", *more, "--json")


def answer(root, asked, *, without=()):
    """What the service sends back: the request without the people who opted out."""
    lines = (root / asked["file"]).read_bytes().splitlines(keepends=True)
    path = root / ANSWER
    path.write_bytes(b"".join(line for line in lines if line.strip(b",\n").decode() not in without))


def test_the_request_is_the_exact_file_the_service_takes(asking, capsys):
    """Ten digits, a comma and a line feed each, sorted, named by mailbox, day and number; for its owner only."""
    first, second = request(capsys, asking), request(capsys, asking)
    done = first.json["result"]
    path = asking / done["file"]
    today = datetime.now(UTC).strftime("%d%m%y")

    assert [first.code, second.code] == [0, 0], first.out
    assert [one.json["result"]["file"].rsplit("/", 1)[1] for one in (first, second)] == [
        f"X26OT123-{today}-0001.dat",
        f"X26OT123-{today}-0002.dat",
    ]
    assert re.fullmatch(rb"([0-9]{10},\n){40}", path.read_bytes())
    assert set(path.read_text().replace(",", "").split()) == {nhs_number(number) for number in range(40)}
    assert path.stat().st_mode & 0o777 == 0o600
    assert (done["workflow"], done["recipient"]) == ("SPINE_NTT_UPHOLDING", "X26HC036")
    assert (done["numbers"], done["answer_goes_to"]) == (40, ANSWER)


def test_no_number_is_said_or_recorded(asking, capsys):
    """Neither on the terminal nor in the ledger."""
    done = request(capsys, asking)
    recorded = (asking / "ledger/ledger.jsonl").read_text()

    for number in range(40):
        assert nhs_number(number) not in done.out + recorded
    [entry] = [one for one in Ledger(asking / "ledger").entries() if one.event is Event.OPT_OUTS_REQUESTED]
    assert entry.facts == {"period": PERIOD, "source": "gp_register", "list_sha256": done.json["result"]["sha256"]}


@pytest.mark.parametrize(("numbers", "code"), [("none", "E-OPTOUT-REQUEST"), ("no file", "E-EXTRACT-AWAITING")])
def test_why_nothing_can_be_asked_is_said(asking, capsys, numbers, code):
    """With its own code and remedy, as of any step: what stops the request is no fault inside joinedup."""
    [extract] = (asking / f"extracts/{PERIOD}").glob("gp_*")
    content = extract.read_text("utf-8")
    for number in range(40):
        content = content.replace(nhs_number(number), "")
    extract.write_text(content, "utf-8")
    if numbers == "no file":
        extract.unlink()

    done = request(capsys, asking)

    assert (done.code, done.json["error"]["code"]) == (1 if numbers == "no file" else 3, code)
    assert not list((asking / "optout").rglob("*.dat"))
    assert numbers == "no file" or "`drop` keeps nobody" in done.json["error"]["fix"]


def test_a_source_of_which_nobody_is_left_is_told(asking, capsys):
    """Without numbers there is nothing to ask, and `drop` empties the source; the month would look like any other."""
    [extract] = (asking / f"extracts/{PERIOD}").glob("gp_*")
    content = extract.read_text("utf-8")
    for number in range(40):
        content = content.replace(nhs_number(number), "")
    extract.write_text(content, "utf-8")
    (asking / ANSWER).parent.mkdir(parents=True, exist_ok=True)
    (asking / ANSWER).write_bytes(b"")

    done = here(capsys, "pseudonymise", asking, "--source", "gp_register", "--plain")

    assert done.code == 1
    assert "gp_register: rows came and nobody of them is left: no record has an NHS number" in done.out


def test_a_month_waits_and_goes_on(asking, capsys):
    """Other sources are done meanwhile; nothing is linked; with the answer there the same command finishes."""
    waits = here(capsys, "run", asking, "--plain", "--json")
    assert (waits.code, waits.json["error"]["code"]) == (1, "E-OPTOUT-AWAITING")
    assert "optout request DIR gp_register" in waits.json["error"]["fix"]
    assert (asking / f"zones/linkage/{PERIOD}/in/housing/current").exists()
    assert not (asking / f"zones/linkage/{PERIOD}/in/gp_register").exists()
    assert not (asking / f"zones/linkage/{PERIOD}/out").exists()
    ended = [entry for entry in Ledger(asking / "ledger").entries() if entry.event is Event.RUN_AWAITS]
    assert [entry.facts.get("source", entry.facts["step"]) for entry in ended] == ["gp_register", "period"]

    gone = nhs_number(3)
    answer(asking, request(capsys, asking).json["result"], without={gone})
    done = here(capsys, "run", asking, "--plain", "--json")
    assert done.code in (0, 1), done.out
    assert done.json["result"]["pages"]["board_report"]
    receipt = read_manifest(current(asking / f"zones/source/gp_register/{PERIOD}"))
    assert {name: receipt["opt_outs"][name] for name in ("sent", "returned", "removed", "never_sent")} == {
        "sent": 40, "returned": 39, "removed": 1, "never_sent": 0,
    }  # fmt: skip
    applied = [entry.facts for entry in Ledger(asking / "ledger").entries() if entry.event is Event.OPT_OUTS_APPLIED]
    assert {facts["source"]: facts["status"] for facts in applied} == {"gp_register": "applied", "housing": "exempt"}
    assert [facts["list_sha256"] for facts in applied if facts["status"] == "applied"] == [
        receipt["opt_outs"]["list_sha256"]
    ]


def test_it_waits_through_the_orchestrator_too(asking):
    """As a scheduled run would, in a process of its own."""
    done = apart("run", asking, "--json", seconds=300)

    assert (done.code, done.json["error"]["code"]) == (1, "E-OPTOUT-AWAITING"), done.err
    assert (asking / f"zones/linkage/{PERIOD}/in/housing/current").exists()


def test_people_say_waiting_not_failed(asking, capsys):
    """The first word of the message."""
    done = here(capsys, "pseudonymise", asking, "--source", "gp_register", "--plain")

    assert done.code == 1
    assert done.err.startswith("Waiting (E-OPTOUT-AWAITING)")


def test_several_sources_wait_together(asking, capsys):
    """Each is named with the place where its list is looked for."""
    path = asking / "sources" / "housing.yaml"
    shutil.copy(asking / "sources" / "gp_register.yaml", asking / "kept.yaml")
    text = path.read_text("utf-8").replace(
        "  national_data_opt_out: exempt\n  exemption: legal_requirement\n",
        "  national_data_opt_out: apply\n  cleaned_list: optout/{period}/housing.dat\n  max_age_days: 28\n"
        "  unverifiable_records: drop\n",
    )
    path.write_text(text.replace("confidential_patient_information: false", "confidential_patient_information: true"))
    done = here(capsys, "run", asking, "--plain", "--json")

    assert (done.code, done.json["error"]["code"]) == (1, "E-OPTOUT-AWAITING")
    faults = [fault["what"] for fault in done.json["error"]["faults"]]
    assert [fault.split(":")[0] for fault in faults] == ["gp_register", "housing"]
    assert f"optout/{PERIOD}/housing.dat" in faults[1]


def test_the_services_error_file_is_not_taken_for_an_answer(asking, capsys):
    """One line that is no number: nobody is removed because of it."""
    request(capsys, asking)
    (asking / ANSWER).write_bytes(b"ERROR: invalid NHS number in file\n")
    done = here(capsys, "pseudonymise", asking, "--source", "gp_register", "--plain", "--json")

    assert (done.code, done.json["error"]["code"]) == (3, "E-OPTOUT-LIST")
    assert "error file" in done.json["error"]["fix"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("housing", "--mailbox", "X26OT123"), "E-OPTOUT-EXEMPT"),
        (("gp_register", "--mailbox", "../up"), "E-OPTOUT-MAILBOX"),
        (("gp_register", "--mailbox", "x26ot123"), "E-OPTOUT-MAILBOX"),
        (("nowhere", "--mailbox", "X26OT123"), "E-CONFIG-SOURCE"),
    ],
)
def test_what_cannot_be_asked(asking, capsys, words, code):
    """Refused with nothing written."""
    done = here(capsys, "optout", "request", asking, *words, "--json")

    assert (done.code, done.json["error"]["code"]) == (3, code)
    assert not (asking / "optout").exists()


def test_opt_out_status_is_stored_nowhere(asking, capsys):
    """After a whole month, the number of somebody who opted out stands in no file but the extract and the request."""
    gone = nhs_number(3)
    answer(asking, request(capsys, asking).json["result"], without={gone})
    assert here(capsys, "run", asking, "--plain").code in (0, 1)
    shutil.rmtree(asking / f"optout/{PERIOD}/requests")
    holding = [
        path.relative_to(asking).as_posix()
        for path in sorted(asking.rglob("*"))
        if path.is_file() and gone.encode() in path.read_bytes()
    ]

    assert holding == [f"extracts/{PERIOD}/gp_register.csv"]


def test_waiting_is_no_failure_of_the_step(asking):
    """It carries what to do, and ends with exit code 1 whoever starts it."""
    with pytest.raises(Awaiting) as waits:
        run_steps(open_run(asking, PERIOD), [("period", "")], plain=True)

    assert waits.value.exit_code == 1
