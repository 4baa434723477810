"""Lists of files that a rotated key makes anew: what was sealed again has other bytes, and holds what it held."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
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

    Every other file stays in them as it was recorded: what was altered before a rotation is told after it too. So does
    a table beside a manifest that is not the recorded one: whoever knows the zone's public key can seal another table
    and name it in a manifest of their own, and put the recorded manifest back when the list has been made anew.

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
        fresh = {
            name: file_sha256(path)
            for name, path in told.items()
            if name in listed and _is_beside_its_manifest(path, folder, listed)
        }
        content = written({**listed, **fresh})
        if fresh and content != raw:
            yield ListedAnew(folder / DIGESTS, content, sha256(raw).hexdigest(), sha256(content).hexdigest())


def _is_beside_its_manifest(path: Path, folder: Path, listed: Mapping[str, str]) -> bool:
    """Whether the manifest that a table was held against is the one that was recorded with it."""
    manifest = path.with_name("manifest.json")
    wanted = listed.get(manifest.relative_to(folder).as_posix())
    return manifest.is_file() and file_sha256(manifest) == wanted
