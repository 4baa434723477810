"""One layout for the ten further services: a file of people and a file of what happened."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.demo.book import Book, open_book
from flows.demo.columns import chosen, dates, email_text, name_text, nhs_text, numbered, phone_text, postcode_text
from flows.demo.delivery import Delivery, Extract, ended_by, known_by, last_seen
from flows.demo.ethnicity import DETAIL
from flows.demo.spoil import with_repeats, without_ids
from flows.demo.timeline import NEVER
from flows.demo.wider.specs import Spec
from flows.demo.world import World


def open_source(spec: Spec, world: World) -> Book:
    """A number a person, and for some a second."""
    return open_book(world, spec.source, spec.noise, split=spec.split, first_number=spec.first_number)


def deliver(spec: Spec, world: World, book: Book, period: str, end: int) -> Delivery:
    """People and happenings up to a period's end."""
    rng = world.streams.rng(f"{spec.source} delivery {period}")
    known = known_by(book.records, end)
    people = with_repeats(rng, _people(world, book, known, end), share=0.002)
    events = without_ids(rng, _events(spec, book, end), "Ref", share=0.0005)
    return Delivery(
        extracts=[
            Extract(path=f"{spec.source}/people.csv", table=people),
            Extract(path=f"{spec.source}/events.csv", table=with_repeats(rng, events, share=0.002)),
        ],
        record_id=numbered(book.records.number[known], "R"),
        person=book.records.person[known],
        nhs_numbers=book.records.nhs_number[known],
    )


def _people(world: World, book: Book, known: NDArray[np.intp], end: int) -> pa.Table:
    records, names = book.records, world.names
    seen = last_seen(records, book.record, book.events.day, end)[known]
    return pa.table(
        {
            "Ref": numbered(records.number[known], "R"),
            "NHS number": nhs_text(records.nhs_number[known]),
            "Forename": name_text(names, records.forename[known]),
            "Surname": name_text(names, records.surname[known]),
            "Date of birth": dates(records.birth[known], "%Y-%m-%d", broken=records.birth_broken[known]),
            "Sex": chosen(["M", "F"], records.sex[known]),
            "Ethnic category": pc.fill_null(chosen(list(DETAIL), records.detail[known]), "Z"),
            "Postcode": postcode_text(world, records, known, seen, nfa=None),
            "Phone": phone_text(records.phone[known]),
            "Email": email_text(world, records, known),
        }
    )


def _events(spec: Spec, book: Book, end: int) -> pa.Table:
    rows = book.event_rows(end)
    events, record = book.events.take(rows), book.record[rows]
    results = np.where(np.isin(events.kind, spec.with_results), events.outcome, -1)
    return pa.table(
        {
            "Ref": numbered(book.records.number[record], "R"),
            "What": chosen(spec.whats, events.kind),
            "From": dates(events.day, "%Y-%m-%d"),
            "To": dates(ended_by(events.end, end, NEVER), "%Y-%m-%d"),
            "Result": chosen(spec.results or [None], results),
            "Detail": chosen(spec.details or [None], events.code if spec.details else np.full(len(rows), -1)),
        }
    )
