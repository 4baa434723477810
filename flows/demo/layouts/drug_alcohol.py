"""Drug and alcohol treatment: clients and journeys as Parquet, in the manner of NDTMS."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.demo import service_support as support
from flows.demo.book import Book, open_book
from flows.demo.columns import chosen, name_text, nhs_text, numbered, postcode_text
from flows.demo.delivery import Delivery, Extract, known_by, last_seen
from flows.demo.ethnicity import DETAIL
from flows.demo.noise import Noise
from flows.demo.places import NO_FIXED_ABODE
from flows.demo.records import UNKNOWN_DAY
from flows.demo.spoil import with_repeats
from flows.demo.timeline import Days
from flows.demo.world import DRUG_ALCOHOL, World

_NOISE = Noise(
    nhs_missing=0.42, nhs_wrong=0.004, nhs_slip=0.004, short_name=0.09, spelling=0.04, slip=0.02, swapped=0.005,
    old_surname=0.4, birth_slip=0.008, birth_swapped=0.006, birth_january=0.006, birth_missing=0.004, birth_broken=0.0,
    postcode_missing=0.03, postcode_slip=0.008, postcode_broken=0.003, address_lag_days=80.0, ethnic_missing=0.05,
    ethnic_wrong=0.02,
)  # fmt: skip
_SUBSTANCES = ("7200", "7000")


def open_ndtms(world: World) -> Book:
    """One number a client; some came back under a second one."""
    return open_book(world, DRUG_ALCOHOL, _NOISE, split=0.04, first_number=8_000)


def deliver(world: World, book: Book, period: str, end: int) -> Delivery:
    """Clients and journeys up to a period's end."""
    rng = world.streams.rng(f"treatment delivery {period}")
    known = known_by(book.records, end)
    journeys = with_repeats(rng, _journeys(book, end), share=0.003)
    return Delivery(
        extracts=[
            Extract(path="drug_alcohol/clients.parquet", table=_clients(world, book, known, end), parquet=True),
            Extract(path="drug_alcohol/journeys.parquet", table=journeys, parquet=True),
        ],
        record_id=numbered(book.records.number[known], "C"),
        person=book.records.person[known],
        nhs_numbers=book.records.nhs_number[known],
    )


def _clients(world: World, book: Book, known: NDArray[np.intp], end: int) -> pa.Table:
    records, names = book.records, world.names
    seen = last_seen(records, book.record, book.events.day, end)[known]
    return pa.table(
        {
            "client_ref": numbered(records.number[known], "C"),
            "nhs_number": nhs_text(records.nhs_number[known]),
            "forename": name_text(names, records.forename[known]),
            "surname": name_text(names, records.surname[known]),
            "birth_date": _date32(records.birth[known]),
            "sex": pa.array(records.sex[known] + 1, pa.int8(), mask=records.sex[known] < 0),
            "ethnicity": pc.fill_null(chosen(list(DETAIL), records.detail[known]), "Z"),
            "postcode": postcode_text(world, records, known, seen, nfa=NO_FIXED_ABODE),
            "consent_to_share": chosen(["Y", "N"], (known % 50 == 0).astype(np.int8)),
            "drug_first_used_age": pa.array(13 + known % 20, pa.int16()),
        }
    )


def _journeys(book: Book, end: int) -> pa.Table:
    rows = book.event_rows(end)
    events, record = book.events.take(rows), book.record[rows]
    contact, leaving = events.kind == support.TREATMENT_CONTACT, events.kind == support.TREATMENT_EXIT
    return pa.table(
        {
            "client_ref": numbered(book.records.number[record], "C"),
            "step": chosen(["REFERRAL", "MODALITY START", "KEYWORK", "DISCHARGE"], events.kind),
            "step_date": _date32(events.day),
            "substance_1": chosen(_SUBSTANCES, events.code),
            "attended": chosen(["Y", "N"], np.where(contact, events.outcome, -1)),
            "discharge_reason": chosen(["80", "83", "82"], np.where(leaving, events.outcome, -1)),
            "keyworker": numbered(record % 23, "KW"),
        }
    )


def _date32(days: Days) -> pa.Array:
    """A typed date column; unknown dates are null."""
    return pa.array(days, pa.int32(), mask=days <= UNKNOWN_DAY).cast(pa.date32())
