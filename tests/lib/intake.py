"""A made-up source of a people file and an events file, and the folder it delivers to."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from governance.intake.extracts import Intake, read_extracts
from governance.keys.ring import Secret
from governance.settings import Source

PERIOD = "2025-09"
RECORD_KEY = Secret(bytes(range(32)))

PEOPLE_COLUMNS = {
    "person_ref": {"class": "direct_identifier", "role": "record_id"},
    "nhs_number": {"class": "direct_identifier", "role": "nhs_number"},
    "surname": {"class": "direct_identifier", "role": "surname"},
    "born": {"class": "direct_identifier", "role": "date_of_birth", "format": "%d/%m/%Y | %Y-%m-%d"},
    "postcode": {"class": "direct_identifier", "role": "postcode", "missing": ["NK"]},
    "sex": {"class": "quasi_identifier", "role": "sex", "values": {"1": "male", "2": "female", "9": ""}},
    "notes": {"class": "free_text"},
}
EVENT_COLUMNS = {
    "person_ref": {"class": "direct_identifier", "role": "record_id"},
    "opened": {"class": "event_field"},
    "closed": {"class": "event_field"},
    "kind": {"class": "event_field"},
    "clerk": {"class": "drop"},
}
EVENTS = [{"kind": "housing.application", "start": "opened", "end": "closed"}]
PEOPLE_HEADER = ",".join(PEOPLE_COLUMNS)
EVENTS_HEADER = ",".join(EVENT_COLUMNS)
ALICE = "p1,999 000 0018,Archer,01/02/1980,nm1 2ab,2,"
BASIL = "p2,9990000026,Bell,1975-12-31,NM12AB,1,"


def people_file(**changes: Any) -> dict[str, Any]:
    """Settings of the people file, ``changes`` on top."""
    path = "extracts/{period}/people.csv"
    return {"id": "people", "path": path, "grain": "people", "columns": PEOPLE_COLUMNS} | changes


def events_file(**changes: Any) -> dict[str, Any]:
    """Settings of the events file, ``changes`` on top."""
    path = "extracts/{period}/cases.csv"
    return {"id": "cases", "path": path, "grain": "events", "columns": EVENT_COLUMNS, "events": EVENTS} | changes


def make_source(*files: dict[str, Any], **changes: Any) -> Source:
    """A housing source with these files (people only, if none are given), ``changes`` on top."""
    settings = {
        "id": "housing",
        "title": "Housing",
        "organisation": "Toyshire Council",
        "sector": "council",
        "one_record_per_person": True,
        "legal": {"article_6": "6(1)(e)", "common_law": {"basis": "statute", "reference": "Housing Act 1996"}},
        "agreement": {
            "id": "DSA-1",
            "start": "2025-01-01",
            "end": "2026-01-01",
            "review": "2025-12-01",
            "data_items": [],
        },
        "opt_outs": {
            "confidential_patient_information": False,
            "national_data_opt_out": "exempt",
            "exemption": "not_cpi",
        },
        "files": list(files) or [people_file()],
        "max_rejected_share": 1.0,
    }
    return Source.model_validate_json(json.dumps(settings | changes))


def deliver(root: Path, contents: Mapping[str, str | bytes], *, period: str = PERIOD) -> Path:
    """Write files by name into the period's extract folder; returns the project folder."""
    folder = root / "extracts" / period
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def table(header: str, *rows: str) -> str:
    """A CSV file's text."""
    return "\n".join([header, *rows]) + "\n"


def read(root: Path, source: Source, *, synthetic: bool = True) -> Intake:
    """The intake of what was delivered."""
    return read_extracts(root, source, PERIOD, record_key=RECORD_KEY, synthetic=synthetic)


def read_people(root: Path, *rows: str, **changes: Any) -> Intake:
    """The intake of a people file of these rows."""
    deliver(root, {"people.csv": table(PEOPLE_HEADER, *rows)})
    return read(root, make_source(people_file(**changes)))


def rows_of(intake: Intake, file: str, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of a file's table in order, without our own columns unless asked for."""
    named = ", ".join(f'"{column}"' for column in columns) if columns else "* EXCLUDE (row_no, record_id)"
    return intake.con.execute(f"SELECT {named} FROM file_{file} ORDER BY row_no").fetchall()


def codes(intake: Intake) -> list[tuple[int, str, str]]:
    """Row number, column and code of every reject."""
    return [(row["row_no"], row["column"], row["code"]) for row in intake.rejects.to_pylist()]
