"""A made-up project folder with everything a run leaves behind, without running anything.

Five sources of four sectors; keys are demo keys; receipts, packages, manifests and the ledger are written with
the product's own store and ledger, so that what reads them in tests reads what it reads in life.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from governance.approval import ApprovalStatus, check_approved
from governance.errors import PolicyRefusal
from governance.keys.ring import KeyRing, kid_of, new_keys
from governance.ledger import Event, Ledger
from governance.policy import RunFacts, read_facts
from governance.policy.leaks import Leaks
from governance.settings import Bundle, load_bundle
from governance.store import publish, write_manifest
from tests.lib.paperwork import cover, governance

PERIOD = "2025-09"
DAY = date(2025, 10, 14)
AT = "2025-10-14T09:00:00+00:00"
ENCODED = {
    "name": "two 128-bit sketches, AES-256 keyed, comparable inside one block",
    "date_of_birth": "AES-256 keyed codes of day, month and year, comparable inside one block",
    "postcode": "AES-256 keyed code, comparable inside one block",
    "nhs_number": "AES-256 keyed code, comparable inside one block",
    "sex": "AES-256 keyed code, comparable inside one block",
    "record_id": "AES-256 keyed pseudonym",
}


_PROJECT_ORGANISATION = "Northmoor Integrated Care Board"


def digest(text: str) -> str:
    """A made-up SHA-256."""
    return sha256(text.encode()).hexdigest()


def _direct(role: str, **more: Any) -> dict[str, Any]:
    return {"class": "direct_identifier", "role": role, **more}


def _quasi(role: str, **more: Any) -> dict[str, Any]:
    return {"class": "quasi_identifier", "role": role, **more}


_EVENT, _ATTRIBUTE = {"class": "event_field"}, {"class": "attribute"}
_PEOPLE = {
    "patient_id": _direct("record_id"),
    "nhs_no": _direct("nhs_number"),
    "forename": _direct("forename"),
    "surname": _direct("surname"),
    "previous_surname": _direct("previous_surname"),
    "dob": _direct("date_of_birth", format="%d/%m/%Y"),
    "home_postcode": _direct("postcode"),
    "address_line_1": _direct("address"),
    "sex": _quasi("sex", values={"1": "male", "2": "female"}),
    "ethnicity": _quasi("ethnic_group", values={"A": "white", "H": "asian", "M": "black"}),
}


def _source(
    id_: str,
    title: str,
    organisation: str,
    sector: str,
    *,
    files: list[dict[str, Any]],
    legal: dict[str, Any],
    opt_outs: dict[str, Any],
    **more: Any,
) -> dict[str, Any]:
    items = sorted(
        {
            name
            for file in files
            for name, column in file["columns"].items()
            if column["class"] not in ("drop", "free_text")
        }
    )
    return {
        "id": id_,
        "title": title,
        "organisation": organisation,
        "sector": sector,
        "one_record_per_person": sector == "nhs",
        "legal": _with_flow(legal, organisation),
        "agreement": {
            "id": f"DSA-{id_.upper().replace('_', '-')}-2025",
            "start": "2025-01-01",
            "end": "2027-12-31",
            "review": "2026-12-31",
            "data_items": items,
        },
        "opt_outs": opt_outs,
        "sensitive_records": _PROTECTED_LIST if id_ == "gp_register" else _PROTECTED_ATTESTED,
        "files": files,
        "coverage": [{"from": "2024-01-01"}],
        **more,
    }


def _with_flow(legal: dict[str, Any], organisation: str) -> dict[str, Any]:
    """Section 251 support with the flow from the organisation to the project."""
    if legal["common_law"]["basis"] != "s251":
        return legal
    flow = {"from": organisation, "to": _PROJECT_ORGANISATION, "purpose": "population_health_planning"}
    return legal | {"common_law": legal["common_law"] | {"flows": [flow]}}


_PROTECTED_LIST = {"list": "sensitive/{period}/gp_register.csv", "max_age_days": 28}
_PROTECTED_ATTESTED = {"left_out_by": "Caldicott Guardian", "attested_on": "2025-09-20", "reference": "IG folder 13"}
_TYPE_1 = {"attested_by": "Practice managers", "attested_on": "2025-09-20", "reference": "IG folder 12"}
_APPLY = {
    "confidential_patient_information": True,
    "national_data_opt_out": "apply",
    "max_age_days": 28,
    "unverifiable_records": "keep",
}
_NHS_LAW = {
    "article_6": "6(1)(e)",
    "statutory_function": "NHS Act 2006 s14Z35",
    "article_9": "9(2)(h)",
    "schedule_1": "DPA 2018 Sch 1 para 2",
    "common_law": {"basis": "s251", "reference": "23/CAG/0123", "expires": "2026-12-31"},
}
_COUNCIL_LAW = {
    "article_6": "6(1)(e)",
    "statutory_function": "Homelessness Reduction Act 2017 s10",
    "article_9": "9(2)(g)",
    "schedule_1": "DPA 2018 Sch 1 para 6",
    "common_law": {"basis": "statute", "reference": "Housing Act 1996 Part 7"},
}


def _sources() -> dict[str, dict[str, Any]]:
    gp = _source(
        "gp_register",
        "GP register",
        "Northmoor Integrated Care Board",
        "nhs",
        legal=_NHS_LAW,
        opt_outs=_APPLY | {"cleaned_list": "optout/{period}/gp_register.dat", "type_1": _TYPE_1},
        files=[
            {"id": "people", "path": "extracts/{period}/gp.csv", "grain": "people", "columns": _PEOPLE},
            {
                "id": "visits",
                "path": "extracts/{period}/gp_visits.csv",
                "grain": "events",
                "columns": {
                    "patient_id": _direct("record_id"),
                    "date": _EVENT,
                    "type": _EVENT,
                    "result": _EVENT,
                    "clinician_notes": {"class": "free_text"},
                },
                "events": [
                    {
                        "kind": {"column": "type", "values": {"C": "gp.consultation", "M": "gp.missed"}},
                        "start": "date",
                        "outcome": {"column": "result", "values": {"1": "attended", "2": "dna"}},
                    }
                ],
            },
        ],
        responds_to=["long_term_condition"],
    )
    emergency = _source(
        "emergency_care",
        "Emergency department",
        "Northmoor General Hospital NHS Trust",
        "nhs",
        legal=_NHS_LAW,
        opt_outs=_APPLY | {"cleaned_list": "optout/{period}/emergency_care.dat", "unverifiable_records": "drop"},
        files=[
            {
                "id": "attendances",
                "path": "extracts/{period}/ed.csv",
                "grain": "both",
                "columns": {
                    **{
                        name: _PEOPLE[name] for name in ("nhs_no", "forename", "surname", "dob", "home_postcode", "sex")
                    },
                    "arrival": _EVENT,
                    "diagnosis_group": {**_ATTRIBUTE, "code_system": "other"},
                    "triage_comments": {"class": "free_text"},
                    "ambulance_crew": {"class": "drop"},
                },
                "events": [{"kind": "ed.attendance", "start": "arrival", "code": "diagnosis_group", "crisis": True}],
            }
        ],
    )
    housing = _source(
        "housing",
        "Housing and homelessness",
        "Northmoor Borough Council",
        "council",
        legal=_COUNCIL_LAW,
        opt_outs={"confidential_patient_information": False, "national_data_opt_out": "exempt", "exemption": "not_cpi"},
        files=[
            {
                "id": "applications",
                "path": "extracts/{period}/housing.csv",
                "grain": "both",
                "columns": {
                    "case_ref": _direct("record_id"),
                    "applicant": _direct("full_name"),
                    "born": _direct("date_of_birth"),
                    "last_postcode": _direct("previous_postcode"),
                    "mobile": _direct("phone"),
                    "applied": _EVENT,
                    "outcome": _EVENT,
                    "household_size": _ATTRIBUTE,
                },
                "events": [{"kind": "housing.application", "start": "applied", "code": "outcome"}],
                "needs": [{"need": "homelessness", "from": "applied", "strength": "assessed"}],
            }
        ],
        responds_to=["homelessness"],
    )
    police = _source(
        "police",
        "Police safeguarding notices",
        "Northmoor Constabulary",
        "police",
        legal={
            "article_6": "6(1)(e)",
            "statutory_function": "Police Act 1996 s30",
            "schedule_1": "paragraph 10 (preventing unlawful acts)",
            "law_enforcement_part": 2,
            "common_law": {"basis": "statute", "reference": "Crime and Disorder Act 1998 s115"},
        },
        opt_outs={"confidential_patient_information": False, "national_data_opt_out": "exempt", "exemption": "not_cpi"},
        files=[
            {
                "id": "notices",
                "path": "extracts/{period}/police.csv",
                "grain": "both",
                "columns": {
                    "nominal": _direct("record_id"),
                    "given_name": _direct("forename"),
                    "family_name": _direct("surname"),
                    "dob": _direct("date_of_birth"),
                    "notice_date": _EVENT,
                    "grade": _EVENT,
                },
                "events": [
                    {"kind": "police.safeguarding_notice", "start": "notice_date", "code": "grade", "crisis": True}
                ],
                "needs": [{"need": "vulnerability", "from": "notice_date", "strength": "indicated"}],
            }
        ],
    )
    advice = _source(
        "advice_service",
        "Voluntary advice service",
        "Northmoor Advice",
        "vcse",
        legal={
            "article_6": "6(1)(a)",
            "article_9": "9(2)(a)",
            "common_law": {"basis": "consent", "reference": "Advice consent form version 4, paragraph 2"},
        },
        opt_outs={"confidential_patient_information": True, "national_data_opt_out": "exempt", "exemption": "consent"},
        files=[
            {
                "id": "clients",
                "path": "extracts/{period}/advice.csv",
                "grain": "both",
                "columns": {
                    "client": _direct("record_id"),
                    "name": _direct("full_name"),
                    "email": _direct("email"),
                    "postcode": _direct("postcode"),
                    "opened": _EVENT,
                    "matter": _EVENT,
                },
                "events": [{"kind": "vcse.referral", "start": "opened", "code": "matter"}],
            }
        ],
    )
    return {source["id"]: source for source in (gp, emergency, housing, police, advice)}


def _project(*, synthetic: bool) -> dict[str, Any]:
    return {
        "id": "northmoor",
        "title": "Who falls between our services",
        "organisation": _PROJECT_ORGANISATION,
        "purpose": "population_health_planning",
        "synthetic": synthetic,
        "spine": "gp_register",
        "lookup": {"path": "lookups/area.csv", "edition": "Fictional areas 2025", "sha256": digest("area")},
        "report": {
            "board": "Northmoor health and wellbeing board",
            "area": "Northmoor",
            "contact": "ig@northmoor.example",
        },
        "governance": governance([*_sources()], "population_health_planning", today=DAY),
    }


def write_config(root: Path, *, synthetic: bool = True) -> Bundle:
    """Write the config files of the made-up project and read them back."""
    _write(root / "project.yaml", _project(synthetic=synthetic))
    _write(root / "policy.yaml", {"hide_up_to_people": 7, "round_to_people": 5})
    for name, source in _sources().items():
        _write(root / "sources" / f"{name}.yaml", source)
    _write(root / "cohorts" / "c01.yaml", {"id": "c01", "title": "Homeless and often in the emergency department"})
    cover(root)
    return load_bundle(root)


def edit_config(bundle: Bundle, name: str, change: Callable[[Any], object]) -> Bundle:
    """Change one config file in place and read the project again."""
    path = bundle.root / name
    data = yaml.safe_load(path.read_text())
    change(data)
    _write(path, data)
    return load_bundle(bundle.root)


def _write(path: Path, data: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.dump(data, Dumper=_Plain, sort_keys=False), encoding="utf-8")


class _Plain(yaml.SafeDumper):
    """Repeats what is used twice, where YAML would write anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def demo_keys(bundle: Bundle) -> KeyRing:
    """Demo keys for the project."""
    sources = [source.id for source in bundle.sources]
    new_keys(bundle.root / "keys", project=bundle.project.id, sources=sources, today=DAY, demo=True)
    return KeyRing(bundle.root / "keys")


def real_keys(bundle: Bundle) -> KeyRing:
    """Keys that are not demo keys."""
    sources = [source.id for source in bundle.sources]
    new_keys(bundle.root / "keys", project=bundle.project.id, sources=sources, today=DAY)
    return KeyRing(bundle.root / "keys")


_ROWS = {
    # rows in, rejected, opted out, duplicate
    ("gp_register", "people"): (20_118, 41, 823, 12),
    ("gp_register", "visits"): (88_412, 212, 3_905, 96),
    ("emergency_care", "attendances"): (6_204, 19, 240, 31),
    ("housing", "applications"): (1_410, 8, 0, 4),
    ("police", "notices"): (2_377, 31, 0, 0),
    ("advice_service", "clients"): (964, 2, 0, 1),
}
_REJECTS = {
    "gp_register": [("people", "nhs_no", "nhs_number_check_digit", 57), ("visits", "date", "no_readable_date", 212)],
    "emergency_care": [("attendances", "", "ragged_row", 19), ("attendances", "home_postcode", "postcode_shape", 33)],
    "housing": [("applications", "born", "date_unreadable", 12)],
}


def receipt_of(bundle: Bundle, source_id: str, kid: str, packages: Mapping[str, str]) -> dict[str, Any]:
    """A source's receipt as a run would write it."""
    source, files = bundle.source(source_id), {}
    for file in source.files:
        rows_in, rejected, opted_out, duplicate = _ROWS[source_id, file.id]
        files[file.id] = {
            "rows_in": rows_in,
            "rows_out": rows_in - rejected - opted_out - duplicate,
            "rejected": rejected,
            "opted_out": opted_out,
            "protected": 0,
            "restricted": 0,
            "duplicate": duplicate,
            "sha256": digest(f"{source_id} {file.id}"),
        }
    people = next(files[file.id]["rows_out"] for file in source.files if file.grain != "events")
    rejects = [
        {"file": file, "column": column, "code": code, "rows": rows}
        for file, column, code, rows in _REJECTS.get(source_id, [])
    ]
    return {
        "kind": "receipt",
        "project": bundle.project.id,
        "source": source_id,
        "period": PERIOD,
        "kid": kid,
        "config_sha256": bundle.digest,
        "code_version": "0.1.0+0123456789ab",
        "standardiser": "1",
        "edition": bundle.project.lookup.edition,
        "files": files,
        "rejects": rejects,
        "opt_outs": _opt_outs_of(source),
        "sensitive": _protected_of(source),
        "restricted": {"shipped": "2026.11", "own": "", "columns": 0},
        "records": {"total": people - 60, "no_view": 11, "one_view": 40, "with_nhs_number": (people * 9) // 10},
        "encoded": ENCODED,
        "unmapped": [{"file": "visits", "column": "type", "rows": 18}] if source_id == "gp_register" else [],
        "postcodes_unmatched": 23,
        "packages": dict(packages),
    }


def _opt_outs_of(source: Any) -> dict[str, Any]:
    if source.opt_outs.national_data_opt_out == "exempt":
        return {"status": "exempt", "reason": source.opt_outs.exemption}
    return {
        "status": "applied",
        "sent": 18_400,
        "returned": 17_577,
        "removed": 823,
        "unverifiable": 904,
        "list_sha256": digest(f"list {source.id}"),
        "age_days": 6,
    }


def _protected_of(source: Any) -> dict[str, Any]:
    if source.sensitive_records.path is None:
        return {"status": "attested"}
    return {"status": "applied", "list_hmac": digest("protected"), "age_days": 4, "removed": 0}


def write_run(bundle: Bundle, *, skip: tuple[str, ...] = ()) -> Ledger:
    """Leave behind what a whole period leaves behind; ``skip`` names steps that have not run.

    Steps: linked, cohorts, report.
    """
    ring = KeyRing(bundle.root / "keys")
    ledger = Ledger(bundle.root / "ledger", ring.signing("signer", DAY))
    kid = kid_of(ring.root_info().fingerprint)
    ledger.append(Event.RUN_STARTED, at=AT, period=PERIOD, step="period", config_sha256=bundle.digest, approval="demo")
    for source in bundle.sources:
        _write_source(bundle, source, kid, ledger)
    zones, whole = bundle.root / "zones", {"project": bundle.project.id, "period": PERIOD, "kid": kid}
    steps: dict[str, list[tuple[Event, Path, dict[str, Any]]]] = {
        "linked": [
            (Event.LINKED, zones / "linkage" / PERIOD / "out", _LINK),
            (Event.PERSON_INDEX_PUBLISHED, zones / "analysis" / PERIOD / "index", _INDEX),
        ],
        "cohorts": [(Event.COHORTS_PUBLISHED, zones / "analysis" / PERIOD / "cohorts", _COHORTS)],
        "report": [(Event.REPORT_RELEASED, zones / "public" / PERIOD, _REPORT)],
    }
    for step, outputs in steps.items():
        for event, folder, facts in outputs if step not in skip else []:
            sha = _publish(folder, whole | {"config_sha256": bundle.digest} | facts)
            ledger.append(event, at=AT, period=PERIOD, manifest_sha256=sha)
    ledger.append(Event.RUN_FINISHED, at=AT, period=PERIOD, step="period")
    ledger.checkpoint(at=AT)
    return ledger


_LINK = {
    "kind": "linked",
    "model_sha256": digest("model"),
    "tables": {},
    "arrivals": {
        "gp_register": {"records": 19_182, "new": 310, "alone": 31},
        "housing": {"records": 1_338, "new": 190, "alone": 112},
    },
    "arrivals_months": 4,
    "unusual_arrivals": [{"source": "housing", "what": "new records", "now": 190, "usual": 61}],
}
_INDEX = {
    "kind": "person_index",
    "persons": 19_876,
    "records": {
        "gp_register": 19_182,
        "emergency_care": 5_854,
        "housing": 1_338,
        "police": 2_286,
        "advice_service": 901,
    },
    "no_view": {"gp_register": 11, "emergency_care": 11, "housing": 11, "police": 11, "advice_service": 11},
    "one_view": {"gp_register": 40, "emergency_care": 40, "housing": 40, "police": 40, "advice_service": 40},
    "linked_records": {
        "gp_register": 5_946,
        "emergency_care": 5_444,
        "housing": 1_124,
        "police": 1_806,
        "advice_service": 640,
    },
    "threshold": 0.95,
    "model_sha256": digest("model"),
    "tables": {"person_index": {"rows": 29_561, "sha256": digest("index")}},
}
_COHORTS = {
    "kind": "cohorts",
    "as_of": "2025-10-01",
    "singling_out": {
        "attributes": {"unique": 0.111, "under_5": 0.247},
        "three_dates": {"unique": 0.962, "under_5": 0.991},
        "three_rarest_dates": {"unique": 0.984, "under_5": 0.996},
    },
    "definitions": [{"id": "c01", "version": "1", "title": "Homeless and often in the emergency department"}],
    "tables": {"cohort_count": {"rows": 412, "sha256": digest("counts")}},
}
_RELEASED = {
    "board_report.html": b"<!doctype html><title>Board report</title><p>120 people. ig@northmoor.example</p>",
    "safe_counts.csv": b"cohort,version,measure,dimension,group,people,status\n"
    b"c01,1,met,all,all,120,shown\nc01,1,met,sex,female,65,shown\nc01,1,met,sex,male,[c],hidden\n",
    "safe_measures.csv": b"cohort,version,measure,title,dimension,group,part,whole,unit,denominator,in_every_1000,"
    b"low,high\nc01,1,prevalence,Prevalence,all,all,120,18000,people,people on the register,6.7,,\n",
}
_REPORT = {
    "kind": "report",
    "profile": "hide7_round5",
    "rule": {"kind": "RoundingRule", "hide_up_to_people": 7, "round_to_people": 5},
    "gate": {"attacked": 12, "releases": 1, "scenarios": 0},
    "checkpoint": digest("checkpoint"),
    "files": {name: sha256(content).hexdigest() for name, content in _RELEASED.items()},
}


def _write_source(bundle: Bundle, source: Any, kid: str, ledger: Ledger) -> None:
    zones, facts = bundle.root / "zones", {"period": PERIOD, "source": source.id}
    for file in source.files:
        sha = digest(f"{source.id} {file.id}")
        ledger.append(
            Event.EXTRACT_READ, at=AT, file=file.id, sha256=sha, rows_in=_ROWS[source.id, file.id][0], **facts
        )
    used = _opt_outs_of(source)
    named = {"list_sha256": used["list_sha256"]} if "list_sha256" in used else {"reason": used["reason"]}
    ledger.append(Event.OPT_OUTS_APPLIED, at=AT, status=used["status"], **facts, **named)
    ledger.append(Event.PROTECTED_LEFT_OUT, at=AT, status=_protected_of(source)["status"], **facts)
    records = receipt_of(bundle, source.id, kid, {})["records"]["total"]
    whole = {"project": bundle.project.id, **facts, "kid": kid, "config_sha256": bundle.digest}
    whole |= {"code_version": "0.1.0+0123456789ab", "edition": bundle.project.lookup.edition}
    tables = {
        "views": {"view": records * 9, "record": records, "u_statistic": 34},
        "payload": {
            "record_person": records,
            "record_address": 0,
            "record_event": records * 3,
            "record_need": records // 5,
        },
    }
    folders = {"views": zones / "linkage" / PERIOD / "in", "payload": zones / "analysis" / PERIOD / "in"}
    shas = {}
    for kind, rows in tables.items():
        held = {name: {"rows": count, "sha256": digest(f"{source.id} {name}")} for name, count in rows.items()}
        shas[kind] = _publish(folders[kind] / source.id, whole | {"kind": kind, "tables": held})
        ledger.append(Event.PACKAGE_PUBLISHED, at=AT, package=kind, manifest_sha256=shas[kind], kid=kid, **facts)
    sha = _publish(zones / "source" / source.id / PERIOD, receipt_of(bundle, source.id, kid, shas))
    ledger.append(Event.PACKAGE_PUBLISHED, at=AT, package="receipt", manifest_sha256=sha, kid=kid, **facts)


def _publish(folder: Path, facts: Mapping[str, Any]) -> str:
    with publish(folder) as scratch:
        for name in facts["files"] if facts["kind"] == "report" else ():
            (scratch / name).write_bytes(_RELEASED[name])
        return write_manifest(scratch, facts)


def write_project(root: Path) -> Bundle:
    """Config, demo keys and one whole run."""
    bundle = write_config(root)
    demo_keys(bundle)
    write_run(bundle)
    return bundle


def facts_of(bundle: Bundle) -> RunFacts:
    """What rules may know of the made-up run: approved, released, checked by two people, looked through for leaks."""
    try:
        approval = check_approved(bundle, KeyRing(bundle.root / "keys"), DAY)
    except PolicyRefusal:  # a test of something else than approvals
        approval = ApprovalStatus(kind="demo", sentence="Demo.", config_sha256=bundle.digest)
    facts = read_facts(bundle, PERIOD, as_of=DAY, approval=approval, afterwards=True)
    released = replace(facts.released, checkers=(("A", "1"), ("B", "2"))) if facts.released else None
    leaks = Leaks(looked_for=3_200, files=41, found={})
    return replace(facts, released=released, leaks=leaks)
