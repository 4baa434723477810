"""People for the benchmark of encoding: half as many as records, with names and slips as in the synthetic ICS."""

import numpy as np
import pyarrow as pa

from flows.demo.draws import Codes, Rng, Streams
from flows.demo.names import COHORT_STARTS, SLIPS, Names, make_names

_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_SLIP = 0.03
_COMMUNITIES = np.array([0.75, *[0.25 / 16] * 16])


def make_people(records: int, seed: int) -> pa.Table:
    """Records of ``records // 2`` people as intake leaves them; the same seed makes the same.

    NHS numbers are there for 80%, phones for 60%, emails for 20%.
    """
    rng, people = np.random.default_rng(seed), records // 2
    names = make_names(Streams(seed).rng("names"))
    who = np.concatenate([np.arange(people), rng.integers(0, people, records - people)])
    sex = rng.integers(0, 2, people).astype(np.int8)
    year = rng.integers(COHORT_STARTS[0] + 35, 2020, people).astype(np.int32)
    community = rng.choice(len(_COMMUNITIES), people, p=_COMMUNITIES).astype(np.int32)
    forename = names.draw_forenames(rng, community, sex, year)
    surname = names.draw_surnames(rng, community, sex)
    born = ((year - 1970) * 365.25).astype(np.int32) + rng.integers(0, 365, people).astype(np.int32)
    home = rng.integers(0, people // 48 + 1, people)  # 48 people a postcode
    return pa.table(
        {
            "row_no": pa.array(np.arange(1, records + 1)),
            "record_id": pa.array(rng.permutation(records).astype(np.int64) * 7919 + 1),
            "forename": _written(rng, names, forename[who]),
            "surname": _written(rng, names, surname[who]),
            "date_of_birth": pa.array(born[who], pa.date32()),
            "sex": pa.array(["male", "female"]).take(pa.array(sex[who])),
            "postcode": pa.array([_postcode(n) for n in range(int(home.max()) + 1)]).take(pa.array(home[who])),
            "nhs_number": _some(rng, 9_000_000_000 + who, "", 0.8),
            "phone": _some(rng, 7_700_000_000 + who, "0", 0.6),
            "email": _some(rng, who, "person.number.", 0.2, "@example.org"),
        }
    )


def _written(rng: Rng, names: Names, codes: Codes) -> pa.Array:
    slips = rng.random(len(codes)) < _SLIP
    other = names.slips[codes, rng.integers(0, SLIPS, len(codes))]
    return names.text.take(pa.array(np.where(slips, other, codes)))


def _postcode(number: int) -> str:
    return f"NM{number // 4000 % 90 + 1} {number // 400 % 10}{_LETTERS[number // 20 % 20]}{_LETTERS[number % 20]}"


def _some(rng: Rng, numbers: Codes, before: str, share: float, after: str = "") -> pa.Array:
    texts = [f"{before}{number}{after}" for number in numbers.tolist()]
    return pa.array(texts, pa.string(), mask=rng.random(len(texts)) >= share)
