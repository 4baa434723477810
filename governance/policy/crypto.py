"""CRY: how values are encoded, and which keys may do it."""

import re
from collections import defaultdict
from collections.abc import Iterator

from governance.keys.ring import KeyInfo, is_demo, kid_of
from governance.keys.shares import CUSTODIANS
from governance.policy.rule import NO_KEYS, Problem, RunFacts, place, rule
from governance.policy.secret_scan import suspicious_lines
from governance.settings import Bundle

_MIN_BITS = 256
_KEYED = re.compile(r"\bkeyed\b|AES-256|AES-SIV|HMAC-SHA-?256")
_UNKEYED = re.compile(r"MD5|SHA-?1\b|\bsalted\b(?<!block-salted)|\bplain\b", re.I)


@rule(
    id="CRY-01",
    level="block",
    title="Keyed encodings only",
    checks="Each source's receipt names how every field was encoded: an AES-256 keyed function inside blocks,"
    " HMAC-SHA256 for single values, AES-SIV by exception. Plain or salted MD5 and SHA are refused.",
    why="There are about 900 million possible NHS numbers: a plain hash of one is undone in minutes by hashing them"
    " all. Only a key that the reader does not have prevents that. New York's taxi licences were read this way in"
    " 2014.",
    source="EDPB Guidelines 01/2025; ICO anonymisation and pseudonymisation guidance (March 2025)",
    good="nhs_number: AES-256 keyed code, comparable inside one block",
    bad="nhs_number: SHA-256",
    fix="Encode again with joinedup's own methods, and have the packages made otherwise destroyed.",
    passed="Every field of every source was encoded with a keyed function.",
)
def keyed_encodings(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Every encoding a receipt names is a keyed one."""
    for source in bundle.sources:
        where = place(bundle, f"sources/{source.id}.yaml")
        receipt = facts.receipts.get(source.id)
        if receipt is None:
            yield Problem(where=where, says=f"{source.title}: has not run for this period.", result="not_yet")
            continue
        for field, how in sorted(receipt["encoded"].items()):
            if _UNKEYED.search(how) or not _KEYED.search(how):
                yield Problem(
                    where=where, says=f"{source.title}: `{field}` was not encoded with an approved keyed method."
                )


@rule(
    id="CRY-02",
    level="block",
    title="No key material in any config",
    checks="No config file holds a value named like a password, salt or key, a private key, or a long text as random as"
    " key material. Digests under `sha256:` are the one exception.",
    why="Configs are read, mailed and kept in version control. A key in one is a key everybody has.",
    source="SATRE 2.8.05",
    good="epoch: e1   # the key is opened by id from the key folder",
    bad="salt: defaultS3cret!",
    fix="Remove it, treat that key as lost (make new keys, encode again), and keep keys in the key folder only.",
    passed="No config file holds anything that looks like key material.",
)
def no_secrets_in_configs(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Scan the exact bytes of every config file."""
    for name, file in sorted(bundle.files.items()):
        for line, kind in suspicious_lines(file.raw.decode("utf-8", errors="replace")):
            yield Problem(where=f"{name}:{line}", says=f"{name} holds {kind}.")


@rule(
    id="CRY-03",
    level="block",
    title="Keys belong to this project and are used for one thing",
    checks="Every key file was made for this project, no secret stands under two ids, and every package and receipt"
    " names this project's root key.",
    why="One key in two projects would let anyone who has both join them, person by person.",
    source="EDPB Guidelines 01/2025 (pseudonymisation domains)",
    good="project northmoor, every key made for northmoor",
    bad="key `root_a` copied from another project's key folder",
    fix="Make this project's own keys (`joinedup keys new DIR`) and encode again.",
    passed="Every key was made for this project, and every package was made under its root key.",
)
def keys_are_ours(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Keys name this project, differ from each other, and made the packages."""
    if facts.keys is None:
        yield Problem(where="keys/", says=NO_KEYS, result="not_yet")
        return
    for info in facts.keys:
        if info.project != bundle.project.id:
            yield Problem(where=f"key {info.id}", says=f"Key `{info.id}` was made for project `{info.project}`.")
    ids = defaultdict(list)
    for info in facts.keys:
        ids[info.fingerprint, info.kind == "root"].append(info.id)
    for (_, shares), same in ids.items():
        if len(same) > (len(CUSTODIANS) if shares else 1):
            yield Problem(where="keys/", says=f"Keys {', '.join(f'`{key}`' for key in same)} are the same key.")
    yield from _foreign_outputs(facts.keys, facts)


def _foreign_outputs(keys: tuple[KeyInfo, ...], facts: RunFacts) -> Iterator[Problem]:
    kids = {kid_of(info.fingerprint) for info in keys if info.kind == "root"}
    outputs = {f"receipt {source}": receipt for source, receipt in facts.receipts.items()}
    outputs |= {f"package {kind}/{source}": package for (kind, source), package in facts.packages.items()}
    for where, manifest in sorted(outputs.items()):
        if manifest["kid"] not in kids:
            yield Problem(where=where, says="It was made under a root key that is not in this project's key folder.")


@rule(
    id="CRY-04",
    level="block",
    title="Active keys of full strength, in separate hands",
    checks="Every key the project needs exists, is active and valid on the day of the run, and has at least 256 bits."
    " The root's three shares, of which any two open it, have different holders, who approve nothing and run no zone."
    " Demo keys are refused unless the project is synthetic.",
    why="One person with the whole root, or with a share and an approval key, could undo the pseudonyms alone.",
    source="SATRE 2.8.05; role separation in ISB 1523 practice",
    good="root_a held by custodian_a, root_b held by custodian_b, signing_approver held by approver",
    bad="root_a and root_b both held by custodian_a",
    fix="Ask the custodians to rotate, activate or hand over the key (`joinedup keys new DIR` makes missing ones,"
    " `joinedup keys rotate DIR KEY` replaces one that has ended).",
    passed="Every key needed is active, of full strength, and in separate hands.",
)
def keys_are_fit(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Needed keys are there, active, strong enough, and held apart."""
    if facts.keys is None:
        yield Problem(where="keys/", says=NO_KEYS, result="not_yet")
        return
    for key in sorted(_needed(bundle) - {info.id for info in facts.keys}):
        yield Problem(where=f"key {key}", says=f"Key `{key}` does not exist.")
    needed = _needed(bundle)
    for info in (one for one in facts.keys if one.id in needed or one.state == "active"):
        for fault in _key_faults(info, facts.as_of.isoformat(), synthetic=bundle.project.synthetic):
            yield Problem(where=f"key {info.id}", says=f"Key `{info.id}` {fault}")
    yield from _custody_faults(facts.keys)


_OTHERS = ("person", "release", "signing_approver", "signing_signer")


def _needed(bundle: Bundle) -> set[str]:
    sources = {f"{kind}_source_{source.id}" for source in bundle.sources for kind in ("zone", "signing")}
    zones = {f"{kind}_{zone}" for zone in ("linkage", "analysis") for kind in ("zone", "signing")}
    return sources | zones | {*CUSTODIANS, *CUSTODIANS.values(), *_OTHERS}


def _key_faults(info: KeyInfo, day: str, *, synthetic: bool) -> Iterator[str]:
    if info.state != "active":
        yield f"is {info.state}, not active."
    if not info.not_before <= day <= info.not_after:
        yield f"is valid from {info.not_before} to {info.not_after}, which is not the day of the run."
    if info.bits < _MIN_BITS:
        yield f"has {info.bits} bits; {_MIN_BITS} are needed."
    if is_demo(info) and not synthetic:
        yield "is a demo key, and this project is not synthetic."


def _custody_faults(keys: tuple[KeyInfo, ...]) -> Iterator[Problem]:
    custodians = [info.holder for info in keys if info.kind == "root" and info.state == "active"]
    if len(custodians) > len(set(custodians)):
        twice = next(one for one in custodians if custodians.count(one) > 1)
        yield Problem(where="keys/", says=f"Several shares of the root key are held by `{twice}`.")
    for info in keys:
        if info.kind not in ("root", "custodian") and info.holder in custodians:
            yield Problem(where=f"key {info.id}", says=f"Key `{info.id}` is held by a custodian of the root key.")


RULES = (keyed_encodings, no_secrets_in_configs, keys_are_ours, keys_are_fit)
