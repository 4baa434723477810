"""Links that no rule could find: what was found stands for what was missed, more of it where more is missed.

Linkage's draws decide pairs that were compared. A record that was compared with none of its person's others is in no
draw. How many there are is told by the verified NHS number, hidden from the rules: of the records that it shows to
have a partner, the share that no other rule brings together with any. The records that have no number are the ones at
risk; of those that were joined after all some are taken again (the more, the larger the share), each as what it
changed by being joined: one person counted instead of two.

The share is not known but drawn: a beta distribution for every source and ethnic group, narrow where many numbered
records speak for it, wide where few or none do. A source without numbers never inherits another's certainty
(design, section 4).
"""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from governance.contracts import DRAWN_PERSON, check_table
from governance.warehouse import fetch_table, load_sql, materialise

MOST_DONORS = 200
"""Joined records of one source and group that stand for all of them."""

FEWEST_KNOWN = 10
"""Records with a number that must speak for a source and group; under that it counts as silent."""

_SHARED, _SILENT = 20.0, 4.0
"""What is known of everybody counts as so many records: for a group that speaks, and for one that is silent."""

_WORSE = 1.5
"""Records without a number are missed more often than those with one; silent groups more often still. A judgement,
held against the truth of synthetic systems (docs/benchmarks.md)."""

_USUAL, _USUAL_WORTH = 0.02, 50.0
"""Before any number has spoken: two in a hundred, and what that guess is worth in records."""

_MOST = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Donors:
    """Joined records that stand for missed ones, in an order that is kept."""

    person_id: pa.ChunkedArray
    """Of whom each is a record."""
    split: pa.Table
    """Contract ``drawn_person``: donor 7's person without the record is ``without:7``, the record alone ``alone:7``."""
    stratum: NDArray[np.int64]
    """By donor, its source and ethnic group, numbered from 0."""
    weight: Floats
    """By donor: how many joined records it stands for."""
    known: Floats
    stranded: Floats
    """By stratum: records with a number and a partner, and how many of these no other rule compares with any."""


def find_donors(con: duckdb.DuckDBPyConnection) -> Donors:
    """Choose the donors.

    Args:
        con: Analysis tables, and what :func:`cohorts.missed.rates.rates_by_number` made of ``record_quality``.
    """
    materialise(con, "donor", load_sql("cohorts.uncertainty", "donor"), {"most": MOST_DONORS})
    table = fetch_table(con, "SELECT * FROM donor ORDER BY donor")
    stratum = table["stratum"].to_numpy()
    strata = fetch_table(con, load_sql("cohorts.uncertainty", "stratum"))
    chosen = np.bincount(stratum, minlength=strata.num_rows)
    return Donors(
        person_id=table["person_id"],
        split=check_table(fetch_table(con, load_sql("cohorts.uncertainty", "split")), DRAWN_PERSON),
        stratum=stratum,
        weight=table["joined"].to_numpy() / np.maximum(chosen, 1)[stratum],
        known=strata["known"].to_numpy().astype(float),
        stranded=strata["stranded"].to_numpy().astype(float),
    )


def missed_shares(known: Floats, stranded: Floats, draws: int, chance: np.random.Generator) -> Floats:
    """How many of the records of each stratum that have a partner are met by none: so many draws of what is not known.

    Args:
        known: Shape (strata,): records that a number speaks for.
        stranded: Of these, how many are met by none.
        draws: How many.
        chance: Where they come from.

    Returns:
        Shape (draws, strata), each below a half.
    """
    usual = _WORSE * (stranded.sum() + _USUAL * _USUAL_WORTH) / (known.sum() + _USUAL_WORTH)
    speaks = known >= FEWEST_KNOWN
    expected = np.minimum(np.where(speaks, usual, _WORSE * usual), _MOST)
    worth = np.where(speaks, _SHARED, _SILENT)
    seen, met = np.where(speaks, _WORSE * stranded, 0.0), np.where(speaks, known - stranded, 0.0)
    shares: Floats = chance.beta(seen + worth * expected, met + worth * (1 - expected), (draws, len(known)))
    return np.minimum(shares, _MOST)


def times_taken(donors: Donors, draws: int, chance: np.random.Generator) -> NDArray[np.int64]:
    """How often each donor stands for a missed link, draw by draw: shape (draws, donors).

    If a share q is missed, then for every link that was found there are q / (1 - q) that were not.
    """
    shares = missed_shares(donors.known, donors.stranded, draws, chance)[:, donors.stratum]
    return chance.poisson(donors.weight * shares / (1 - shares))


def taken_per_point(donors: Donors) -> Floats:
    """By donor, how many more times it stands for a link if one point more of all links is missed."""
    return donors.weight * 0.01
