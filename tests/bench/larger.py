"""The analysis step and what follows it with more people and more events than were linked, only to measure size.

python -m tests.bench.larger --copies 15 --events 6 cohorts PROJECT --plain

What linkage and the sources sent is multiplied when it is opened: every person, record, home and draw so many times
under new ids (systems that share no one, and live in small areas of their own: else everybody had as many twins), and
every event so many times, each time eleven days earlier. All events of a person move alike, so what follows what, and
after how long, stays; how often somebody was seen does not.
"""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import cohorts
from tests.bench import more_people

DAYS_APART = 11
_NEW_NUMBER, _NEW_TEXT = ("record_id", "household"), ("person_id", "small_area")
_DAYS, _NUMBER = ("start", "end"), "event_no"
_EVENTS = "record_event"


def multiplied(tables: Mapping[str, pa.Table], *, copies: int, events: int) -> dict[str, pa.Table]:
    """So many copies of everybody, and so many events for each.

    Args:
        tables: By the name of their contract.
        copies: Of people; 1 leaves them.
        events: For each event; 1 leaves them.
    """
    found = {}
    for name, table in tables.items():
        more = pa.concat_tables([_earlier(table, n) for n in range(events)]) if name == _EVENTS else table
        found[name] = pa.concat_tables([_renamed(more, n) for n in range(copies)]) if copies > 1 else more
    return found


def _earlier(table: pa.Table, number: int) -> pa.Table:
    """Events as they are, but so many times ``DAYS_APART`` earlier, under numbers of their own."""
    if not number:
        return table
    for name in _DAYS:
        days = pc.subtract(table[name].cast(pa.int32()), pa.scalar(number * DAYS_APART, pa.int32()))
        table = _with(table, name, days.cast(pa.date32()))
    after = pc.max(table[_NUMBER]).as_py() or 0
    own = pc.add(table[_NUMBER], pa.scalar(number * (after + 1), table[_NUMBER].type))
    return _with(table, _NUMBER, own)


def _renamed(table: pa.Table, number: int) -> pa.Table:
    """The same of others: every id, home, person and small area has another name."""
    if not number:
        return table
    mark = np.int64(np.uint64(number * 0x9E3779B97F4A7C15 & (1 << 62) - 1))
    for name in set(_NEW_NUMBER) & set(table.column_names):
        table = _with(table, name, pc.bit_wise_xor(table[name], pa.scalar(int(mark), pa.int64())))
    for name in set(_NEW_TEXT) & set(table.column_names):
        table = _with(table, name, pc.binary_join_element_wise(table[name], pa.scalar(f"{number:02}"), ""))
    return table


def _with(table: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(name), table.schema.field(name), column)


def main() -> None:
    """Run a command of joinedup on more than there is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--events", type=int, default=1)
    options, command = parser.parse_known_args()
    opened = cohorts._open

    def larger(*given: Any, **named: Any) -> tuple[dict[str, pa.Table], dict[str, Any]]:
        tables, facts = opened(*given, **named)
        return multiplied(tables, copies=options.copies, events=options.events), facts

    cohorts._open = larger
    sys.argv = ["joinedup", *command]
    more_people.main()


if __name__ == "__main__":
    main()
