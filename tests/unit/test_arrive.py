"""Deliveries are loaded one at a time, in whatever order they are listed."""

import gc
import weakref

import pytest

from governance.errors import InternalError
from governance.warehouse import connect, fetch_table
from linkage.arrive import SourceViews, load_deliveries
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


def test_an_iterator_holds_one_delivery_at_a_time():
    """What was taken in is let go before the next source is opened."""
    alive = []

    def opened():
        for one in sorted(deliveries(), key=lambda delivery: delivery.source):
            gc.collect()
            assert [table for table in alive if table() is not None] == []
            views = one.views.slice(0)
            alive.append(weakref.ref(views))
            yield SourceViews(one.source, one.one_record_per_person, views, one.records, one.u_statistics)
            del views

    assert loaded(opened()) == loaded(list(deliveries()))


def test_an_iterator_out_of_order_is_refused():
    """It cannot be sorted without being held whole."""
    with pytest.raises(InternalError) as raised:
        loaded(iter(sorted(deliveries(), key=lambda delivery: delivery.source, reverse=True)))

    assert raised.value.code == "E-ORDER"
