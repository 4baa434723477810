"""Mental health trust: patients, referrals and care contacts, named after the Mental Health Services Data Set."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.demo import service_health as health
from flows.demo.book import Book, open_book
from flows.demo.columns import chosen, dates, name_text, nhs_text, numbered, postcode_text
from flows.demo.delivery import Delivery, Extract, ended_by, known_by, last_seen
from flows.demo.ethnicity import DETAIL
from flows.demo.languages import LANGUAGES, preferred_language
from flows.demo.noise import Noise
from flows.demo.places import NO_FIXED_ABODE
from flows.demo.spoil import with_repeats, with_strays
from flows.demo.timeline import NEVER
from flows.demo.world import MENTAL_HEALTH, World

_NOISE = Noise(
    nhs_missing=0.03, nhs_wrong=0.002, nhs_slip=0.002, short_name=0.04, spelling=0.03, slip=0.012, swapped=0.003,
    old_surname=0.35, birth_slip=0.004, birth_swapped=0.003, birth_january=0.002, birth_missing=0.001,
    birth_broken=0.001, postcode_missing=0.012, postcode_slip=0.005, postcode_broken=0.002, address_lag_days=150.0,
    ethnic_missing=0.12, ethnic_wrong=0.03,
)  # fmt: skip
_CRISIS_TEAM = "A02"
_TEAMS = ("A06", "A05", "A13", "A16")


def open_mhsds(world: World) -> Book:
    """One record a patient; a very few were entered twice."""
    return open_book(world, MENTAL_HEALTH, _NOISE, split=0.0, first_number=300_000)


def deliver(world: World, book: Book, period: str, end: int) -> Delivery:
    """Patients, referrals and contacts up to a period's end."""
    rng = world.streams.rng(f"mental health delivery {period}")
    known = known_by(book.records, end)
    contacts = with_strays(rng, _contacts(world, book, end), "LocalPatientId", share=0.002)
    return Delivery(
        extracts=[
            Extract(
                path="mental_health/MHS001MPI.csv",
                table=with_repeats(rng, _patients(world, book, known, end), share=0.003),
            ),
            Extract(path="mental_health/MHS101Referral.csv", table=_referrals(book, end)),
            Extract(
                path="mental_health/MHS201CareContact.csv", table=with_repeats(rng, contacts, share=0.004), quoted=True
            ),
        ],
        record_id=numbered(book.records.number[known], "MH"),
        person=book.records.person[known],
        nhs_numbers=book.records.nhs_number[known],
    )


def _patients(world: World, book: Book, known: NDArray[np.intp], end: int) -> pa.Table:
    records, names = book.records, world.names
    seen = last_seen(records, book.record, book.events.day, end)[known]
    return pa.table(
        {
            "LocalPatientId": numbered(records.number[known], "MH"),
            "NHSNumber": nhs_text(records.nhs_number[known]),
            "FamilyName": name_text(names, records.surname[known]),
            "GivenName": name_text(names, records.forename[known]),
            "PersonBirthDate": dates(records.birth[known], "%Y%m%d", broken=records.birth_broken[known]),
            "Gender": pc.fill_null(chosen(["1", "2"], records.sex[known]), "9"),
            "EthnicCategory": pc.fill_null(chosen(list(DETAIL), records.detail[known]), "Z"),
            "Postcode": postcode_text(world, records, known, seen, nfa=NO_FIXED_ABODE),
            "LanguageCodePreferred": chosen(LANGUAGES, preferred_language(world)[records.person[known]]),
        }
    )


def _referrals(book: Book, end: int) -> pa.Table:
    rows = book.event_rows(end)
    rows = rows[book.events.kind[rows] == health.MH_REFERRAL]
    events, record = book.events.take(rows), book.record[rows]
    return pa.table(
        {
            "ServiceRequestId": numbered(rows + 100_001, "SR"),
            "LocalPatientId": numbered(book.records.number[record], "MH"),
            "ReferralRequestReceivedDate": dates(events.day, "%Y%m%d"),
            "SourceOfReferralMH": chosen(["A1", "B1", "H1", "M9"], rows % 7 % 4),
            "PrimReasonReferralMH": chosen(["13", "12", "01", "18"], rows * 7 % 4),
            "ReferRejected": chosen(["N", "Y"], (events.outcome == health.REJECTED).astype(np.int8)),
            "ServDischDate": dates(ended_by(events.end, end, NEVER), "%Y%m%d"),
        }
    )


def _contacts(world: World, book: Book, end: int) -> pa.Table:
    rows = book.event_rows(end)
    rows = rows[book.events.kind[rows] != health.MH_REFERRAL]
    events, record = book.events.take(rows), book.record[rows]
    crisis = events.kind == health.MH_CRISIS
    forename = name_text(world.names, book.records.forename[record])
    note = pc.binary_join_element_wise(forename, "engaged well, agreed plan", " ")
    attended = np.where(rows % 17 == 0, 1, 0)  # 6 is 'arrived late but seen'
    code = np.select([crisis | (events.outcome == health.ATTENDED)], [attended], events.outcome.astype(np.int64) + 1)
    return pa.table(
        {
            "LocalPatientId": numbered(book.records.number[record], "MH"),
            "CareContDate": dates(events.day, "%Y%m%d"),
            "ServTeamTypeRefToMH": chosen([*_TEAMS, _CRISIS_TEAM], np.where(crisis, 4, record % 4)),
            "AttendOrDNACode": chosen(["5", "6", "3", "2", "4"], code),
            "ConsMechanismMH": chosen(["01", "02", "11"], rows % 5 % 3),
            "ContactNote": pc.if_else(pa.array(rows % 11 == 0), note, pa.scalar(None, pa.string())),
        }
    )
