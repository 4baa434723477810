"""What the known-answer vectors are made of: ``python -m tests.lib.vectors`` writes them, once.

They freeze what must never change unnoticed: a changed answer makes last month's codes, ids, signatures or sealed files
unreadable. The root is published, so the product refuses it for real people by its fingerprint.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from governance import dsse, verify
from governance.keys.demo import TEST_ROOT
from governance.keys.files import Secret, fingerprint, fingerprint_of, kid_of
from governance.keys.issue import Uses, contexts, derive_issue, issue_fingerprint
from governance.keys.shares import split
from governance.pseudonym import person_ids, record_ids
from governance.store import seal

FILE = Path(__file__).parents[1] / "golden" / "keys" / "vectors.json"
USES = Uses(project="northmoor", purpose="population_health_planning", epoch="e1")
PARTS = (bytes(range(100, 132)), bytes(range(200, 232)))
LOCAL_IDS = ("A1", "a1", "0001", "", "Ünïcode-9")
PLAIN = b"what a sealed file holds"
SEAL_INFO = b"vectors"


def answers() -> dict[str, Any]:
    """Everything that has one answer."""
    root = Secret(TEST_ROOT)
    zone, signing = X25519PrivateKey.from_private_bytes(TEST_ROOT), Ed25519PrivateKey.from_private_bytes(TEST_ROOT)
    record = root.subkey(USES.project, USES.purpose, "record", "housing", USES.epoch)
    ids = record_ids(pa.chunked_array([list(LOCAL_IDS)]), record, source="housing")
    person = root.subkey("person key of the vectors")
    entry = {"seq": 1, "at": "2026-11-01T09:00:00+00:00", "event": "run_started", "facts": {}, "prev": "0" * 64}
    leaf = verify.leaf_hash(entry)
    text = verify.checkpoint_text(1, leaf.hex(), entry["at"], verify.key_fingerprint(signing.public_key()))
    return {
        "root": TEST_ROOT.hex(),
        "root_fingerprint": fingerprint_of(TEST_ROOT),
        "kid": kid_of(fingerprint_of(TEST_ROOT)),
        "subkeys": {"/".join(one): root.subkey(*one).reveal().hex() for one in contexts(USES, "housing")},
        "issued_fingerprint": issue_fingerprint(derive_issue(root, USES, "housing")),
        "shares": {share: value.hex() for share, value in split(TEST_ROOT, PARTS).items()},
        "zone_public": base64.b64encode(zone.public_key().public_bytes_raw()).decode(),
        "zone_fingerprint": fingerprint("zone", TEST_ROOT),
        "signing_public": base64.b64encode(signing.public_key().public_bytes_raw()).decode(),
        "signing_fingerprint": fingerprint("signing", TEST_ROOT),
        "record_ids": [int(one) for one in ids],
        "person_ids": person_ids(ids, person, kid_of(fingerprint_of(person.reveal()))),
        "ledger_leaf": leaf.hex(),
        "ledger_root_of_three": verify.merkle_root([leaf, leaf, leaf]).hex(),
        "checkpoint_signature": base64.b64encode(signing.sign(text)).decode(),
        "envelope": dsse.sign(b'{"_type":"vectors"}', signing).decode(),
    }


def write() -> None:
    """Write the file; the sealed sample is random, so it is made once and only opened afterwards."""
    zone = X25519PrivateKey.from_private_bytes(TEST_ROOT)
    sealed = base64.b64encode(seal(PLAIN, zone.public_key(), info=SEAL_INFO)).decode()
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps({**answers(), "sealed": sealed}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
