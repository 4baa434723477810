"""Where the files of each board's area lie in a release, and whose a file is."""

from collections.abc import Mapping

FOLDER = "boards"

WHOLE = "all"
"""The area of files that lie in none of these folders."""


def folder_of(area: str) -> str:
    """The folder of one area below the release's, such as ``boards/north-vale``; ids of areas have no hyphens."""
    return f"{FOLDER}/{area.replace('_', '-')}"


def parted(name: str) -> tuple[str, str]:
    """The area of a released file, and its name below that area's folder."""
    folder, _, rest = name.partition("/")
    area, inside, own = rest.partition("/")
    return (area.replace("-", "_"), own) if folder == FOLDER and inside else (WHOLE, name)


def each_named(files: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """By area, the whole first: the file of this name that lies there."""
    found = {area: files[each] for each in files for area, own in [parted(each)] if own == name}
    return dict(sorted(found.items(), key=lambda one: (one[0] != WHOLE, one[0])))
