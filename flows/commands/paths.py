"""A path that somebody typed and that cannot be used where it stands: told by their own words, and by nothing else."""

from collections.abc import Sequence
from pathlib import Path

from governance.errors import BadInput

_ASTRAY: dict[type[OSError], str] = {
    FileNotFoundError: "there is nothing there, or no folder to put it in",
    NotADirectoryError: "a file stands where a folder has to be",
    FileExistsError: "something else of that name is there already",
    IsADirectoryError: "a folder stands where a file has to be",
}


def misplaced(error: BaseException, arguments: Sequence[str]) -> BadInput | None:
    """What to tell of a typed path that leads nowhere; None of anything else, a file missing inside a project too.

    Args:
        error: What was raised. Only the class and the place are looked at, its text is never told.
        arguments: As typed.
    """
    reason = next((says for kind, says in _ASTRAY.items() if isinstance(error, kind)), "")
    if not reason or not isinstance(error, OSError):
        return None
    places = [Path(name).absolute() for name in (error.filename, error.filename2) if isinstance(name, str)]
    blocked = isinstance(error, NotADirectoryError | FileExistsError)
    typed = [word.partition("=")[2] if word.startswith("-") else word for word in arguments[1:]]
    word = next((each for each in typed if each and any(_is_meant(Path(each), one, blocked) for one in places)), "")
    return _astray(word, reason) if word else None


def _is_meant(typed: Path, place: Path, blocked: bool) -> bool:
    """Whether the place is the typed path or a folder above it; or lies in a folder that the typed path has not.

    Words that are no paths, such as a month, would lie beside whatever is missing in a folder that is there.
    """
    here = typed.absolute()
    beside = place.parent == here.parent and not here.parent.is_dir()
    inside = blocked and here in place.parents and not here.is_dir()
    return place in (here, *here.parents) or beside or inside


def _astray(word: str, reason: str) -> BadInput:
    return BadInput(
        f"{word} cannot be used: {reason}.",
        why="Nothing is read or written in another place than was said.",
        fix="Check the path; a folder that files are to go to has to be there first.",
        code="E-PATH-TYPED",
    )
