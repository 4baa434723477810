"""A digest of what a file's rows say, whatever container, dialect and order they came in.

It is the same for a file that was saved again, zipped, split, sorted or exported from another program, as long as each
row is read as the same values. Guessing rows of which order and form no longer matter is easier than guessing bytes, so
the digest is keyed with the source's own record key, and nothing of a single row is kept.
"""

import json

import duckdb
from cryptography.hazmat.primitives import hashes, hmac

from governance.intake.checks import ColumnPlan
from governance.keys import Secret
from governance.settings import ExtractFile

_PURPOSE = "extract content"


def content_hmac(
    con: duckdb.DuckDBPyConnection, file: ExtractFile, plans: list[ColumnPlan], *, rows_in: int, record_key: Secret
) -> str:
    """The digest of one file.

    Two hashes a row, each summed: a sum does not know the order, and unlike an exclusive-or it counts rows sent twice.
    What could not be read is in it by its reason; what is not read at all, such as the day of an export, by its text.

    Args:
        con: Holds ``typed_<file id>``.
        file: The file.
        plans: Its columns.
        rows_in: Rows delivered, those set aside too.
        record_key: The source's.

    Returns:
        64 hexadecimal digits. Other digests under another epoch's key, and where the description of the file changed.
    """
    read = [part for plan in plans for part in (f"v{plan.number}", f"f{plan.number}")] + ["unused"]
    once, again = ", ".join(read), ", ".join(reversed(read))
    [sums] = con.execute(
        f"SELECT count(*), sum(hash({once})), sum(hash('again', {again})) FROM typed_{file.id}"
    ).fetchall()
    said = json.dumps([file.id, [plan.name for plan in plans], rows_in, *(str(one or 0) for one in sums)])
    mac = hmac.HMAC(record_key.subkey(_PURPOSE).reveal(), hashes.SHA256())
    mac.update(said.encode())
    return mac.finalize().hex()
