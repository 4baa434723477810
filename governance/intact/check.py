"""Every file that a project's months left, held against what the ledger recorded of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from governance.errors import Fault
from governance.intact.missing import missing_faults
from governance.intact.papers import cut_packs, paper_faults
from governance.intact.publications import cut_rollbacks, look_at, pointer_faults, publications
from governance.intact.recorded import Recorded
from governance.keys.ring import KeyInfo
from governance.ledger import Entry

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was looked at, and what is not as it was recorded."""

    faults: tuple[Fault, ...]
    publications: int
    files: int
    size: int
    """Bytes that were hashed."""
    from_before: int
    """Publications of before files were recorded: their sealed tables are checked only when they are opened."""
    left_over: int
    """Contents that a run left which was cut off; nobody is led to them."""
    cut: tuple[Fault, ...]
    """What a command left that was cut off before its line, and had announced just as it is: no alarm."""


def check_files(
    root: Path,
    entries: Sequence[Entry],
    infos: Iterable[KeyInfo],
    *,
    sealed: bool = True,
    period: str = "",
    expect: Callable[[int], None] = lambda _: None,
    begun: Tell = lambda _: None,
    done: Tell = lambda _: None,
) -> Checked:
    """Hash what lies in the zones and beside the config, and say what is not what the ledger has.

    Args:
        root: The project folder.
        entries: The whole ledger, which has been verified.
        infos: Public facts of the keys: who may have signed what lies in ``approvals/``.
        sealed: False to leave out sealed tables, which are by far the largest.
        period: Only what belongs to this month; everything if empty.
        expect: Is told how many publications there are.
        begun: Is told of each before it is looked at.
        done: And afterwards.

    Raises:
        BadInput: A file cannot be read.
    """
    recorded = Recorded.of(entries)
    found = [one for one in publications(root) if not period or period in one.relative_to(root).parts]
    expect(len(found))
    looked = []
    for content in found:
        name = content.relative_to(root).as_posix()
        begun(name)
        looked.append(look_at(root, content, recorded, sealed=sealed))
        done(name)
    faults = [fault for one in looked for fault in one.faults]
    faults += pointer_faults(root, recorded, period)
    faults += missing_faults(root, recorded, period)
    faults += paper_faults(root, recorded, infos, period)
    cut = [each for one in looked for each in one.cut]
    cut += [*cut_rollbacks(root, recorded, period), *cut_packs(root, recorded, period)]
    return Checked(
        faults=tuple(faults),
        publications=len(looked),
        files=sum(one.files for one in looked),
        size=sum(one.size for one in looked),
        from_before=sum(one.from_before for one in looked),
        left_over=sum(one.left_over for one in looked),
        cut=tuple(cut),
    )
