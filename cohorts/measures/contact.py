"""How contacts are spread over sectors and time: one row a person, made once and counted by every cohort.

    distinct sectors          sectors with any contact in the 12 months
    most sectors in 90 days   the largest number of sectors in any 90 days
    fragmentation             1 - COC over sectors, COC = (sum n^2 - N) / (N (N - 1)), from 4 days of contact on
    crisis share              days of contact in a crisis, of all days of contact
    bounce rate               referrals closed without any contact until 90 days later, of all closed so long ago
    retellings                organisations that assessed the person, or saw them after a referral
    days to sustained contact from the first recorded need to the third planned contact with one source in 180 days

Sources: Bice and Boxerman 1977, Med Care 15:347, for COC; at least 4 contacts: Rosenberg and Zulman 2020; one contact a
provider and day, and sectors beside providers: our own (decision 45). Dispersion is not bad in itself.
"""

from collections.abc import Sequence
from datetime import date

import duckdb
import pyarrow as pa

from cohorts.analysis import parts_of
from cohorts.durations import Duration
from cohorts.measures.roles import kind_roles, unknown_kinds
from governance.contracts import EPISODE, check_table
from governance.in_parts import in_parts
from governance.warehouse import fetch_table, load_sql, load_table, materialise

WINDOW = Duration.parse("12m")
"""Over which contacts are counted."""

_PACKAGE = "cohorts.measures"
_NO_CENTROIDS = pa.schema(
    [("small_area", pa.string()), ("easting", pa.float64()), ("northing", pa.float64())]
).empty_table()
_DATED: dict[str, tuple[str, ...]] = {
    "contact_day": (),
    "episode": (),
    "person_contact": ("person", "contact_day", "episode", "event"),
    "need_wait": (),
    "appointment": ("person", "address_spell", "event"),
}
"""What is made of dated events, and of which tables it reads the rows of some people at a time: where it takes much to
tell one person's, for every part reads all events."""


def measure_contacts(con: duckdb.DuckDBPyConnection, as_of: date, centroids: pa.Table | None = None) -> list[str]:
    """Make the tables of contacts, referrals, waits and appointments; see ``sql/`` for each.

    Args:
        con: Holds ``person``, ``event``, ``need_evidence``, ``provider`` and ``address_spell``.
        as_of: First day after the period.
        centroids: Centres of small areas: columns small_area, easting and northing in metres.

    Returns:
        Event kinds that no measure counts, because their word is not known.
    """
    kinds = [kind for (kind,) in con.execute("SELECT DISTINCT kind FROM event ORDER BY kind").fetchall()]
    load_table(con, "kind_role", kind_roles(kinds))
    load_table(con, "centroid", _NO_CENTROIDS if centroids is None else centroids)
    materialise(con, "provider_site", load_sql(_PACKAGE, "provider_site"))
    window = {"since": WINDOW.before(as_of), "as_of": as_of}
    parts = parts_of(con)
    for name, tables in _DATED.items():
        in_parts(
            con, name, load_sql(_PACKAGE, name), dict.fromkeys(tables, "person_id"), parts if tables else 1, window
        )
    check_table(fetch_table(con, "SELECT * FROM episode LIMIT 0"), EPISODE)
    for name in ("referral_wait", "waiting_list"):
        materialise(con, name, load_sql(_PACKAGE, name), {"as_of": as_of})
    return unknown_kinds(kinds)


def continuity(contacts: Sequence[int]) -> float | None:
    """Bice and Boxerman's index of contacts by provider (or sector): 1 with one provider, 0 if never the same twice.

    Args:
        contacts: Contacts with each provider.

    Returns:
        None with fewer than 4 contacts in all.
    """
    total = sum(contacts)
    return None if total < 4 else (sum(n * n for n in contacts) - total) / (total * (total - 1))
