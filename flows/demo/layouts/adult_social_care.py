"""Adult social care: an event a row with the person's identifiers, named after the Client Level Data collection."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.demo import service_public as public
from flows.demo.book import Book, open_book
from flows.demo.columns import chosen, dates, flagged, name_text, nhs_text, numbered, postcode_text
from flows.demo.delivery import Delivery, Extract, ended_by, known_by
from flows.demo.noise import Noise
from flows.demo.records import dwelling_at
from flows.demo.spoil import with_repeats
from flows.demo.timeline import NEVER
from flows.demo.world import SOCIAL_CARE, World

_NOISE = Noise(
    nhs_missing=0.24, nhs_wrong=0.003, nhs_slip=0.006, short_name=0.06, spelling=0.035, slip=0.02, misread=0.004,
    swapped=0.006, old_surname=0.4, birth_slip=0.008, birth_swapped=0.006, birth_january=0.006, birth_missing=0.006,
    birth_broken=0.0015, postcode_missing=0.02, postcode_slip=0.008, postcode_broken=0.003, address_lag_days=120.0,
    ethnic_missing=0.09, ethnic_wrong=0.03,
)  # fmt: skip
_ETHNICITY = (
    "White: English, Welsh, Scottish or British", "White: Irish", "White: Other", "Mixed: White and Black Caribbean",
    "Mixed: White and Black African", "Mixed: White and Asian", "Mixed: Other", "Asian: Indian", "Asian: Pakistani",
    "Asian: Bangladeshi", "Asian: Other", "Black: Caribbean", "Black: African", "Black: Other", "Chinese", "Other: Any",
)  # fmt: skip
_REASONS = (
    "Physical Support: Personal Care", "Memory and Cognition", "Mental Health Support",
    "Social Support: Substance Misuse or Other",
)  # fmt: skip
_REQUEST_OUTCOMES = ("No further action: signposted", "Progress to assessment")
_ASSESSMENT_OUTCOMES = ("No services: not eligible", "Progress to support planning")


def open_cld(world: World) -> Book:
    """One number a client."""
    return open_book(world, SOCIAL_CARE, _NOISE, split=0.0, first_number=50_000)


def deliver(world: World, book: Book, period: str, end: int) -> Delivery:
    """Requests, assessments, services and reviews up to a period's end."""
    rng = world.streams.rng(f"social care delivery {period}")
    known = known_by(book.records, end)
    table = with_repeats(rng, _events(world, book, end), share=0.012)  # services are sent again each quarter
    return Delivery(
        extracts=[
            Extract(
                path="adult_social_care/client_level_data.csv",
                table=table,
                encoding="cp1252",
                newline="\r\n",
                quoted=True,
            )
        ],
        record_id=numbered(book.records.number[known]),
        person=book.records.person[known],
        nhs_numbers=book.records.nhs_number[known],
    )


def _events(world: World, book: Book, end: int) -> pa.Table:
    rows = book.event_rows(end)
    events, record, records, names = book.events.take(rows), book.record[rows], book.records, world.names
    home = dwelling_at(world, records.person[record], events.day - records.lag[record])
    alone = world.people.alone[records.person[record]]
    return pa.table(
        {
            "LA_Person_Unique_Identifier": numbered(records.number[record]),
            "NHS_Number": nhs_text(records.nhs_number[record]),
            "First_Name": name_text(names, records.forename[record]),
            "Last_Name": name_text(names, records.surname[record]),
            "Date_of_Birth": dates(records.birth[record], "%d/%m/%Y", broken=records.birth_broken[record]),
            "Gender": chosen(["Male", "Female"], records.sex[record]),
            "Ethnicity": pc.fill_null(chosen(_ETHNICITY, records.detail[record]), "No data"),
            "Postcode": postcode_text(world, records, record, events.day, nfa=None),
            "UPRN": pa.array(world.places.uprn(home), mask=record % 3 == 0).cast(pa.string()),
            "Client_Type": chosen(["Service User", "Carer known by association"], (rows % 41 == 0).astype(np.int8)),
            "Event_Type": chosen(["Request", "Assessment", "Service", "Review"], events.kind),
            "Event_Start_Date": dates(events.day, "%d/%m/%Y"),
            "Event_End_Date": dates(ended_by(events.end, end, NEVER), "%d/%m/%Y"),
            "Primary_Support_Reason": chosen(_REASONS, events.code),
            "Request_Route_of_Access": _routes(book, rows),
            "Event_Outcome": _outcomes(book, rows),
            "Accommodation_Status": chosen(["Owner occupier", "Tenant", "Care home"], record % 5 % 3),
            "Has_Unpaid_Carer": flagged((record % 4 == 0) & ~alone, "Yes", "No"),
            "Case_Worker": numbered(record % 71, "SW"),
            "Case_Note": _notes(world, book, rows),
        }
    )


def _routes(book: Book, rows: NDArray[np.intp]) -> pa.Array:
    events = book.events.take(rows)
    police = np.isin(events.code, (public.REASON_MENTAL, public.REASON_SOCIAL))
    route = np.where(police, 3, rows % 3)
    options = ["Community: other", "Planned hospital discharge", "Self-referral", "Police or safeguarding notice"]
    return chosen(options, np.where(events.kind == public.ASC_REQUEST, route, -1))


def _outcomes(book: Book, rows: NDArray[np.intp]) -> pa.Array:
    events = book.events.take(rows)
    request, assessment = events.kind == public.ASC_REQUEST, events.kind == public.ASC_ASSESSMENT
    code = np.select([request, assessment], [events.outcome, 2 + events.outcome], -1)
    return chosen([*_REQUEST_OUTCOMES, *_ASSESSMENT_OUTCOMES], code)


def _notes(world: World, book: Book, rows: NDArray[np.intp]) -> pa.Array:
    surname = name_text(world.names, book.records.surname[book.record[rows]])
    text = pc.binary_join_element_wise("Visit to Mr/Mrs ", surname, ", daughter present", "")
    return pc.if_else(pa.array(rows % 4 == 0), text, pa.scalar(None, pa.string()))
