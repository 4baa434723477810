"""The config bundle: every file of a project folder, read once, all faults reported together."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from governance.errors import ConfigError, Fault
from governance.settings.confirming import check_confirmed
from governance.settings.fault import faults_of
from governance.settings.policy import Policy
from governance.settings.project import Project
from governance.settings.source import Source
from governance.settings.yaml_file import YamlFile, read_yaml

Model = TypeVar("Model", bound=BaseModel)

_UNCOUNTED = "Every rate is out of the people on it: without it nothing could be counted."


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A project folder's configs, typed, with the exact bytes an approval covers."""

    root: Path
    project: Project
    sources: tuple[Source, ...]
    policy: Policy
    files: dict[str, YamlFile]
    """By name below the root, such as ``sources/ed.yaml``."""

    @property
    def cohort_files(self) -> dict[str, YamlFile]:
        """The cohort definitions, still untyped: their language belongs to ``cohorts``."""
        return {name: file for name, file in self.files.items() if name.startswith("cohorts/")}

    @property
    def digest(self) -> str:
        """SHA-256 over names and exact bytes of every config file."""
        whole = sha256()
        for name, file in sorted(self.files.items()):
            whole.update(f"{name}\0{sha256(file.raw).hexdigest()}\n".encode())
        return whole.hexdigest()

    def source(self, source_id: str) -> Source:
        """The source with that id.

        Raises:
            ConfigError: There is none.
        """
        for source in self.sources:
            if source.id == source_id:
                return source
        known = ", ".join(source.id for source in self.sources)
        raise ConfigError(
            f"There is no source `{source_id}` in this project.",
            why="Only sources with a file in sources/ have been described and approved.",
            fix=f"Use one of: {known}; or add sources/{source_id}.yaml.",
            code="E-CONFIG-SOURCE",
        )


def load_bundle(root: Path) -> Bundle:
    """Read ``project.yaml``, ``policy.yaml``, ``sources/*.yaml`` and ``cohorts/*.yaml``.

    Raises:
        ConfigError: With every fault of every file, each with file, line and fix.
    """
    if not (root / "project.yaml").exists() and not (root / "sources").is_dir():
        raise _no_project(root)
    faults: list[Fault] = []
    files = _read_files(root, faults)
    project = _typed(files, "project.yaml", Project, faults)
    policy = _typed(files, "policy.yaml", Policy, faults) if "policy.yaml" in files else Policy()
    named = {name: _typed(files, name, Source, faults) for name in files if name.startswith("sources/")}
    sources = [source for _, source in sorted(named.items()) if source]
    faults += _cross_file_faults(files, project, named)
    if faults or project is None or policy is None:
        raise config_error(faults)
    check_confirmed(files, sources)
    return Bundle(root=root, project=project, sources=tuple(sources), policy=policy, files=files)


def check_is_project(root: Path) -> None:
    """Check that a folder holds a project, whatever is in it.

    Raises:
        ConfigError: It does not, or is no folder.
    """
    if not (root / "project.yaml").exists():
        raise _no_project(root)


def _no_project(root: Path) -> ConfigError:
    held = "holds no project.yaml" if root.is_dir() else "is not a folder"
    return ConfigError(
        f"There is no project here: {root.name or 'this folder'} {held}.",
        why="A project is the folder that holds project.yaml and sources/.",
        fix="Check the path, or start a project there with `joinedup init`. Nothing was written.",
        code="E-PROJECT",
    )


def config_error(faults: Sequence[Fault]) -> ConfigError:
    """All faults of all files as one error."""
    return ConfigError(
        f"The project's files have {len(faults)} fault{'s' if len(faults) != 1 else ''}.",
        why="Nothing runs on a config that can be read in two ways.",
        fix="Mend the lines above, then run `joinedup check` again. Nothing was written.",
        code="E-CONFIG",
        faults=faults,
    )


def validate_yaml(file: YamlFile, model: type[Model], faults: list[Fault]) -> Model | None:
    """The typed content of one file; on failure one fault for each thing wrong."""
    try:
        # Strict JSON semantics: dates and enums come from text, but "7" is never 7.
        return model.model_validate_json(json.dumps(file.data))
    except ValidationError as error:
        faults.extend(faults_of(file, error.errors()))
        return None


def _read_files(root: Path, faults: list[Fault]) -> dict[str, YamlFile]:
    paths = [root / "project.yaml", root / "policy.yaml", *root.glob("sources/*.yaml"), *root.glob("cohorts/*.yaml")]
    files: dict[str, YamlFile] = {}
    for path in sorted(path for path in paths if path.exists()):
        name = path.relative_to(root).as_posix()
        try:
            files[name] = read_yaml(path, name=name)
        except ConfigError as error:
            faults.extend(error.faults)
    return files


def _typed(files: dict[str, YamlFile], name: str, model: type[Model], faults: list[Fault]) -> Model | None:
    if name not in files:
        if not any(fault.file == name for fault in faults):
            why = "It says what the project is for, and who may see what."
            faults.append(Fault(what="is missing.", fix="Make one with `joinedup init`.", why=why, file=name))
        return None
    return validate_yaml(files[name], model, faults)


def _cross_file_faults(
    files: dict[str, YamlFile], project: Project | None, named: dict[str, Source | None]
) -> Iterator[Fault]:
    for name, source in named.items():
        if source and name != f"sources/{source.id}.yaml":
            what = f"the id is `{source.id}`, the file is called {name}."
            why = "Extracts, keys and approvals find a source by its id, people by the name of its file."
            yield files[name].fault(("id",), what, f"Rename the file sources/{source.id}.yaml.", why)
    if not named:
        why = "A project without sources has nobody to link and nothing to count."
        yield Fault(what="there are no source files.", fix="Add sources/<id>.yaml.", why=why, file="sources/")
    if project and all(named.values()):
        yield from _spine_faults(files, project, [source for source in named.values() if source])


def _spine_faults(files: dict[str, YamlFile], project: Project, sources: Sequence[Source]) -> Iterator[Fault]:
    """Without the source that says who lives in the area there is nobody to count."""
    ids = [source.id for source in sources]
    if ids and project.spine not in ids:
        what, fix = f"spine `{project.spine}` is not a source.", f"Use one of: {', '.join(ids)}."
        yield files["project.yaml"].fault(("spine",), what, fix, _UNCOUNTED)
    for source in sources:
        if source.id == project.spine and source.each_month == "optional":
            what = "the spine is optional, and without it nobody is known to live in the area."
            fix = "Set each_month to required or carry_forward."
            yield files[f"sources/{source.id}.yaml"].fault(("each_month",), what, fix, _UNCOUNTED)
