"""Police: one notice or incident a row, the whole name in one field, typed afresh each time."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.demo import service_public as public
from flows.demo.book import Book, book_of
from flows.demo.columns import chosen, dates, flagged, joined, name_text, numbered, phone_text, postcode_text
from flows.demo.delivery import Delivery, Extract
from flows.demo.noise import Noise
from flows.demo.records import dwelling_at
from flows.demo.spoil import with_repeats
from flows.demo.world import POLICE, World

_NOISE = Noise(
    nhs_missing=1.0, short_name=0.09, spelling=0.045, slip=0.035, swapped=0.012, old_surname=0.3,
    birth_slip=0.015, birth_swapped=0.01, birth_january=0.018, birth_missing=0.035, birth_broken=0.003,
    postcode_missing=0.07, postcode_slip=0.012, postcode_broken=0.005, address_lag_days=60.0, sex_missing=0.008,
    ethnic_missing=0.22, ethnic_wrong=0.05, phone=0.4,
)  # fmt: skip
SELF_DEFINED = ("W1", "W2", "W9", "M1", "M2", "M3", "M9", "A1", "A2", "A3", "A9", "B1", "B2", "B9", "O1", "O9")
_TYPES = ("PPN", "MHA-S136", "INCIDENT")


def open_notices(world: World) -> Book:
    """Each notice is a record of its own."""
    events = world.events[POLICE]
    rows = np.arange(len(events))
    return book_of(world, POLICE, _NOISE, events, events.person, events.day, rows, first_number=2_000_000)


def deliver(world: World, book: Book, period: str, end: int) -> Delivery:
    """Notices up to a period's end."""
    rng = world.streams.rng(f"police delivery {period}")
    rows = book.event_rows(end)
    table = with_repeats(rng, _notices(world, book, rows), share=0.003)
    return Delivery(
        extracts=[Extract(path="police/notices.psv", table=table, delimiter="|")],
        record_id=numbered(book.records.number[rows], "PN/"),
        person=book.records.person[rows],
    )


def _notices(world: World, book: Book, rows: NDArray[np.intp]) -> pa.Table:
    events, records = book.events.take(rows), book.records
    home = dwelling_at(world, records.person[rows], events.day)
    roofless = (events.flags & public.FLAG_HOMELESS) > 0
    suspect = ((events.flags & public.FLAG_SUSPECT) > 0) & (events.kind == public.POLICE_INCIDENT)
    return pa.table(
        {
            "NOTICE_REF": numbered(records.number[rows], "PN/"),
            "NOTICE_DATE": dates(events.day, "%d/%m/%Y"),
            "NOTICE_TYPE": chosen(_TYPES, events.kind),
            "ROLE": chosen(["PERSON AT RISK", "SUSPECT", "VICTIM"], _roles(events.kind, suspect)),
            "FULL_NAME": _full_names(world, book, rows),
            "DOB": _birth_dates(book, rows),
            "SEX": pc.fill_null(chosen(["M", "F"], records.sex[rows]), "U"),
            "SELF_DEFINED_ETHNICITY": pc.fill_null(chosen(SELF_DEFINED, records.detail[rows]), "NS"),
            "OFFICER_DEFINED_ETHNICITY": chosen(["IC1", "IC3", "IC4", "IC6"], records.person[rows] % 4),
            "ADDRESS": pc.if_else(pa.array(roofless), pa.scalar("NO FIXED ABODE"), world.places.address_line(home)),
            "POSTCODE": _tight(postcode_text(world, records, rows, events.day, nfa=None), rows),
            "PHONE": phone_text(records.phone[rows], international=rows % 4 == 0),
            "FLAG_MENTAL_HEALTH": flagged(events.flags & public.FLAG_MENTAL),
            "FLAG_ALCOHOL_DRUGS": flagged(events.flags & public.FLAG_SUBSTANCE),
            "FLAG_DOMESTIC_ABUSE": flagged(events.flags & public.FLAG_ABUSE),
            "FLAG_NO_FIXED_ABODE": flagged(roofless),
            "RISK_GRADE": chosen(["STANDARD", "MEDIUM", "HIGH"], rows % 7 % 3),
            "NARRATIVE": _narratives(world, book, rows),
        }
    )


def _roles(kind: NDArray[np.int8], suspect: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.select([suspect, kind == public.POLICE_INCIDENT], [1, 2], 0)


def _full_names(world: World, book: Book, rows: NDArray[np.intp]) -> pa.Array:
    """Surname first with a comma, or the other way round; a title now and then; an initial for some."""
    records, names = book.records, world.names
    surname = name_text(names, records.surname[rows], upper=True)
    forename = name_text(names, records.forename[rows])
    forename = pc.if_else(pa.array(rows % 61 == 0), pc.utf8_slice_codeunits(forename, 0, 1), forename)
    listed = pc.binary_join_element_wise(surname, forename, ", ")
    spoken = joined(" ", chosen(["MR", "MS"], np.where(rows % 3 == 0, records.sex[rows], -1)), forename, surname)
    return pc.if_else(pa.array(rows % 7 == 0), spoken, listed)


def _birth_dates(book: Book, rows: NDArray[np.intp]) -> pa.Array:
    """Two ways of writing a date, as two systems were merged."""
    birth, broken = book.records.birth[rows], book.records.birth_broken[rows]
    return pc.if_else(
        pa.array(rows % 5 == 0), dates(birth, "%d %b %Y", broken=broken), dates(birth, "%d/%m/%Y", broken=broken)
    )


def _tight(postcodes: pa.Array, rows: NDArray[np.intp]) -> pa.Array:
    """Half of them without the space."""
    return pc.if_else(pa.array(rows % 2 == 0), pc.replace_substring(postcodes, " ", ""), postcodes)


def _narratives(world: World, book: Book, rows: NDArray[np.intp]) -> pa.Array:
    records = book.records
    name = joined(" ", *(name_text(world.names, codes[rows]) for codes in (records.forename, records.surname)))
    return pc.binary_join_element_wise("Officers attended and spoke to", name, "who was tearful", " ")
