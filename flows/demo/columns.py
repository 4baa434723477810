"""Turn codes, days and numbers into the texts of a column."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.demo.draws import Codes, Mask
from flows.demo.names import Names
from flows.demo.records import UNKNOWN_DAY, Records, dwelling_at, without_address
from flows.demo.timeline import NEVER, Days
from flows.demo.world import World


def chosen(options: Sequence[str | None], codes: NDArray[np.integer]) -> pa.Array:
    """The option each code points at; negative codes are empty."""
    return pa.array(list(options), pa.string()).take(_indices(codes))


def flagged(mask: Mask | NDArray[np.integer], yes: str | None = "Y", no: str | None = "N") -> pa.Array:
    """One of two texts."""
    return chosen([no, yes], np.asarray(mask, bool).astype(np.int8))


def name_text(names: Names, codes: Codes, *, upper: bool = False) -> pa.Array:
    """Names as text; -1 is empty."""
    return (names.upper if upper else names.text).take(_indices(codes))


def joined(separator: str, *parts: pa.Array) -> pa.Array:
    """Texts joined; empty parts are skipped."""
    return pc.binary_join_element_wise(*parts, separator, null_handling="skip")


def numbered(numbers: NDArray[np.integer], prefix: str = "") -> pa.Array:
    """Whole numbers as text after a prefix."""
    text = pa.array(numbers).cast(pa.string())
    return pc.binary_join_element_wise(prefix, text, "") if prefix else text


def dates(days: Days, pattern: str, *, broken: Mask | None = None) -> pa.Array:
    """Days as text; unknown and never are empty; broken ones are 31 February.

    Args:
        days: Days since 1970-01-01.
        pattern: As for strftime, with ``%d``, ``%m`` or ``%b``, and ``%Y``.
        broken: Rows whose date is to be no real date.
    """
    missing = (days <= UNKNOWN_DAY) | (days >= NEVER)
    distinct, where = np.unique(np.where(missing, 0, days), return_inverse=True)
    stamps = pa.array(distinct, pa.int32()).cast(pa.date32())
    text = pc.strftime(stamps, pattern)
    if broken is not None and broken.any():
        impossible = pattern.replace("%d", "31").replace("%m", "02").replace("%b", "Feb")
        text = pa.concat_arrays([text, pc.strftime(stamps, impossible)])
        where = where + np.where(broken, len(distinct), 0)
    return text.take(pa.array(where, mask=missing))


def nhs_text(numbers: NDArray[np.int64], *, spaced: bool = False) -> pa.Array:
    """NHS numbers as text, in threes and a four if spaced; 0 is empty."""
    text = pa.array(numbers, mask=numbers == 0).cast(pa.string())
    if not spaced:
        return text
    parts = [pc.utf8_slice_codeunits(text, start, stop) for start, stop in ((0, 3), (3, 6), (6, 10))]
    return pc.binary_join_element_wise(*parts, " ")


def phone_text(numbers: NDArray[np.int64], *, international: NDArray[np.bool_] | None = None) -> pa.Array:
    """Mobile numbers as people give them; 0 is empty."""
    text = pa.array(numbers, mask=numbers == 0).cast(pa.string())
    national = pc.binary_join_element_wise("0", text, "")
    if international is None:
        return national
    return pc.if_else(pa.array(international), pc.binary_join_element_wise("+44 ", text, ""), national)


def postcode_text(world: World, records: Records, rows: NDArray[np.intp], day: Days, *, nfa: str | None) -> pa.Array:
    """Postcodes as a service knew them on a day.

    Args:
        world: Whose addresses.
        records: The service's records.
        rows: One record a row.
        day: One day a row.
        nfa: What the service writes for people of no fixed address: the pseudo-postcode, or None for empty.
    """
    person, fault = records.person[rows], records.postcode_fault[rows]
    home = world.places.dwelling_postcode[dwelling_at(world, person, day - records.lag[rows])]
    count = len(world.places.postcode)
    known = world.places.postcode.tolist()
    slipped = [code[:-2] + code[-1] + code[-2] for code in known]
    broken = [code[:-1] for code in known]
    vocabulary = pa.array([*known, *slipped, *broken, nfa], pa.string())
    code = home + np.select([fault == 2, fault == 3], [count, 2 * count], 0)
    code = np.where(without_address(world, person, day), 3 * count, code)
    return vocabulary.take(_indices(np.where((fault == 1) & (code < 3 * count), -1, code)))


def email_text(world: World, records: Records, rows: NDArray[np.intp]) -> pa.Array:
    """Addresses made of the person's own name, at a domain kept for examples."""
    person = records.person[rows]
    people, names = world.people, world.names
    local = joined(
        ".", *(name_text(names, names.plain[code[person]]) for code in (people.forename, people.birth_surname))
    )
    clean = pc.replace_substring_regex(pc.utf8_lower(local), "[^a-z.]", "")
    domain = pa.array(["@example.org"] * len(rows), pa.string())
    made = joined("", clean, numbered(people.nhs_number[person] * 31 % 89 + 10), domain)
    return pc.if_else(pa.array(records.has_email[rows]), made, pa.scalar(None, pa.string()))


def _indices(codes: NDArray[np.integer]) -> pa.Array:
    return pa.array(codes, mask=np.asarray(codes) < 0)
