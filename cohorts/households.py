"""Who shares a home, told inside the source as a keyed token that says equal or not equal and nothing else.

The token is an AES-256 CBC-MAC under a key of its own, which no encoding of linkage is made under: the analysis zone
cannot turn it into an address, nor join it to what the linkage zone holds. A property number (UPRN) is believed before
an address; an address whose number the source knows from other rows is taken to be that property.
"""

import duckdb
import pyarrow as pa

from governance.keys.ring import Secret
from governance.pseudonym import record_ids
from governance.warehouse import fetch_table, load_sql, load_table

_SCHEMA = pa.schema([("row_no", pa.int64()), ("household", pa.int64())])

SHARED_BY = 10
"""People at one address from which it is taken for a communal one, such as a hostel that nobody declared; the number
is that of the Cheshire and Merseyside complex households work."""


def stage_homes(con: duckdb.DuckDBPyConnection, source: str, key: Secret | None) -> None:
    """Make ``row_home``: a token for each row of ``person_row`` whose home is known.

    Args:
        con: Holds ``person_row``.
        source: Named in the error only.
        key: Of the project's household tokens; without it nobody's home is told.
    """
    if key is None:
        load_table(con, "row_home", _SCHEMA.empty_table())
        return
    homes = fetch_table(con, load_sql("cohorts", "home_text"))
    if not len(homes):
        load_table(con, "row_home", _SCHEMA.empty_table())
        return
    tokens = record_ids(pa.chunked_array(homes["home"]), key, source=source)
    load_table(con, "row_home", pa.table([homes["row_no"].combine_chunks(), pa.array(tokens)], schema=_SCHEMA))
