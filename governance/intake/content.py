"""A digest of what a file's rows say, whatever container, dialect and order they came in.

It is the same for a file that was saved again, zipped, split, sorted or exported from another program, as long as each
row is read as the same values. Guessing rows of which order and form no longer matter is easier than guessing bytes, so
the digest is keyed with the source's own record key, and nothing of a single row is kept.
"""

import json

import duckdb
from cryptography.hazmat.primitives import hashes, hmac

from governance.intake.checks import ColumnPlan
from governance.keys.ring import Secret
from governance.settings import ExtractFile

_PURPOSE = "extract content"


def content_said(con: duckdb.DuckDBPyConnection, file: ExtractFile, plans: list[ColumnPlan], *, rows_in: int) -> bytes:
    """What a file says, for :func:`content_hmac`: open, so never kept.

    Two hashes a row, each summed: a sum does not know the order, and unlike an exclusive-or it counts rows sent twice.
    What could not be read is in it by its reason; what is not read at all, such as the day of an export, by its text.

    Args:
        con: Holds ``typed_<file id>``.
        file: The file.
        plans: Its columns.
        rows_in: Rows delivered, those set aside too.

    Returns:
        Sums over the rows. Others where the description of the file changed.
    """
    read = [part for plan in plans for part in _as_read(plan)] + ["unused"]
    once, again = ", ".join(read), ", ".join(reversed(read))
    [sums] = con.execute(
        f"SELECT count(*), sum(hash({once})), sum(hash('again', {again})) FROM typed_{file.id}"
    ).fetchall()
    return json.dumps([file.id, [plan.name for plan in plans], rows_in, *(str(one or 0) for one in sums)]).encode()


def _as_read(plan: ColumnPlan) -> tuple[str, str]:
    """A value and why it is missing; of a birth that is read otherwise in another month what stands there."""
    value, fault = f"v{plan.number}", f"f{plan.number}"
    if not plan.timeless:
        return value, fault
    return f"w{plan.number}", f"CASE WHEN w{plan.number} IS NULL THEN {fault} END"


def content_hmac(said: bytes, record_key: Secret) -> str:
    """The digest of one file: 64 hexadecimal digits, others under another epoch's key of the source."""
    mac = hmac.HMAC(record_key.subkey(_PURPOSE).reveal(), hashes.SHA256())
    mac.update(said)
    return mac.finalize().hex()
