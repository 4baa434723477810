"""GP register: one row a registered patient, and a journal of appointments, checks and diagnoses."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.demo import service_health as health
from flows.demo.book import Book, book_of
from flows.demo.columns import (
    chosen,
    dates,
    email_text,
    flagged,
    name_text,
    nhs_text,
    numbered,
    phone_text,
    postcode_text,
)
from flows.demo.delivery import Delivery, Extract, known_by
from flows.demo.draws import happens
from flows.demo.ethnicity import DETAIL
from flows.demo.noise import Noise
from flows.demo.places import NO_FIXED_ABODE
from flows.demo.records import UNKNOWN_DAY, dwelling_at, there_since, without_address
from flows.demo.spoil import with_bad_dates, with_contradictions, with_repeats, without_ids
from flows.demo.timeline import NEVER, Days
from flows.demo.world import GP, World

_NOISE = Noise(
    nhs_missing=0.0008, nhs_wrong=0.0002, nhs_slip=0.0008, short_name=0.012, spelling=0.01, slip=0.004, swapped=0.001,
    old_surname=0.3, birth_slip=0.001, birth_swapped=0.0008, birth_january=0.0003, birth_missing=0.0002,
    birth_broken=0.0003, postcode_missing=0.002, postcode_slip=0.002, postcode_broken=0.0015, address_lag_days=230.0,
    sex_missing=0.001, ethnic_missing=0.07, ethnic_wrong=0.012, phone=0.72, email=0.38, plain_letters=0.45, baby=0.03,
)  # fmt: skip
_CONDITIONS = ("38341003", "73211009", "195967001", "13645005", "709044004", "53741008", "84757009")
_DIAGNOSES = (None, "35489007", "58214004", "66590003", "75544000", "32911000", "706893006", "248279007", "422650009")
_SPARE_CODES = ("413334001", "162673000")
"""Codes of an appointment, of no interest to the project."""


def open_register(world: World) -> Book:
    """Nearly everybody; fewer of newcomers and of people without an address."""
    rng = world.streams.rng("registration")
    people, timeline = world.people, world.timeline
    roofless = without_address(
        world, np.arange(people.size, dtype=np.int32), np.full(people.size, timeline.stop - 1, np.int32)
    )
    absent = happens(rng, 0.012 + 0.05 * people.born_abroad + 0.22 * roofless)
    listed = np.flatnonzero(~absent).astype(np.int32)
    joined_list = np.maximum(people.birth[listed] + 14, timeline.start - rng.exponential(3000, len(listed)))
    first = np.where(people.arrives[listed] > 0, people.arrives[listed] + rng.exponential(60, len(listed)), joined_list)
    events = world.events[GP].take(~absent[world.events[GP].person])
    row = np.searchsorted(listed, events.person)
    seen = (events.day >= first[row]) | (events.kind == health.GP_DIAGNOSIS)
    return book_of(
        world, GP, _NOISE, events.take(seen), listed, first.astype(np.int32), row[seen], first_number=40_000_000
    )


def deliver(world: World, book: Book, period: str, end: int) -> Delivery:
    """The register and the journal as they stood at a period's end."""
    rng = world.streams.rng(f"gp delivery {period}")
    rows = known_by(book.records, end)
    rows = rows[world.people.leaves[book.records.person[rows]] >= end]  # people who left are off the list
    here = np.zeros(len(book.records), bool)
    here[rows] = True
    patients, twice = with_contradictions(rng, _patients(world, book, rows, end), "Postcode", share=0.0003)
    journal = without_ids(rng, _journal(world, book, here, end), "PatientID", share=0.0004)
    journal = with_bad_dates(rng, journal, "EntryDate", "1900-00-00", share=0.0008)
    return Delivery(
        extracts=[
            Extract(path="gp_register/patients.csv", table=with_repeats(rng, patients, share=0.0008)),
            Extract(path="gp_register/journal.csv", table=with_repeats(rng, journal, share=0.002)),
        ],
        record_id=numbered(book.records.number[rows]),
        person=book.records.person[rows],
        nhs_numbers=book.records.nhs_number[rows[~twice]],
    )


def _patients(world: World, book: Book, rows: NDArray[np.intp], end: int) -> pa.Table:
    records, people, names = book.records, world.people, world.names
    person = records.person[rows]
    asked = np.full(len(rows), end - 1, np.int32)
    home = dwelling_at(world, person, asked - records.lag[rows])
    roofless = without_address(world, person, asked)
    since = np.where(roofless, UNKNOWN_DAY, there_since(world, records, rows, asked)).astype(np.int32)
    died = np.where(world.needs.dies[person] < end, world.needs.dies[person], NEVER)
    uprn = pa.array(world.places.uprn(home), mask=roofless | (person % 11 == 0)).cast(pa.string())
    practice = world.places.postcode_area[world.places.dwelling_postcode[people.dwellings[person, 1]]] // 4
    return pa.table(
        {
            "PatientID": numbered(records.number[rows]),
            "NHSNumber": nhs_text(records.nhs_number[rows]),
            "Title": _titles(world, rows, book),
            "Forename": name_text(names, records.forename[rows]),
            "MiddleNames": name_text(names, people.middle[person]),
            "Surname": name_text(names, records.surname[rows]),
            "PreviousSurname": name_text(names, records.previous_surname[rows]),
            "DateOfBirth": dates(records.birth[rows], "%Y-%m-%d", broken=records.birth_broken[rows]),
            "Gender": chosen(["M", "F"], records.sex[rows]),
            "EthnicCategory": pc.fill_null(chosen(list(DETAIL), records.detail[rows]), "Z"),
            "AddressLine1": world.places.address_line(home),
            "Postcode": postcode_text(world, records, rows, asked, nfa=NO_FIXED_ABODE),
            "UPRN": uprn,
            "MovedInDate": dates(since, "%Y-%m-%d"),
            "MobilePhone": phone_text(records.phone[rows]),
            "EmailAddress": email_text(world, records, rows),
            "PracticeCode": numbered(practice + 83001, "N"),
            "RegistrationDate": dates(records.first_day[rows], "%Y-%m-%d"),
            "MonthOfDeath": dates(died.astype(np.int32), "%Y-%m"),
            "UsualGP": numbered(person % 97 + 100, "Dr "),
        }
    )


def _titles(world: World, rows: NDArray[np.intp], book: Book) -> pa.Array:
    person = book.records.person[rows]
    married = world.people.married[person] < world.timeline.stop
    title = np.where(world.people.female[person], np.where(married, 1, np.where(person % 3 == 0, 3, 2)), 0)
    return chosen(["Mr", "Mrs", "Miss", "Ms"], np.where(person % 23 == 0, -1, title))


def _journal(world: World, book: Book, here: NDArray[np.bool_], end: int) -> pa.Table:
    rows = book.event_rows(end)
    rows = rows[here[book.record[rows]]]
    events, record = book.events.take(rows), book.record[rows]
    diagnosis = events.kind == health.GP_DIAGNOSIS
    condition = diagnosis & (events.code == health.CONDITION)
    vocabulary = [*_DIAGNOSES, *_CONDITIONS, *_SPARE_CODES]
    code = np.where(condition, len(_DIAGNOSES) + events.outcome, np.where(diagnosis, events.code, len(vocabulary) - 2))
    code = np.where(events.kind == health.GP_CHECK, len(vocabulary) - 1, code)
    surname = name_text(world.names, book.records.surname[record])
    comment = pc.binary_join_element_wise("Spoke to ", surname, " about results - will ring back", "")
    noted = (rows % 37 == 0) & (events.kind == health.GP_CONSULTATION)
    return pa.table(
        {
            "PatientID": numbered(book.records.number[record]),
            "EntryDate": _entry_dates(events.day),
            "EntryType": chosen(["APPT", "APPT", "CHECK", "DIAG"], events.kind),
            "Status": chosen(["ATT", "DNA", None, None], events.kind),
            "SnomedCode": chosen(vocabulary, code),
            "Clinician": flagged(rows % 3, "GP", "PN"),
            "Comment": pc.if_else(pa.array(noted), comment, pa.scalar(None, pa.string())),
        }
    )


def _entry_dates(day: Days) -> pa.Array:
    return dates(day, "%Y-%m-%d")
