"""Lists of files that a rotated key makes anew: what was sealed again has other bytes, and holds what it held."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from governance.digests import DIGESTS, file_sha256, read_digests, written


@dataclass(frozen=True, slots=True)
class ListedAnew:
    """The list of one published folder, to be put in the place of the one that lies there."""

    path: Path
    content: bytes
    was: str
    """Digest of the list that lies there."""
    now: str
    """And of the one that is to lie there."""


def listed_anew(sealed: Iterable[Path]) -> Iterator[ListedAnew]:
    """The lists that no longer tell what files are, in order.

    Every other file stays in them as it was recorded: what was altered before a rotation is told after it too.

    Args:
        sealed: Files that were opened under the new key, and found to hold what their manifests name.
    """
    anew = defaultdict[Path, list[Path]](list)
    for path in sealed:
        for folder in path.parents:
            if (folder / DIGESTS).is_file():
                anew[folder].append(path)
    for folder, paths in sorted(anew.items()):
        raw = (folder / DIGESTS).read_bytes()
        listed = read_digests(raw) or {}
        told = {path.relative_to(folder).as_posix(): path for path in paths}
        fresh = {name: file_sha256(path) for name, path in told.items() if name in listed}
        content = written({**listed, **fresh})
        if fresh and content != raw:
            yield ListedAnew(folder / DIGESTS, content, sha256(raw).hexdigest(), sha256(content).hexdigest())
