"""Who could be singled out among the people of one source alone, each record a person of its own."""

from datetime import date

import pyarrow as pa

from cohorts.analysis import build_analysis
from cohorts.events import Payload
from cohorts.singling_out.measure import measure_singling_out
from cohorts.singling_out.shares import Shares
from governance.contracts import PERSON_INDEX
from governance.settings import Project, Source
from governance.warehouse import connect


def measure_alone(payload: Payload, source: Source, project: Project, as_of: date) -> dict[str, Shares]:
    """As :func:`measure_singling_out`, if the analysis zone held this source and nothing else.

    Args:
        payload: What the source would send.
        source: Whose it is.
        project: Names the spine.
        as_of: First day after the period.
    """
    with connect() as con:
        build_analysis(con, [source], _people(payload, source.id), {source.id: payload}, as_of, project)
        return measure_singling_out(con)


def _people(payload: Payload, source: str) -> pa.Table:
    """Every record is somebody else."""
    records = payload.record_person["record_id"]
    columns = [pa.repeat(pa.scalar(source, pa.string()), len(records)), records, records.cast(pa.string())]
    return pa.Table.from_arrays(columns, schema=PERSON_INDEX.schema)
