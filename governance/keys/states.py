"""A key's life: pending, active, retiring, destroyed; and what each move leaves behind.

A pending key exists and does nothing yet. An active one makes and opens. A retiring one opens or verifies what was made
under it, and makes nothing new. Of a destroyed one only the public facts are left, so that what it made can be named.
"""

from dataclasses import replace

from governance.errors import PolicyRefusal
from governance.keys.files import KeyFiles, KeyInfo, State, kid_of

MOVES: dict[State, tuple[State, ...]] = {
    "pending": ("active", "destroyed"),
    "active": ("retiring", "destroyed"),
    "retiring": ("destroyed",),
    "destroyed": (),
}
"""Where a key may go from each state; never back."""


def moved(info: KeyInfo, state: State) -> KeyInfo:
    """The key in its next state.

    Raises:
        PolicyRefusal: There is no way from its state to that one.
    """
    if state not in MOVES[info.state]:
        raise PolicyRefusal(
            f"Key `{info.id}` is {info.state}: it cannot become {state}.",
            why="Keys go from pending to active to retiring to destroyed, and never back.",
            fix="Make a new key instead: `joinedup keys rotate DIR KEY`, or `joinedup keys new DIR`.",
            code="E-KEY-MOVE",
        )
    return replace(info, state=state)


def retired_id(info: KeyInfo) -> str:
    """What a key is called once another has its place: its id and the five characters of its fingerprint."""
    return f"{info.id}_{kid_of(info.fingerprint)}"


def retire(store: KeyFiles, info: KeyInfo, secret: bytes) -> KeyInfo:
    """Keep a key under another id, so that its own is free; its file lies in its holder's folder as before.

    Args:
        store: The key files.
        info: The key.
        secret: What of it is still needed to open things; empty where the public half is enough.
    """
    old = replace(moved(info, "retiring"), id=retired_id(info))
    store.write(old, secret, beside=info.id) if secret else store.publish(old)
    return old


def shred(store: KeyFiles, info: KeyInfo) -> KeyInfo:
    """Overwrite a key's secret in every file of it and keep the public facts, marked as destroyed.

    Overwriting a file does not reach what a disk has copied elsewhere, and no backup: whoever destroys says what
    becomes of those.
    """
    gone = moved(info, "destroyed")
    store.overwrite(info)
    store.publish(gone)  # before its files go: a call that was cut off has to know that it was this key's turn
    store.clear(info.id)
    return gone
