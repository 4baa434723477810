"""What a proposal counts once it is a definition: by the very statements, verdicts and keys of the board's cohorts."""

from collections.abc import Iterable, Sequence
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from cohorts.catalogue import catalogue_of
from cohorts.counts import count_cohorts
from cohorts.definition import read_definition
from cohorts.finder.proposal import Proposal
from cohorts.query import Definition
from cohorts.run import run_cohorts
from governance.disclosure import ALL, EVERYONE
from governance.errors import Fault
from governance.keys.ring import Secret
from governance.settings import Project, Source, config_error, parse_yaml

STATES = ("population", "met", "not_met", "cannot_tell")


def count_proposals(
    con: duckdb.DuckDBPyConnection,
    proposals: Sequence[Proposal],
    sources: Sequence[Source],
    project: Project,
    as_of: date,
    *,
    noise_key: Secret,
) -> pa.Table:
    """Who meets each proposal, who does not, and of whom nobody can tell; no breakdown.

    Args:
        con: Holds the analysis tables; what ``run_cohorts`` and ``count_cohorts`` make is replaced.
        proposals: From ``find``.
        sources: Of the project.
        project: Its purpose, and whether homes are told.
        as_of: First day after the period.
        noise_key: The key of the project's releases, so that the same people have the same noise everywhere.

    Returns:
        Contract ``cohort_count``: exact, for inside the analysis zone.

    Raises:
        ConfigError: A proposal is no definition; a fault of ours.
    """
    results = run_cohorts(con, definitions_of(proposals, sources, project), as_of)
    counts = count_cohorts(con, results, sources, noise_key=noise_key)
    whole = pc.and_(pc.equal(counts["dimension"], ALL), pc.is_in(counts["measure"], pa.array(STATES)))
    return counts.filter(pc.and_(whole, pc.not_equal(counts["cohort"], EVERYONE)))


def definitions_of(proposals: Iterable[Proposal], sources: Sequence[Source], project: Project) -> list[Definition]:
    """Proposals as a project would read them were their files among its cohorts.

    Raises:
        ConfigError: One has faults.
    """
    catalogue = catalogue_of(sources, households=project.households)
    faults: list[Fault] = []
    files = [parse_yaml(one.text.encode(), name=one.file_name) for one in proposals]
    read = [read_definition(file, project.purpose, catalogue, faults) for file in files]
    if faults:
        raise config_error(faults)
    return [one for one in read if one is not None]
