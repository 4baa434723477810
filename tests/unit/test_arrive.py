"""Deliveries are loaded in whatever order they are listed, and of their views no more than is compared."""

import gc
import weakref
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from governance.contracts import VIEW
from governance.warehouse import connect, fetch_table, materialise
from linkage.arrive import FIELDS, load_deliveries, load_fields
from tests.lib.linkage import deliveries


def loaded(delivered):
    """Tables of a warehouse that these deliveries were loaded into."""
    con = connect(threads=1)
    arrived = load_deliveries(con, delivered)
    tables = [fetch_table(con, f"SELECT * FROM {name} ORDER BY ALL") for name in ("source", "record", "view")]
    return arrived.sources, tables


def test_the_order_of_a_list_does_not_matter():
    """Sources are numbered by id, records without gaps."""
    sources, tables = loaded(list(deliveries()))
    turned_sources, turned = loaded(list(reversed(deliveries())))

    assert list(sources.items()) == list(turned_sources.items())
    assert all(one.equals(other) for one, other in zip(tables, turned, strict=True))
    assert tables[1]["record"].to_pylist() == list(range(1, tables[1].num_rows + 1))
    assert list(sources) == sorted(sources)


class Parted:
    """Views that come in parts, and what was asked of them."""

    def __init__(self, views, rows):
        self._views, self._rows = views, rows
        self.alive = []

    def parts(self, columns):
        """Some rows at a time; each part must be gone when the next is made."""
        for start in range(0, self._views.num_rows, self._rows):
            if any(part() is not None for part in self.alive[-2:]):
                gc.collect()  # a cycle may hold it; always collecting would take minutes late in a whole run of tests
            assert [part for part in self.alive if part() is not None] == []
            part = pa.table(self._views.select(list(columns)).slice(start, self._rows).to_pydict())
            part = part.cast(pa.schema([VIEW.schema.field(name) for name in columns]))
            self.alive.append(weakref.ref(part))
            yield part
            del part


def in_parts(one, rows=50):
    """A delivery whose views come in parts."""
    return replace(one, views=Parted(one.views, rows))


def test_views_that_come_in_parts_are_the_same_views():
    """Keys, and the fields of those that are compared: a part at a time, none held longer than its turn."""
    whole, parted = list(deliveries()), [in_parts(one) for one in deliveries()]

    assert loaded(parted)[1:] == loaded(whole)[1:]
    fields = [fields_of(delivered) for delivered in (whole, parted)]
    assert fields[0].equals(fields[1])
    assert 0 < fields[0].num_rows < sum(one.views.num_rows for one in whole)
    assert all(len(one.views.alive) > 5 for one in parted)


def fields_of(delivered):
    """The views of every third place, with their records' numbers."""
    con = connect(threads=1)
    arrived = load_deliveries(con, delivered)
    wanted = (
        "SELECT source_no, place, record::INTEGER AS record FROM view INNER JOIN record USING (source_no, record_id)"
    )
    materialise(con, "kept_place", f"{wanted} WHERE place % 3 = 1")
    load_fields(con, arrived.deliveries)
    return fetch_table(con, "SELECT * FROM loaded_view ORDER BY ALL")


def test_fields_are_those_of_the_views_asked_for():
    """Each at its place: whole rows as the source sent them, under the number of their record."""
    sent = {one.source: one for one in deliveries()}
    numbered = {name: number for number, name in enumerate(sorted(sent))}
    found = fields_of(list(deliveries()))

    for name, number in numbered.items():
        views = sent[name].views
        wanted = views.take(pa.array([row for row in range(views.num_rows) if row % 3 == 1])).select(FIELDS)
        mine = found.filter(pc.equal(found["source_no"], number)).select(FIELDS)
        by = [
            (column, "ascending") for column in ("rule", "block", "variant", "forename_lo", "surname_lo", "birth_sex")
        ]
        assert mine.sort_by(by).equals(wanted.sort_by(by).combine_chunks())
