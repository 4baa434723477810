"""Probation: people under supervision, their orders and their releases."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.demo import service_public as public
from flows.demo.book import Book, open_book
from flows.demo.columns import chosen, dates, name_text, nhs_text, numbered, postcode_text
from flows.demo.delivery import Delivery, Extract, ended_by, known_by, last_seen
from flows.demo.layouts.police import SELF_DEFINED
from flows.demo.noise import Noise
from flows.demo.timeline import NEVER
from flows.demo.world import PROBATION, World

_NOISE = Noise(
    nhs_missing=0.9, nhs_wrong=0.004, short_name=0.04, spelling=0.05, slip=0.02, swapped=0.006, old_surname=0.3,
    birth_missing=0.002, birth_slip=0.006, birth_swapped=0.005, birth_january=0.004, birth_broken=0.001,
    postcode_missing=0.05, postcode_slip=0.01, postcode_broken=0.002, address_lag_days=45.0, ethnic_missing=0.06,
    ethnic_wrong=0.03,
)  # fmt: skip


def open_cases(world: World) -> Book:
    """One case number a person."""
    return open_book(world, PROBATION, _NOISE, split=0.0, first_number=100_000)


def deliver(world: World, book: Book, period: str, end: int) -> Delivery:
    """People and their orders up to a period's end."""
    del period  # nothing is drawn at delivery
    known = known_by(book.records, end)
    return Delivery(
        extracts=[
            Extract(path="probation/people.csv", table=_people(world, book, known, end)),
            Extract(path="probation/orders.csv", table=_orders(book, end)),
        ],
        record_id=numbered(book.records.number[known], "X"),
        person=book.records.person[known],
    )


def _people(world: World, book: Book, known: NDArray[np.intp], end: int) -> pa.Table:
    records, names = book.records, world.names
    seen = last_seen(records, book.record, book.events.day, end)[known]
    return pa.table(
        {
            "CRN": numbered(records.number[known], "X"),
            "PNC": numbered(records.number[known] * 7 % 99_991, "PNC"),
            "Surname": name_text(names, records.surname[known], upper=True),
            "Forenames": name_text(names, records.forename[known]),
            "DateOfBirth": dates(records.birth[known], "%d/%b/%Y", broken=records.birth_broken[known]),
            "Sex": chosen(["Male", "Female"], records.sex[known]),
            "Ethnicity": pc.fill_null(chosen(SELF_DEFINED, records.detail[known]), "NS"),
            "NHSNumber": nhs_text(records.nhs_number[known]),
            "Postcode": postcode_text(world, records, known, seen, nfa=None),
        }
    )


def _orders(book: Book, end: int) -> pa.Table:
    rows = book.event_rows(end)
    events, record = book.events.take(rows), book.record[rows]
    released = events.kind == public.PROBATION_RELEASE
    required = events.flags > 0
    kind = np.select([released, required & (rows % 2 == 0), required], [3, 1, 2], 0)
    return pa.table(
        {
            "CRN": numbered(book.records.number[record], "X"),
            "OrderType": chosen(
                ["Community order", "Drug rehabilitation", "Alcohol treatment", "Release on licence"], kind
            ),
            "StartDate": dates(events.day, "%d/%b/%Y"),
            "EndDate": dates(ended_by(events.end, end, NEVER), "%d/%b/%Y"),
            "RiskOfHarm": chosen(["Low", "Medium", "High"], record % 3),
            "OffenderManager": numbered(record % 43, "OM"),
        }
    )
