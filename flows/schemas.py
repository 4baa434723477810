"""JSON Schemas of every config file, and of the record of a release, from the models themselves."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from cohorts.board import Board
from cohorts.definition import cohort_schema
from governance.release_record import ReleaseRecord
from governance.settings import Policy, Preset, Project, Source

_MODELS: dict[str, tuple[type[BaseModel], str]] = {
    "project": (Project, "Project file"),
    "policy": (Policy, "Policy file"),
    "source": (Source, "Source file"),
    "board": (Board, "The board's own file"),
    "preset": (Preset, "Mapping preset"),
    "release_record": (ReleaseRecord, "Record of a release"),
}


def all_schemas() -> dict[str, dict[str, Any]]:
    """Every schema by the kind of file it is for."""
    draft = "https://json-schema.org/draft/2020-12/schema"
    schemas = {
        name: {"$schema": draft, **model.model_json_schema(by_alias=True), "title": title}
        for name, (model, title) in _MODELS.items()
    }
    return {**schemas, "cohort": cohort_schema()}


def as_text(content: object) -> str:
    """JSON as it is written to files."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[str]:
    """Write ``<kind>.schema.json`` for every kind; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in all_schemas().items():
        path = folder / f"{name}.schema.json"
        path.write_text(as_text(content), encoding="utf-8", newline="\n")
        written.append(str(path))
    return written
