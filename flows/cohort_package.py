"""The exact counts of one period, as the cohort step sealed them: the one way to open them again."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from flows.run import Run
from governance.ledger import Event
from governance.package import open_package


def open_cohorts(run: Run, tables: Sequence[str]) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """Tables of the cohorts' package by name, and its manifest.

    Raises:
        BadInput: The cohorts have not been run.
        PolicyRefusal: The keys are not here, or it is not what the ledger says.
    """
    return open_package(
        run.zone("analysis", run.period, "cohorts"),
        tables,
        run.ring.zone_private("analysis", run.today),
        {"kind": "cohorts", "period": run.period, "config_sha256": run.bundle.digest},
        recorded=run.published(Event.COHORTS_PUBLISHED),
    )
