"""The files a source delivered for a period: found, read and held against their description, all at once."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from governance.errors import ExtractError, Fault, PolicyRefusal
from governance.intake.checks import date_columns
from governance.intake.child import memory_limit, parse_apart, time_limit
from governance.intake.decode import NotText, file_bytes
from governance.intake.header import header_faults, loaded_columns
from governance.intake.parse import Job
from governance.intake.table import RawTable
from governance.settings import ExtractFile, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One file as delivered."""

    file: ExtractFile
    name: str
    """Path below the project folder."""
    raw: RawTable
    sha256: str


def deliveries_ahead(root: Path, source: Source, period: str) -> Iterator[Delivery]:
    """Every file of the source, people first; while the caller has one, the next is read.

    A fault is told when every file was read, at the end: what was given before is not to be used.

    Raises:
        ExtractError: With every fault of every file: absent, unreadable, or another header than described.
        PolicyRefusal: A path leads out of the project folder.
    """
    faults: list[Fault] = []
    files = sorted(source.files, key=lambda file: file.grain == "events")
    named = {file.id: path_of(file.path, period) for file in files}
    with ThreadPoolExecutor(1) as reader:  # which reads one at a time: as many are waiting as are given
        ahead: Future[Delivery | None] | None = None
        for file in [*files, None]:
            read = ahead
            ahead = reader.submit(_read, root, source.id, file, named[file.id], faults) if file else None
            delivery = read.result() if read else None
            if delivery and not faults:
                yield delivery
            del delivery, read
    if faults:
        raise ExtractError(
            f"{source.id}: what was delivered for {period} is not as described.",
            why="A column that is absent, renamed or unknown would be lost or let through without anyone deciding so.",
            fix="Mend each line above and run the same command again. Nothing was written.",
            code="E-EXTRACT",
            faults=faults,
        )


def path_of(pattern: str, period: str) -> str:
    """A path from a source file with its period filled in.

    Raises:
        PolicyRefusal: It leads out of the project folder.
    """
    name = pattern.replace("{period}", period)
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or Path(name).is_absolute():
        raise _leads_out(pattern)
    return name


def inside(root: Path, name: str) -> Path:
    """The file ``name`` below the project folder.

    Raises:
        PolicyRefusal: A link on the way leads out of it.
    """
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()):
        raise _leads_out(name)
    return path


def files_at(root: Path, name: str) -> list[Path]:
    """The files that a path stands for, by name: one that is there or not, or for ``*`` in its last part any number.

    Raises:
        PolicyRefusal: A link on the way leads out of the project folder.
    """
    folder, _, last = name.rpartition("/")
    if "*" not in last:
        return [inside(root, name)]
    found = sorted(path.name for path in inside(root, folder).glob(last) if _is_delivered(path))
    return [inside(root, f"{folder}/{one}") for one in found]


def _is_delivered(path: Path) -> bool:
    """A file, and not the note that a spreadsheet program keeps beside one that it has open (~$name.xlsx)."""
    return path.is_file() and not path.name.startswith("~$")


def _leads_out(name: str) -> PolicyRefusal:
    return PolicyRefusal(
        f"The path `{name}` leads out of the project folder.",
        why="Only files below the project folder belong to the approved project.",
        fix="Put the file below the project folder and name it from there; a link to elsewhere is not followed.",
        code="E-PATH",
    )


def read_bytes(root: Path, name: str) -> bytes:
    """The content of a file.

    Raises:
        NotText: It is not there or cannot be read.
        PolicyRefusal: A link leads out of the project folder.
    """
    return file_bytes(inside(root, name))


def _read(root: Path, source_id: str, file: ExtractFile, name: str, faults: list[Fault]) -> Delivery | None:
    try:
        parsed = parse_apart(_job(files_at(root, name), file))
    except NotText as error:
        faults.append(_in_file(name, error.fault))
        return None
    faults += [_in_file(name, fault) for fault in header_faults(parsed.raw, file, source_id)]
    return Delivery(file=file, name=name, raw=parsed.raw, sha256=parsed.sha256)


def _job(paths: list[Path], file: ExtractFile) -> Job:
    if not paths:
        raise NotText("is not there.", "Put the extract there, or correct `path`.")
    size = sum(path.stat().st_size for path in paths if path.is_file())
    return Job(
        paths=[str(path) for path in paths],
        format=file.format,
        encoding=file.encoding,
        delimiter=file.delimiter,
        quote=file.quote,
        header_row=file.header_row,
        sheet=file.sheet,
        members=file.members,
        expected=list(loaded_columns(file)),
        dates=sorted(date_columns(file)),
        seconds=time_limit(size),
        memory_bytes=memory_limit(),
    )


def _in_file(name: str, fault: Fault) -> Fault:
    return Fault(what=fault.what, fix=fault.fix, file=name)
