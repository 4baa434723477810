"""Voluntary advice service: a case system kept by busy people, tab-separated, with few identifiers."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.demo import service_support as support
from flows.demo.book import Book, open_book
from flows.demo.columns import chosen, dates, email_text, name_text, numbered, phone_text, postcode_text
from flows.demo.delivery import Delivery, Extract, ended_by, known_by, last_seen
from flows.demo.noise import Noise
from flows.demo.spoil import torn_lines, with_contradictions, with_repeats, without_ids
from flows.demo.timeline import NEVER
from flows.demo.world import ADVICE, World

_NOISE = Noise(
    nhs_missing=1.0, short_name=0.25, spelling=0.07, slip=0.045, swapped=0.015, old_surname=0.5, birth_missing=0.16,
    birth_slip=0.012, birth_swapped=0.012, birth_january=0.02, birth_broken=0.002, postcode_missing=0.14,
    postcode_slip=0.015, postcode_broken=0.006, address_lag_days=30.0, sex_missing=0.08, ethnic_missing=0.28,
    ethnic_wrong=0.03, phone=0.7, email=0.35,
)  # fmt: skip
_ORIGINS = (
    "White British", "Irish", "White other", "Mixed Caribbean", "Mixed African", "Mixed Asian", "Mixed", "Indian",
    "Pakistani", "Bangladeshi", "Asian other", "Caribbean", "African", "Black other", "Chinese", "Other",
)  # fmt: skip
_GENDERS = ("Male", "M", "male", "Female", "F", "woman", "Unknown")
_ABOUT = ("Housing", "Abuse at home", "Drink/drugs", "Feeling low", "Lonely", "Money/benefits")


def open_cases(world: World) -> Book:
    """A client number a person, and often a second one."""
    return open_book(world, ADVICE, _NOISE, split=0.07, first_number=1_000)


def deliver(world: World, book: Book, period: str, end: int) -> Delivery:
    """Clients and the contact log up to a period's end."""
    rng = world.streams.rng(f"advice delivery {period}")
    known = known_by(book.records, end)
    clients, _ = with_contradictions(rng, _clients(world, book, known, end), "Mobile", share=0.003)
    log = with_repeats(rng, without_ids(rng, _log(world, book, end), "Client no", share=0.002), share=0.008)
    torn = torn_lines(rng, log.num_rows, share=0.003)
    return Delivery(
        extracts=[
            Extract(path="advice_service/clients.txt", table=with_repeats(rng, clients, share=0.01), delimiter="\t"),
            Extract(path="advice_service/contact_log.txt", table=log, delimiter="\t", torn=torn),
        ],
        record_id=numbered(book.records.number[known]),
        person=book.records.person[known],
    )


def _clients(world: World, book: Book, known: NDArray[np.intp], end: int) -> pa.Table:
    records, names = book.records, world.names
    seen = last_seen(records, book.record, book.events.day, end)[known]
    shy = known % 19 == 0  # a forename only
    gender = np.where(records.sex[known] < 0, 6, records.sex[known] * 3 + known % 3)
    return pa.table(
        {
            "Client no": numbered(records.number[known]),
            "Known as": _casual(name_text(names, records.forename[known]), known),
            "Family name": name_text(names, np.where(shy, -1, records.surname[known])),
            "Date of birth": _birth_dates(book, known),
            "Gender": chosen(_GENDERS, gender),
            "Ethnic origin": pc.fill_null(chosen(_ORIGINS, records.detail[known]), "not asked"),
            "Post code": _untidy(postcode_text(world, records, known, seen, nfa=None), known),
            "Mobile": phone_text(records.phone[known], international=known % 9 == 0),
            "E-mail": email_text(world, records, known),
            "How did you hear of us": chosen(["friend", "GP", "council", "leaflet"], known % 4),
            "Notes": _notes(world, book, known),
        }
    )


def _casual(names: pa.Array, rows: NDArray[np.intp]) -> pa.Array:
    """Small letters now and then."""
    return pc.if_else(pa.array(rows % 8 == 0), pc.utf8_lower(names), names)


def _untidy(postcodes: pa.Array, rows: NDArray[np.intp]) -> pa.Array:
    """Small letters, spaces around."""
    padded = pc.binary_join_element_wise(" ", pc.utf8_lower(postcodes), "")
    return pc.if_else(pa.array(rows % 3 == 0), padded, postcodes)


def _birth_dates(book: Book, known: NDArray[np.intp]) -> pa.Array:
    """Written with stops or strokes; 'N/K' where nobody asked."""
    birth, broken = book.records.birth[known], book.records.birth_broken[known]
    stops, strokes = dates(birth, "%d.%m.%Y", broken=broken), dates(birth, "%d/%m/%Y", broken=broken)
    text = pc.if_else(pa.array(known % 2 == 0), stops, strokes)
    return pc.if_else(pa.array(known % 4 == 0), pc.fill_null(text, "N/K"), text)


def _log(world: World, book: Book, end: int) -> pa.Table:
    rows = book.event_rows(end)
    events, record = book.events.take(rows), book.record[rows]
    referral = events.kind == support.ADVICE_REFERRAL
    contact, closed = events.kind == support.ADVICE_CONTACT, events.kind == support.ADVICE_CLOSED
    result = np.select([contact, closed], [events.outcome, 2 + events.outcome], -1)
    finish = np.where(referral, ended_by(events.end, end, NEVER), NEVER)
    name = name_text(world.names, book.records.forename[record])
    return pa.table(
        {
            "Client no": numbered(book.records.number[record]),
            "Date": dates(events.day, "%d/%m/%Y"),
            "What": chosen(["Referral in", "Contact", "Case closed"], events.kind),
            "About": chosen(_ABOUT, events.code),
            "Result": chosen(["Seen", "Did not come", "Sorted", "Lost touch", "Passed on"], result),
            "Finished": dates(finish.astype(np.int32), "%d/%m/%Y"),
            "Worker": chosen(["Jo", "Sam", "Vol 1", "Vol 2"], rows % 4),
            "Summary": pc.binary_join_element_wise("Chat with ", name, "", null_handling="skip"),
        }
    )


def _notes(world: World, book: Book, known: NDArray[np.intp]) -> pa.Array:
    surname = name_text(world.names, book.records.surname[known])
    text = pc.binary_join_element_wise("Partner also called ", surname, "")
    return pc.if_else(pa.array(known % 6 == 0), text, pa.scalar(None, pa.string()))
