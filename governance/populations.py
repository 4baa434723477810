"""Estimates of the population from outside, such as those of the Office for National Statistics.

A register holds people who have left and lacks people who never came; an estimate does neither, and is of nobody by
name. Rates out of both, side by side, show how much of a difference is the denominator's.
"""

from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from governance.errors import BadInput, Fault, PolicyRefusal
from governance.settings.project import Population
from governance.signed_file import read_signed_csv

SCHEMA = pa.schema([("dimension", pa.string()), ("group", pa.string()), ("people", pa.int64())])


def load_population(root: Path, population: Population) -> pa.Table:
    """One estimate.

    Args:
        root: The project folder.
        population: Path and SHA-256 from the signed ``project.yaml``.

    Returns:
        Columns dimension, group and people, sorted.

    Raises:
        PolicyRefusal: It is not the file that was signed.
        BadInput: Columns are missing, a group stands twice, or a number of people is none.
    """
    table = read_signed_csv(
        root,
        population,
        SCHEMA,
        wanted="columns dimension, group and people (whole numbers) are wanted",
        bad=partial(_bad, population),
        other=partial(_other_file, population),
    )
    if faults := _faults(table):
        raise _bad(population, faults)
    return table.sort_by([("dimension", "ascending"), ("group", "ascending")])


def _faults(table: pa.Table) -> list[Fault]:
    faults = []
    if table.group_by(["dimension", "group"]).aggregate([]).num_rows < table.num_rows:
        faults.append(Fault(what="a group stands in more than one row"))
    if (
        not table.num_rows
        or pc.any(pc.or_kleene(pc.is_null(table["people"]), pc.less_equal(table["people"], 0))).as_py()
    ):
        faults.append(Fault(what="every group needs a number of people above 0"))
    return faults


def _other_file(population: Population) -> PolicyRefusal:
    return PolicyRefusal(
        f"{population.path} is not the estimate that project.yaml was signed with.",
        why="Another estimate gives other rates, and nobody would see it.",
        fix="Restore the signed file; or, for a new estimate, set its sha256 in project.yaml and have it approved.",
        code="E-POPULATION-DIGEST",
    )


def _bad(population: Population, faults: list[Fault]) -> BadInput:
    return BadInput(
        f"{population.path} cannot be used as a population estimate.",
        why="Rates are worked out from it; a group that is missing or stands twice would give a wrong one.",
        fix="Give a CSV file with one row a group: dimension (such as district), group and people.",
        code="E-POPULATION",
        faults=faults,
    )
