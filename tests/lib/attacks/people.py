"""A population of which the attacker knows everything in clear, and the encodings under attack."""

import hmac
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from faker.providers.person.en_GB import Provider as BritishNames
from numpy.typing import NDArray

from governance.keys.ring import Secret
from tests.lib.linkage import LINKAGE, Row, encoded

SURNAMES = sorted({name for name in BritishNames.last_names if name.isalpha()})
FORENAMES = sorted({name for name in BritishNames.first_names if name.isalpha()})
OURS, THEIRS = Secret(bytes(range(32))), Secret(bytes(range(64, 96)))
"""The project's key, and the one an attacker makes up."""

_CLK_BITS, _CLK_HASHES = 1024, 10


def population(
    people: int, seed: int = 20261124, *, birth_dates: int = 30_000, postcodes: int = 0
) -> list[dict[str, Any]]:
    """People in clear: few birth dates and postcodes make dense blocks, like those of a large population."""
    rng = np.random.default_rng(seed)
    homes = postcodes or people // 3
    picks = zip(
        (len(FORENAMES) * rng.random(people) ** 2).astype(int).tolist(),
        (len(SURNAMES) * rng.random(people) ** 2).astype(int).tolist(),
        rng.integers(0, birth_dates, people).tolist(),
        rng.integers(0, homes, people).tolist(),
        rng.integers(0, 2, people).tolist(),
        strict=True,
    )
    return [
        {
            "record_id": number,
            "forename": FORENAMES[forename],
            "surname": SURNAMES[surname],
            "date_of_birth": date(1935, 1, 2) + timedelta(days=born * (30_000 // birth_dates)),
            "postcode": f"NM{home % 9 + 1} {home // 9 % 10}{chr(65 + home // 90 % 26)}{chr(65 + home // 2340)}",
            "sex": ("female", "male")[sex],
        }
        for number, (forename, surname, born, home, sex) in enumerate(picks, 1)
    ]


def views(rows: list[Row], root: Secret) -> pa.Table:
    """What the linkage zone is sent of them under the rules that ship: one view a record and rule."""
    table = encoded(rows, LINKAGE, root).views
    return table.filter(pa.array(table["variant"].to_numpy() == 0))


def record_filters(rows: list[Row], root: Secret) -> NDArray[np.bool_]:
    """The classical encoding (CLK): one Bloom filter of 1,024 bits a record, keyed, without salt. Shape (n, 1024)."""
    key, found = root.subkey("clk").reveal(), np.zeros((len(rows), _CLK_BITS), bool)
    for number, row in enumerate(rows):
        for token in _tokens(row):
            digest = hmac.digest(key, token.encode(), "sha512")
            found[number, np.frombuffer(digest, np.uint16)[:_CLK_HASHES] % _CLK_BITS] = True
    return found


def _tokens(row: Row) -> list[str]:
    texts = [str(row["forename"]), str(row["surname"]), row["date_of_birth"].strftime("%d%m%Y"), str(row["postcode"])]
    return [
        f"{field}{text[at : at + 2]}"
        for field, text in enumerate(f"_{t.lower()}_" for t in texts)
        for at in range(len(text) - 1)
    ]
