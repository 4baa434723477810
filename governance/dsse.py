"""Signed envelopes over exact bytes: DSSE v1 with Ed25519, the payload an in-toto Statement v1.

The signature covers the payload's bytes and its type, so nothing has to be written in one canonical way to be
checked, and a signature for one kind of document is never one for another.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from governance.verify import key_fingerprint

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"


def pre_authentication(payload: bytes) -> bytes:
    """What the signature covers (DSSE's PAE): type and payload, each with its length."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """The envelope of ``payload`` as JSON, with one signature."""
    return _envelope(payload, [_signature(payload, key)])


def countersign(envelope: bytes, key: Ed25519PrivateKey) -> bytes:
    """The same envelope with one more signature over the same bytes."""
    content = json.loads(envelope)
    payload = base64.b64decode(content["payload"], validate=True)
    return _envelope(payload, [*content["signatures"], _signature(payload, key)])


def payload_of(envelope: bytes) -> bytes:
    """What an envelope holds, unchecked: for reading back our own."""
    return base64.b64decode(json.loads(envelope)["payload"], validate=True)


def _signature(payload: bytes, key: Ed25519PrivateKey) -> dict[str, str]:
    signature = base64.b64encode(key.sign(pre_authentication(payload))).decode()
    return {"keyid": key_fingerprint(key.public_key()), "sig": signature}


def _envelope(payload: bytes, signatures: list[dict[str, str]]) -> bytes:
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": signatures,
    }
    return (json.dumps(envelope, indent=1) + "\n").encode()


def opened(envelope: bytes, trusted: Mapping[str, Ed25519PublicKey]) -> tuple[dict[str, Any], tuple[str, ...]] | None:
    """The statement, and the fingerprint of every trusted key that signed it.

    Args:
        envelope: What :func:`sign` made.
        trusted: Public keys by fingerprint; the key is looked up here, never taken from the envelope.

    Returns:
        ``None`` if no trusted key signed these exact bytes.
    """
    try:
        content = json.loads(envelope)
        payload = base64.b64decode(content["payload"], validate=True)
        signatures = [(str(one["keyid"]), base64.b64decode(one["sig"], validate=True)) for one in content["signatures"]]
        good = content["payloadType"] == PAYLOAD_TYPE
    except (ValueError, KeyError, TypeError):
        return None
    signers = [keyid for keyid, signature in signatures if _holds(payload, signature, trusted.get(keyid))]
    if not good or not signers:
        return None
    statement: dict[str, Any] = json.loads(payload)  # signed by a key we trust, so ours
    return statement, tuple(dict.fromkeys(signers))


def is_whole(envelope: bytes, known: Mapping[str, Ed25519PublicKey]) -> bool:
    """Whether an envelope is, byte for byte, as :func:`sign` or :func:`countersign` wrote it, with known signers only.

    Args:
        envelope: The file.
        known: Public keys by fingerprint; also those whose signatures no longer count.
    """
    try:
        content = json.loads(envelope)
        payload = base64.b64decode(content["payload"], validate=True)
        signatures = [{"keyid": str(one["keyid"]), "sig": str(one["sig"])} for one in content["signatures"]]
        raw = [(one["keyid"], base64.b64decode(one["sig"], validate=True)) for one in signatures]
    except (ValueError, KeyError, TypeError):
        return False
    is_ours = _envelope(payload, signatures) == envelope
    return is_ours and bool(raw) and all(_holds(payload, signature, known.get(key)) for key, signature in raw)


def _holds(payload: bytes, signature: bytes, key: Ed25519PublicKey | None) -> bool:
    if key is None:
        return False
    try:
        key.verify(signature, pre_authentication(payload))
    except InvalidSignature:
        return False
    return True
