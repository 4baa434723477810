"""Nothing goes on with a class that only a program has seen: who has looked at which suggested column.

A column that is marked `confirm` counts once a named person has signed for it under `confirmed`: for this column, its
class, and the way it goes. A column that by now has another class or goes another way, or was not there, is not what
was signed.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from governance.errors import ConfigError, Fault
from governance.settings.extract import Column, ColumnClass, ExtractFile, Signature
from governance.settings.fault import is_left
from governance.settings.source import Source
from governance.settings.yaml_file import Location, YamlFile

_SHOWN = 3
_LOOK = "A program saw names and shapes of columns, not what the source means by them."
_OWN = "take `, confirm: true` from each line that you have made your own"


class Way(StrEnum):
    """Where a column goes; columns that go the same way are confirmed together."""

    LEFT_OUT = "left_out"
    LINKED = "linked"
    SENT = "sent"


_BECOMES = {
    Way.LEFT_OUT: "would not leave the source",
    Way.LINKED: "would leave the source as codes",
    Way.SENT: "would leave the source as {they} {stand}",
}


def way_of(column_class: ColumnClass, role: str | None) -> Way:
    """Where a column of such a class and role goes, whatever the project makes of it.

    An address is read to be dropped, unless the project tells who shares a home: then a code of it leaves.
    """
    if column_class in (ColumnClass.DROP, ColumnClass.FREE_TEXT):
        return Way.LEFT_OUT
    if column_class is ColumnClass.DIRECT_IDENTIFIER:
        return Way.LEFT_OUT if role == "other_identifier" else Way.LINKED
    return Way.SENT


def _way(column: Column) -> Way:
    return way_of(column.column_class, column.role)


def check_confirmed(files: Mapping[str, YamlFile], sources: Sequence[Source]) -> None:
    """Check that somebody has looked at every column that was classed by suggestion.

    Raises:
        ConfigError: With every column that nobody has confirmed.
    """
    open_ones = [
        (source, number, file, unconfirmed(file)) for source in sources for number, file in enumerate(source.files)
    ]
    count = sum(len(names) for *_, names in open_ones)
    if count:
        raise ConfigError(
            f"Columns that are classed by suggestion only: {count}.",
            why="A class decides where a column may go: a person who knows the source has to agree to each.",
            fix="Read every line marked `confirm: true`, first those that would leave the source as they stand, and"
            " correct what is wrong; then put name and role under `confirmed`, once for each way that columns go."
            " Nothing was written.",
            code="E-CONFIG-CONFIRM",
            faults=[
                fault
                for source, number, file, names in open_ones
                for fault in _faults(files[f"sources/{source.id}.yaml"], number, file, names)
            ],
        )


def unconfirmed(file: ExtractFile) -> list[str]:
    """The columns of a file that a program classed and nobody signed for, in its order."""
    return [name for name, column in file.columns.items() if column.confirm and not _is_signed(file, name, column)]


def signed_together(file: ExtractFile) -> Iterator[tuple[Way, str, list[str]]]:
    """Each way for which somebody signed: who, and for which columns that are still as they were suggested."""
    for way in Way:
        signed = _signed(file, way)
        marked = [name for name, column in file.columns.items() if column.confirm and _way(column) is way]
        if signed and (held := [name for name in marked if _is_signed(file, name, file.columns[name])]):
            yield way, signed.by, held


def _is_signed(file: ExtractFile, name: str, column: Column) -> bool:
    signed = _signed(file, _way(column))
    return signed is not None and signed.holds(name, column.column_class)


def _signed(file: ExtractFile, way: Way) -> Signature | None:
    """The signature for one way; none while it says what the draft said."""
    found: Signature | None = getattr(file.confirmed, way.value)
    return None if found is None or is_left(found.by) else found


def _faults(yaml: YamlFile, number: int, file: ExtractFile, names: Sequence[str]) -> Iterator[Fault]:
    """One line a way, and one for what is in no list of it: forty lines that say the same are read by nobody."""
    at: Location = ("files", number, "columns")
    for way in Way:
        going = [name for name in names if _way(file.columns[name]) is way]
        listed = [name for name in going if _waits_for_a_name(file, way, name)]
        for group in (listed, [name for name in going if name not in listed]):
            if group:
                lines = [yaml.line((*at, name)) for name in group]
                first = min(group, key=lambda name: yaml.line((*at, name)))
                yield yaml.fault(
                    (*at, first), _what(file, way, group, lines), _fix(way, signable=group is listed), _LOOK
                )


def _waits_for_a_name(file: ExtractFile, way: Way, name: str) -> bool:
    """Whether a column stands in a list, as it is classed now, under which nobody has put a name yet."""
    drafted: Signature | None = getattr(file.confirmed, way.value)
    return drafted is not None and is_left(drafted.by) and drafted.holds(name, file.columns[name].column_class)


def _what(file: ExtractFile, way: Way, names: Sequence[str], lines: Sequence[int]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    where = f", lines {min(lines)} to {max(lines)}" if len(lines) > 1 else ""
    one = len(names) == 1
    becomes = _BECOMES[way].format(they="it" if one else "they", stand="stands" if one else "stand")
    return f"nobody has confirmed {shown}{more}{where}: {'it' if one else 'they'} {becomes}{_beside(file, way, names)}."


def _beside(file: ExtractFile, way: Way, names: Sequence[str]) -> str:
    """What somebody who did sign for other columns has not said of these."""
    if not (signed := _signed(file, way)):
        return ""
    listed = {name for others in signed.columns.values() for name in others}
    them, now = ("it", " as it is classed now") if len(names) == 1 else ("them", " as they are classed now")
    return f"; whoever signed for `{way}` did not sign for {them}{now if listed.intersection(names) else ''}"


def _fix(way: Way, *, signable: bool) -> str:
    if signable:
        return f"Correct what is wrong; then put name and role at `confirmed`, `{way}`, `by`, or {_OWN}."
    return f"Correct what is wrong; then {_OWN}."
