"""Evidence cards of the demo: made-up words, taken in as real ones are, and one of them taken back."""

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from cohorts.voices.card import Card, card_id
from cohorts.voices.kept import entries_of
from flows.demo.generate import CONFIG
from flows.run import now
from flows.voices import take_in, withdraw
from governance.ledger import Ledger
from governance.settings import load_bundle

VOICES = CONFIG / "demo" / "voices.yaml"


def hear_demo(root: Path) -> None:
    """Sign for the demo's cards with the demo's second key, and withdraw those that somebody took back.

    What an earlier demo in the same folder took in stands: its days are of the day on which that was made.

    Args:
        root: Of a synthetic project that has been approved.
    """
    content = VOICES.read_bytes()
    told, project = yaml.safe_load(content), load_bundle(root).project.id
    cards = [demo_card(each, now().date()) for each in told["cards"]]
    voices = {card_id(project, one.reference): one for one in cards}
    known = entries_of(Ledger(root / "ledger").entries())
    if not voices.keys() <= known.keys():
        take_in(root, voices, form_sha256=sha256(content).hexdigest(), reviewer=told["reviewer"], second=True)
    for reference in told["withdrawn"]:
        entry = known.get(card_id(project, reference))
        if entry is None or not entry.is_withdrawn:
            withdraw(root, reference)


def demo_card(each: Mapping[str, Any], today: date) -> Card:
    """One card of the file; its days count from today, so that consent holds whenever the demo is made."""
    days = ("told_days_ago", "printed_for_days")
    ago, ahead = (timedelta(days=each[name]) for name in days)
    words = {name: value for name, value in each.items() if name not in days}
    return Card(**words, gathered=today - ago, until=today + ahead)
