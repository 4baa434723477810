"""``joinedup retain``: what is due for destruction, and its destruction with certificates."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flows.commands.output import aligned
from flows.lock import only_run
from flows.run import now, open_ledger, timestamp
from governance.clocks import Clock, clocks
from governance.destruction import Certificate, Order, destroy, pending
from governance.errors import BadInput
from governance.keys.ring import KeyInfo, KeyRing
from governance.policy.disk import read_held
from governance.policy.wording import plus_months
from governance.settings import Bundle, load_bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained:
    """What is here, what goes, and what went."""

    chosen: tuple[Clock, ...]
    """Due, or picked by dataset or period."""
    staying: tuple[Clock, ...]
    keys_due: tuple[tuple[str, date], ...]
    begun: tuple[str, ...]
    """Destructions that an earlier call did not finish."""
    destroyed: tuple[Certificate, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "chosen": [_shown(clock) for clock in self.chosen],
            "staying": [_shown(clock) for clock in self.staying],
            "keys_due": [{"key": key, "destroy_by": day.isoformat()} for key, day in self.keys_due],
            "begun": list(self.begun),
            "destroyed": [asdict(one) for one in self.destroyed],
        }


def retain(
    root: Path, *, periods: Sequence[str] = (), datasets: Sequence[str] = (), order: Order | None = None
) -> Retained:
    """List what is due or picked and, if ordered, destroy it.

    Args:
        root: The project folder.
        periods: Only these; with or without ``datasets`` they pick what goes, due or not.
        datasets: Likewise.
        order: Who has it destroyed; ``None`` to look only.

    Raises:
        PolicyRefusal: Nobody is named, nothing is said of backups, or something goes early without a reason.
        BadInput: Nothing here is called that, or it is a link.
    """
    bundle, ring, today = load_bundle(root), KeyRing(root / "keys"), now().date()
    everything = clocks(bundle, read_held(root), today)
    chosen = _chosen(everything, periods, datasets)
    keys = tuple(_keys_due(bundle, ring.infos(), today))
    staying = tuple(clock for clock in everything if clock not in chosen)
    found = Retained(chosen=chosen, staying=staying, keys_due=keys, begun=tuple(pending(root)))
    if order is None:
        return found
    with only_run(root):
        signer = ring.signing(ring.ledger_signer(), today)
        filed = destroy(root, chosen, order, signer, open_ledger(root, ring, today))
    return Retained(chosen=chosen, staying=staying, keys_due=keys, begun=(), destroyed=tuple(filed))


def ordered(*, by: str, backups: str, reason: str) -> Order:
    """An order given now."""
    return Order(by=by, backups=backups, reason=reason, at=timestamp())


def _chosen(everything: Sequence[Clock], periods: Sequence[str], datasets: Sequence[str]) -> tuple[Clock, ...]:
    if not periods and not datasets:
        return tuple(clock for clock in everything if clock.due)
    picked = tuple(
        clock
        for clock in everything
        if (not periods or clock.held.period in periods) and (not datasets or clock.held.dataset in datasets)
    )
    if not picked:
        raise BadInput(
            "Nothing here belongs to that period and dataset.",
            why="Nothing is destroyed on a guess.",
            fix="Run `joinedup retain DIR` to see what is here. Nothing was destroyed.",
            code="E-RETAIN-NOTHING",
        )
    return picked


def _keys_due(bundle: Bundle, infos: Sequence[KeyInfo], today: date) -> list[tuple[str, date]]:
    """Keys past their day: their holders destroy them, each where it is held."""
    given = bundle.project.governance.retention
    months = given.keys if given else {}
    dated = [
        (info.id, plus_months(date.fromisoformat(info.not_after), months[info.kind]))
        for info in infos
        if info.kind in months and info.state != "destroyed"
    ]
    return [(key, day) for key, day in dated if day <= today]


def _shown(clock: Clock) -> dict[str, Any]:
    held = clock.held
    return {
        "dataset": held.dataset,
        "period": held.period,
        "where": held.where,
        "kept_months": clock.months,
        "destroy_by": clock.destroy_by.isoformat(),
        "due": clock.due,
    }


def retain_lines(found: Retained) -> list[str]:
    """For people: what went, or what would go and how."""
    if found.destroyed:
        rows = [(one.name, f"{one.files} files", one.path.name) for one in found.destroyed]
        return [f"Destroyed, each with a certificate in {found.destroyed[0].path.parent}/:", *aligned(rows)]
    lines = [f"Begun earlier and not finished: {name}" for name in found.begun]
    if found.chosen:
        lines += [f"{len(found.chosen)} to destroy; nothing has been destroyed yet:", *aligned(map(_row, found.chosen))]
        lines += ["To destroy them: joinedup retain DIR --destroy --by NAME --backups 'what becomes of copies'"]
    else:
        lines += ["Nothing is due."]
    if found.staying:
        lines += ["", "Staying:", *aligned(map(_row, found.staying))]
    lines += [
        f"Key {key} was to be destroyed by {day}: `joinedup keys destroy DIR {key}`, where it is held."
        for key, day in found.keys_due
    ]
    return lines


def _row(clock: Clock) -> tuple[str, ...]:
    word = "due since" if clock.due else "to"
    return (clock.held.where, f"kept {clock.months} months", f"{word} {clock.destroy_by}")
