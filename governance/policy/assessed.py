"""What an impact assessment looks at, as one digest: the same data, bases and linkage have the same one."""

import json
from hashlib import sha256
from typing import Any

from governance.settings import Bundle

_OF_SOURCE = {"id", "organisation", "sector", "legal", "opt_outs", "sensitive_records", "files"}
_OF_PROJECT = {"id", "organisation", "purpose", "direct_care", "risk_stratification", "spine", "linkage", "households"}


def assessed_digest(bundle: Bundle) -> str:
    """SHA-256 over what changes the risk to people.

    Not in it: comments, agreements and their dates, titles, the look-up, cohorts (an IG lead approves those), and
    which name band file is used (whether one is used is in it). A renewed agreement needs no new assessment; one more
    column does.
    """
    project = bundle.project.model_dump(mode="json", by_alias=True, include=_OF_PROJECT)
    project["linkage"]["name_bands"] = bundle.project.linkage.name_bands is not None
    recipients = [one.model_dump(mode="json") for one in bundle.project.governance.recipients]
    sources = [source.model_dump(mode="json", by_alias=True, include=_OF_SOURCE) for source in bundle.sources]
    for source in sources:
        _forget_dates(source)
        for file in source["files"]:
            file.pop("may_be_empty")  # a month with nobody in it puts nobody at risk
            _forget_confirming(file)
    whole = {"project": project, "recipients": recipients, "sources": sources}
    return sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _forget_confirming(file: dict[str, Any]) -> None:
    """Who looked at a column changes nothing that is done with it."""
    file.pop("confirmed")
    for column in file["columns"].values():
        column["confirm"] = False


def _forget_dates(source: dict[str, Any]) -> None:
    """Dates that are renewed without any change to what is done."""
    source["legal"]["common_law"].pop("expires")
    if attested := source["opt_outs"].get("type_1"):
        attested.pop("attested_on")
    if source["sensitive_records"]:
        source["sensitive_records"].pop("attested_on", None)
