"""Housing options: people of each case and the stages of the case, in the manner of H-CLIC."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.demo import service_public as public
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
from flows.demo.delivery import Delivery, Extract, ended_by, known_by, last_seen
from flows.demo.draws import happens
from flows.demo.events import Events, together
from flows.demo.noise import Noise
from flows.demo.records import group_events
from flows.demo.spoil import with_bad_dates, with_repeats
from flows.demo.timeline import NEVER
from flows.demo.world import HOUSING, World

_NOISE = Noise(
    nhs_missing=0.93, nhs_wrong=0.006, nhs_slip=0.004, short_name=0.08, spelling=0.05, slip=0.03, swapped=0.01,
    old_surname=0.3, birth_slip=0.012, birth_swapped=0.01, birth_january=0.012, birth_missing=0.01, birth_broken=0.002,
    postcode_missing=0.04, postcode_slip=0.01, postcode_broken=0.004, address_lag_days=25.0, sex_missing=0.006,
    ethnic_missing=0.08, ethnic_wrong=0.03, phone=0.8, email=0.45, plain_letters=0.97,
)  # fmt: skip


def open_hclic(world: World) -> Book:
    """Main applicants and the children who come with them; some people have a second number from an earlier case."""
    rng = world.streams.rng("housing records")
    events = _with_children(world, world.events[HOUSING])
    person, first, record = group_events(rng, events, split=0.08)
    return book_of(world, HOUSING, _NOISE, events, person, first, record, first_number=700_000)


def _with_children(world: World, events: Events) -> Events:
    """Each event of a parent also stands for the children of the household, in a part of the cases."""
    household, people = world.people.household, world.people
    rng = world.streams.rng("housing children")
    with_family = np.flatnonzero(happens(rng, 0.75, people.size)[events.person])
    first = np.searchsorted(household, household[events.person[with_family]], side="left")
    size = np.searchsorted(household, household[events.person[with_family]], side="right") - first
    parent = np.repeat(with_family, size)
    member = np.repeat(first, size) + np.arange(len(parent)) - np.repeat(np.cumsum(size) - size, size)
    age = (events.day[parent] - people.birth[member]) / 365.25
    child = (age >= 0) & (age < 18) & (member != events.person[parent])
    theirs = events.take(parent[child])
    columns = {name: getattr(theirs, name) for name in Events.__slots__} | {
        "person": member[child].astype(np.int32),
        "flags": np.zeros(int(child.sum()), np.int16),
    }
    return together(events, Events(**columns))


def deliver(world: World, book: Book, period: str, end: int) -> Delivery:
    """People and case stages up to a period's end."""
    rng = world.streams.rng(f"housing delivery {period}")
    known = known_by(book.records, end)
    people = with_repeats(rng, _people(world, book, known, end), share=0.006)
    stages = with_bad_dates(rng, _stages(book, end), "Stage date", "unknown", share=0.004)
    return Delivery(
        extracts=[
            _file("hclic_people", people),
            _file("hclic_stages", with_repeats(rng, stages, share=0.004)),
        ],
        record_id=numbered(book.records.number[known], "P"),
        person=book.records.person[known],
    )


def _file(name: str, table: pa.Table) -> Extract:
    return Extract(path=f"housing/{name}.csv", table=table, delimiter=";", encoding="cp1252", newline="\r\n")


def _people(world: World, book: Book, known: NDArray[np.intp], end: int) -> pa.Table:
    records, names = book.records, world.names
    seen = last_seen(records, book.record, book.events.day, end)[known]
    adult = world.people.birth[records.person[known]] < seen - 6575
    return pa.table(
        {
            "PersonRef": numbered(records.number[known], "P"),
            "Relationship": chosen(["Child", "Main applicant"], adult.astype(np.int8)),
            "Surname": _latin(name_text(names, records.surname[known])),
            "First name": _latin(name_text(names, records.forename[known])),
            "D.O.B.": dates(records.birth[known], "%d-%m-%Y", broken=records.birth_broken[known]),
            "Sex": chosen(
                ["Male", "Female", "Prefer not to say"], np.where(records.sex[known] < 0, 2, records.sex[known])
            ),
            "Ethnic group": numbered_or_blank(records.detail[known]),
            "NHS No": nhs_text(records.nhs_number[known], spaced=True),
            "NI Number": numbered(records.number[known] % 1_000_000 + 100_000, "QQ"),
            "Last settled postcode": pc.utf8_lower(postcode_text(world, records, known, seen, nfa=None)),
            "Telephone": phone_text(records.phone[known], international=known % 6 == 0),
            "E-mail": email_text(world, records, known),
        }
    )


def numbered_or_blank(detail: NDArray[np.integer]) -> pa.Array:
    """Ethnic group as a number from 1; 99 where it is not known."""
    return numbered(np.where(detail < 0, 99, detail + 1))


def _latin(text: pa.Array) -> pa.Array:
    """Only letters that Windows' western code page has."""
    distinct = text.dictionary_encode()
    kept = [value.encode("cp1252", "replace").decode("cp1252") for value in distinct.dictionary.to_pylist()]
    return pa.array(kept, pa.string()).take(distinct.indices)


def _stages(book: Book, end: int) -> pa.Table:
    rows = book.event_rows(end)
    events, record = book.events.take(rows), book.record[rows]
    homeless = events.outcome > 0
    return pa.table(
        {
            "PersonRef": numbered(book.records.number[record], "P"),
            "Stage": chosen(["APPLICATION", "DUTY TO REFER", "RELIEF DUTY", "TEMP ACCOMMODATION"], events.kind),
            "Stage date": dates(events.day, "%d-%m-%Y"),
            "Stage end": dates(ended_by(events.end, end, NEVER), "%d-%m-%Y"),
            "Assessed as": _assessed(events, homeless),
            "Support: domestic abuse": flagged(events.flags & public.SUPPORT_ABUSE, "Yes", "No"),
            "Support: mental health": flagged(events.flags & public.SUPPORT_MENTAL, "Yes", "No"),
            "Support: drugs or alcohol": flagged(events.flags & public.SUPPORT_SUBSTANCE, "Yes", "No"),
            "Support: offending history": flagged(events.flags & public.SUPPORT_OFFENDING, "Yes", "No"),
            "Officer": numbered(record % 31, "HO"),
        }
    )


def _assessed(events: Events, homeless: NDArray[np.bool_]) -> pa.Array:
    referral = events.kind == public.HOUSING_DUTY_TO_REFER
    return chosen(["Threatened", "Homeless"], np.where(referral, -1, homeless.astype(np.int8)))
