"""Emergency care: an attendance a row with the patient's identifiers, named after the Emergency Care Data Set."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.demo import service_health as health
from flows.demo.book import Book, open_book
from flows.demo.columns import chosen, dates, joined, name_text, nhs_text, numbered, phone_text, postcode_text
from flows.demo.delivery import Delivery, Extract, ended_by, known_by
from flows.demo.ethnicity import DETAIL
from flows.demo.events import Events
from flows.demo.noise import Noise
from flows.demo.places import NO_FIXED_ABODE
from flows.demo.spoil import with_repeats, without_ids
from flows.demo.timeline import NEVER
from flows.demo.world import EMERGENCY, World

_NOISE = Noise(
    nhs_missing=0.045, nhs_wrong=0.0025, nhs_slip=0.005, short_name=0.035, spelling=0.03, slip=0.015, misread=0.001,
    swapped=0.004, old_surname=0.35, birth_slip=0.006, birth_swapped=0.004, birth_january=0.004, birth_missing=0.003,
    birth_broken=0.001, postcode_missing=0.012, postcode_slip=0.006, postcode_broken=0.002, address_lag_days=260.0,
    sex_missing=0.004, ethnic_missing=0.13, ethnic_wrong=0.03, phone=0.45, baby=0.35,
)  # fmt: skip
_SITES = ("RXN01", "RXN02", "RXN50")
_INJURIES = ("125605004", "29857009", "21522001", "386661006", "25064002", "195662009")
_SUBSTANCE, _MENTAL = "25702006", "225444004"
_AMBULANCE, _WALKED = "1048031000000100", "1048071000000103"
_DISCHARGED, _ADMITTED, _LEFT = "182992009", "306706006", "1066301000000103"


def open_ecds(world: World) -> Book:
    """Hospital numbers; a few people have two."""
    return open_book(world, EMERGENCY, _NOISE, split=0.035, first_number=1_200_000)


def deliver(world: World, book: Book, period: str, end: int) -> Delivery:
    """Attendances up to a period's end."""
    rng = world.streams.rng(f"emergency delivery {period}")
    rows = book.event_rows(end)
    known = known_by(book.records, end)
    table = without_ids(rng, _attendances(world, book, rows, end), "LOCAL_PATIENT_ID", share=0.0012)
    return Delivery(
        extracts=[
            Extract(
                path="emergency_care/ecds.csv", table=with_repeats(rng, table, share=0.004), newline="\r\n", quoted=True
            )
        ],
        record_id=numbered(book.records.number[known], "H"),
        person=book.records.person[known],
        nhs_numbers=book.records.nhs_number[known],
    )


def _attendances(world: World, book: Book, rows: NDArray[np.intp], end: int) -> pa.Table:
    events, record, records, names = book.events.take(rows), book.record[rows], book.records, world.names
    admitted = (events.flags & health.ADMITTED) > 0
    left = ((events.flags & health.LEFT_EARLY) > 0) & ~admitted
    stay = np.where(admitted, ended_by(events.end, end, NEVER), NEVER)
    frail = (events.flags & health.CODED_FRAIL) > 0
    nhs = records.nhs_number[record]
    return pa.table(
        {
            "ATTENDANCE_ID": numbered(rows + 7_000_001, "A"),
            "SITE_CODE": chosen(_SITES, events.code),
            "LOCAL_PATIENT_ID": numbered(records.number[record], "H"),
            "NHS_NUMBER": nhs_text(nhs, spaced=True),
            "NHS_NUMBER_STATUS": chosen(["01", "07"], (nhs == 0).astype(np.int8)),
            "PATIENT_FORENAME": name_text(names, records.forename[record], upper=True),
            "PATIENT_SURNAME": name_text(names, records.surname[record], upper=True),
            "PERSON_BIRTH_DATE": dates(records.birth[record], "%d/%m/%Y", broken=records.birth_broken[record]),
            "PERSON_STATED_GENDER": pc.fill_null(chosen(["1", "2", "I"], _sexes(records.sex[record], record)), "X"),
            "ETHNIC_CATEGORY": pc.fill_null(chosen(list(DETAIL), records.detail[record]), "99"),
            "POSTCODE_OF_USUAL_ADDRESS": postcode_text(world, records, record, events.day, nfa=NO_FIXED_ABODE),
            "CONTACT_TELEPHONE": phone_text(records.phone[record]),
            "EC_ARRIVAL_DATE": dates(events.day, "%d/%m/%Y"),
            "EC_DEPARTMENT_TYPE": chosen(["01", "03"], (rows % 9 == 0).astype(np.int8)),
            "EC_ARRIVAL_MODE": chosen([_WALKED, _AMBULANCE], _flag(events, health.AMBULANCE)),
            "EC_DIAGNOSIS_1": chosen([*_INJURIES, _SUBSTANCE, _MENTAL, None], _diagnosis(events, rows)),
            "EC_ACCOMMODATION_STATUS": chosen([None, "32911000"], _flag(events, health.CODED_HOMELESS)),
            "EC_INJURY_INTENT": chosen([None, "443280005"], _flag(events, health.CODED_ABUSE)),
            "EC_CLINICAL_FRAILTY_SCORE": chosen([None, "6", "7"], np.where(frail, 1 + rows % 2, 0)),
            "EC_DISCHARGE_STATUS": chosen([_DISCHARGED, _ADMITTED, _LEFT], np.select([admitted, left], [1, 2], 0)),
            "ADMISSION_END_DATE": dates(stay.astype(np.int32), "%d/%m/%Y"),
            "TRIAGE_NOTE": _notes(world, book, rows),
        }
    )


def _sexes(sex: NDArray[np.int8], record: NDArray[np.intp]) -> NDArray[np.int8]:
    """A few hold a code that nobody explained."""
    return np.where(record % 1201 == 0, 2, sex).astype(np.int8)


def _flag(events: Events, flag: int) -> NDArray[np.int8]:
    return ((events.flags & flag) > 0).astype(np.int8)


def _diagnosis(events: Events, rows: NDArray[np.intp]) -> NDArray[np.int64]:
    """One diagnosis: what stands out, else an injury or illness of no interest here; sometimes none."""
    plain = np.where(rows % 13 == 0, len(_INJURIES) + 2, rows * 31 % len(_INJURIES))
    substance, mental = _flag(events, health.CODED_SUBSTANCE) > 0, _flag(events, health.CODED_MENTAL) > 0
    return np.select([substance, mental], [len(_INJURIES), len(_INJURIES) + 1], plain)


def _notes(world: World, book: Book, rows: NDArray[np.intp]) -> pa.Array:
    record = book.record[rows]
    name = joined(
        " ", *(name_text(world.names, codes[record]) for codes in (book.records.forename, book.records.surname))
    )
    text = pc.binary_join_element_wise(name, 'brought in, "feels unwell", family informed', " ")
    return pc.if_else(pa.array(rows % 5 == 0), text, pa.scalar(None, pa.string()))
