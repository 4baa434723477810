"""What an auditor asks of the ledger: does it hold, prove it, give me a copy, and what does a loss expose."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from flows.commands.output import aligned
from governance import verify
from governance.affected import Affected, by_key, by_package, find_package
from governance.begun import check_ledger_not_lost
from governance.errors import BadInput, PolicyRefusal
from governance.intake.wording import few
from governance.keys.ring import KeyRing, kid_of
from governance.ledger import Entry, Ledger, broken, verify_ledger
from governance.ledger_proofs import prove_entry, prove_growth, read_checkpoint, rewritten, size_with_root
from governance.settings import load_bundle
from governance.store import write_file

_HEX_DIGITS = 64
_OF_RECORDS = ("record", "record_person", "person_index")
"""Tables with a row a record: how many people a loss is about, at most."""
_FILES = ("ledger.jsonl", "checkpoint.json", "signer_public_key.txt")
_VERIFIERS = ("verify.py", "verify_proof.py")


def verified(root: Path, *, against: str = "") -> dict[str, Any]:
    """Check the whole ledger, and that it begins with what an older checkpoint signed.

    Args:
        root: The project folder.
        against: A checkpoint file that somebody kept, or a root as printed in a board report.

    Returns:
        How many entries there are and are signed, root, key and what the older checkpoint covered.

    Raises:
        PolicyRefusal: The ledger does not hold, or is not the one the older checkpoint signed.
        BadInput: There is no ledger, or ``against`` is neither.
    """
    raw, point = _read(root)
    public = _signer(root, point)
    if faults := verify_ledger(root / "ledger", public):
        raise broken(faults)
    since = _since(against, raw, KeyRing(root / "keys").ledger_signers()) if against else {}
    content = json.loads(point)
    return {
        "entries": raw.count(b"\n"),
        "signed": content["size"],
        "at": content["at"],
        "key": content["key"],
        "root": content["root"],
        **since,
    }


def _since(against: str, raw: bytes, signers: Mapping[str, Ed25519PublicKey]) -> dict[str, Any]:
    """How many first entries the older checkpoint covers."""
    _, leaves = verify.check_chain(raw)
    digits = "".join(against.split()).lower()
    if len(digits) == _HEX_DIGITS and set(digits) <= set("0123456789abcdef"):
        covered, kept_at = size_with_root(leaves, digits), ""
    else:
        kept = _kept(Path(against))
        old = read_checkpoint(kept)
        signer = signers.get(old["key"])
        holds = signer is not None and not verify.check_checkpoint(kept, leaves, signer)
        covered, kept_at = (old["size"] if holds else 0), old["at"]
    if not covered:
        raise rewritten()
    return {"against": covered, "against_at": kept_at}


def _kept(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise BadInput(
            f"There is no checkpoint file {path.name}, and it is not a root either.",
            why="An older checkpoint is a file that was kept, or the 64 hexadecimal digits in a board report.",
            fix="Give the path of the file, or the root in quotes as it is printed.",
            code="E-LEDGER-CHECKPOINT",
        ) from None


def prove(root: Path, out: Path, *, entry: int = 0, since: str = "") -> dict[str, Any]:
    """Write a proof that an entry is in the ledger, or that it only grew since an older checkpoint.

    Raises:
        PolicyRefusal: The ledger does not hold.
        BadInput: The entry is not signed yet, or neither or both of the two were asked.
    """
    if bool(entry) == bool(since):
        raise BadInput(
            "A proof is about one entry or about one older checkpoint.",
            why="The two are proved in different ways.",
            fix="Give either --entry NUMBER or --since CHECKPOINT_FILE.",
            code="E-USAGE",
        )
    verified(root)
    raw, point = _read(root)
    proof = prove_growth(raw, point, _kept(Path(since))) if since else prove_entry(raw, point, entry)
    write_file(out, verify.canonical(proof) + b"\n")
    return {
        "proof": str(out),
        "kind": proof["kind"],
        "hashes": len(proof["path"]),
        "signed": proof["checkpoint"]["size"],
    }


def export(root: Path, to: Path) -> dict[str, Any]:
    """Copy the ledger, its checkpoint and the two stand-alone verifiers for an auditor."""
    found = verified(root)
    for name in _FILES:
        write_file(to / name, (root / "ledger" / name).read_bytes())
    for name in _VERIFIERS:
        write_file(to / name, resources.files("governance").joinpath(name).read_bytes())
    return {**found, "to": str(to), "files": [*_FILES, *_VERIFIERS]}


def affected(root: Path, words: str) -> tuple[Affected, list[dict[str, str]]]:
    """What a lost key or package exposes.

    Args:
        root: The project folder.
        words: A key's id or fingerprint, the five characters of a key id in outputs, the first digits of a manifest's
            digest, or a package such as ``views/housing/2026-10``.

    Returns:
        The findings, and each touched publication with whether its records are still on this machine.

    Raises:
        BadInput: No key and no package is called so.
    """
    ring, entries = KeyRing(root / "keys"), Ledger(root / "ledger").entries()
    infos = {name: info for info in ring.infos() for name in (info.id, info.fingerprint)}
    root_info = ring.root_info()
    named = infos.get(words) or (root_info if words == kid_of(root_info.fingerprint) else None)
    package = None if named else find_package(words, entries)
    if named:
        found = by_key(named, root_info, entries)
    elif package:
        found = by_package(package, entries)
    else:
        raise BadInput(
            "No key and no package of this project is called so.",
            why="What is affected is looked up by key or by package.",
            fix="Give a key's id (`joinedup keys list DIR` has them) or a package such as views/housing/2026-10.",
            code="E-AFFECTED",
        )
    here = _records_here(root)
    return found, [_row(entry, here) for entry in found.entries]


def _records_here(root: Path) -> dict[str, str]:
    """How many records each publication holds whose sealed tables are still on this machine, by manifest digest."""
    found = {path.parent / "manifest.json" for path in (root / "zones").rglob("*.sealed")}
    read = [path.read_bytes() for path in sorted(found) if path.exists()]
    return {sha256(raw).hexdigest(): _records(json.loads(raw)["tables"]) for raw in read}


def _records(tables: Mapping[str, Any]) -> str:
    """In words, as they may stand in a report; of tables without records nothing is said."""
    rows = next((tables[name]["rows"] for name in _OF_RECORDS if name in tables), 0)
    return f"{few(rows)} records here" if rows else "still here"


def _row(entry: Entry, here: Mapping[str, str]) -> dict[str, str]:
    facts = entry.facts
    digest = str(facts.get("manifest_sha256", ""))
    return {
        "seq": str(entry.seq),
        "at": entry.at,
        "period": str(facts.get("period", "")),
        "source": str(facts.get("source", "")),
        "what": str(facts.get("package", "")) or entry.event.value,
        "how": entry.event.value,
        "manifest_sha256": digest,
        "records": here.get(digest, "not here"),
    }


def affected_lines(found: Affected, rows: Sequence[dict[str, str]], organisations: Sequence[str]) -> list[str]:
    """For people: the facts of an incident report."""
    shown = [(row["period"], row["source"], row["what"], row["manifest_sha256"][:16], row["records"]) for row in rows]
    months = sorted({row["period"] for row in rows if row["period"]})
    span = f" from {months[0]} to {months[-1]}" if months else ""
    lines = [found.what, "", "What it means:", *(f"  {line}" for line in found.means), ""]
    lines += [f"It touches {len(rows)} publications{span}:", *aligned(shown), ""]
    lines += ["What to do:", *(f"  {line}" for line in found.do), ""]
    lines += [
        "A personal data breach that is likely to be a risk to people is reported to the ICO within 72 hours of being",
        f"noticed (UK GDPR Article 33). Controllers to tell: {'; '.join(organisations)}.",
    ]
    return lines


def controllers(root: Path, rows: Sequence[dict[str, str]]) -> list[str]:
    """The organisations whose records are touched, and the one that links."""
    bundle, touched = load_bundle(root), {row["source"] for row in rows}
    named = [source.organisation for source in bundle.sources if source.id in touched or touched <= {""}]
    return list(dict.fromkeys([bundle.project.organisation, *named]))


def _read(root: Path) -> tuple[bytes, bytes]:
    folder = root / "ledger"
    try:
        return (folder / _FILES[0]).read_bytes(), (folder / _FILES[1]).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        check_ledger_not_lost(root, KeyRing(root / "keys"))
        raise BadInput(
            "There is no signed ledger here.",
            why="The ledger is written by every run and signed when a run ends.",
            fix="Run a step first, such as `joinedup run DIR`.",
            code="E-LEDGER-NONE",
        ) from None


def _signer(root: Path, point: bytes) -> Ed25519PublicKey:
    """The public key of whoever signed the checkpoint, if it may sign ledgers of this project."""
    signers = KeyRing(root / "keys").ledger_signers()
    try:
        key = str(json.loads(point)["key"])
    except (ValueError, KeyError, TypeError):
        key = ""
    if key not in signers:
        raise PolicyRefusal(
            "The ledger's checkpoint is not signed by a key that may sign this project's ledgers.",
            why="The key is looked up in keys/public, never taken from the ledger's own folder.",
            fix="Put the public copies of the key ceremony into keys/public. If they are there, tell the IG lead.",
            code="E-LEDGER-KEY",
        )
    return signers[key]
