"""The tables of a scorecard, in the order in which a reader needs them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cohorts.quality.filled import ATTRIBUTES
from cohorts.quality.scorecard import ALL, DIFFERING, SLICES, Scorecard, has_column
from cohorts.quality.words import SLICE_TITLES, field, group_label, interval, percent
from cohorts.report.page import Table
from governance.disclosure import SafeMeasure
from governance.english import joined

_LAST = "not recorded"
MOST_CODES = 12
"""So many codes of a column are named that never came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading, what to know before reading, and tables; ``nothing`` is said where there are none."""

    id: str
    heading: str
    text: str
    tables: tuple[Table, ...]
    nothing: str = ""


def sections(card: Scorecard) -> tuple[Section, ...]:
    """Every section of a page."""
    return (_gains(card), _filled(card), _faults(card), _codes(card), _timely(card), _differs(card))


def _gains(card: Scorecard) -> Section:
    rows = [
        (
            field(gain.field) + ("" if has_column(card.source, gain.field) else ": no column"),
            gain.missing.part.text,
            percent(gain.missing.share),
            _of_rules(gain.rules_now, gain.rules),
            _of_rules(gain.rules_if_filled, gain.rules),
            gain.hard_to_find.text,
            gain.hard_if_filled.text,
        )
        for gain in card.gains
    ]
    head = (
        "Field",
        "Records without it",
        "Share of records",
        "Rules that can find them",
        "Rules if it were filled",
        "Hard to find now",
        "Hard to find if filled",
    )
    joined = [
        (field(name), *_joined_of(with_it), *_joined_of(without)) for name, (with_it, without) in card.joined.items()
    ]
    joined_head = (
        *("Field", "People with it", "Of them joined", "95% interval"),
        *("People without it", "Of them joined", "95% interval"),
    )
    tables = [Table(caption="What each missing field costs", head=head, rows=tuple(rows))] if rows else []
    if joined:
        tables.append(
            Table(
                caption="People joined with a record elsewhere, with and without a field",
                head=joined_head,
                rows=tuple(joined),
            )
        )
    return Section(
        id="gain",
        heading="What mending it would gain",
        text=(
            "A record is found in other services by rules; each rule needs certain fields. A record is hard to find if"
            " no more than three rules can find it: one slip of the pen may then silence all of them. The second table"
            " shows what happened: a field may be missing for people who are hard to find for other reasons too."
        ),
        tables=tuple(tables),
        nothing="Every record has every field that helps to find it.",
    )


def _joined_of(found: SafeMeasure) -> tuple[str, str, str]:
    return found.whole.text, percent(found.share), interval(found.share)


def _of_rules(rules: float | None, of: int) -> str:
    return "[c]" if rules is None else f"{rules} of {of}"


def _filled(card: Scorecard) -> Section:
    overall = [(field(name), *_measure(card.filled.get((name, ALL, ALL)))) for name in ATTRIBUTES]
    tables = [
        Table(caption="People for whom it is filled", head=("Field", "Filled", "People", "Share"), rows=tuple(overall)),
        *_trend(card),
        *(_by_slice(card, dimension) for dimension in SLICES),
    ]
    return Section(
        id="complete",
        heading="How complete it is, and for whom",
        text=(
            "Groups are those of the linked person: what this source did not write down, another may have. A field that"
            " is missing more often for one group makes that group look smaller, and harder to find, than it is. An"
            " address is filled if it can be placed on the map or says no fixed abode."
            + ("" if _has_trend(card) else f" {_NO_TREND}")
        ),
        tables=tuple(tables),
    )


def _measure(found: SafeMeasure | None) -> tuple[str, str, str]:
    return (found.part.text, found.whole.text, percent(found.share)) if found else ("[x]", "[x]", "[x]")


_NO_TREND = "From the second month on, a table here shows how it went month by month."


def _has_trend(card: Scorecard) -> bool:
    return len(card.trend) > 1


def _trend(card: Scorecard) -> Iterator[Table]:
    if not _has_trend(card):
        return
    rows = [
        (field(name), *(percent(month.filled[name]) if name in month.filled else "[x]" for month in card.trend))
        for name in ATTRIBUTES
    ]
    rows.append(("Rows with any fault", *(percent(month.faults) for month in card.trend)))
    rows.append(("Records", *(month.records.text for month in card.trend)))
    head = ("Share of records", *(month.period for month in card.trend))
    yield Table(caption="Month by month", head=head, rows=tuple(rows))


def _by_slice(card: Scorecard, dimension: str) -> Table:
    groups = dict.fromkeys(group for _, slice_, group in card.filled if slice_ == dimension)
    ordered = sorted(groups, key=lambda group: (group == _LAST, group))
    rows = [
        (
            group_label(dimension, group),
            _people(card, dimension, group),
            *(_share(card.filled.get((name, dimension, group))) for name in ATTRIBUTES),
        )
        for group in ordered
    ]
    head = ("Group", "People", *(field(name) for name in ATTRIBUTES))
    return Table(caption=f"Share filled, by {SLICE_TITLES[dimension]}", head=head, rows=tuple(rows))


def _people(card: Scorecard, dimension: str, group: str) -> str:
    """Everybody of a group whom the source knows: the whole of every share in its row."""
    return next(
        found.whole.text for (_, one, other), found in card.filled.items() if (one, other) == (dimension, group)
    )


def _share(found: SafeMeasure | None) -> str:
    return percent(found.share) if found else "[z]"


def _faults(card: Scorecard) -> Section:
    rows = [
        (
            fault.file,
            fault.column or "whole row",
            fault.what,
            fault.rows.part.text,
            percent(fault.rows.share),
            fault.ask,
        )
        for fault in card.faults
    ]
    head = ("File", "Column", "What is wrong", "Rows", "Share of the file", "What we ask")
    table = Table(
        caption="Values and rows that could not be used", head=head, rows=tuple(rows), text_columns=frozenset({1, 2, 5})
    )
    return Section(
        id="valid",
        heading="What could not be used",
        text="A value that cannot be read becomes missing and the person stays; a row that cannot be read is left out.",
        tables=(table,) if rows else (),
        nothing="Every row and value could be read.",
    )


def _codes(card: Scorecard) -> Section:
    tables = (
        _strange(card, "Codes that came and are not mapped", is_condition=False),
        _strange(card, "Codes that no mapping looks for", is_condition=True),
        _unseen(card),
    )
    return Section(
        id="codes",
        heading="Codes",
        text=(
            "A code that is not mapped becomes no event and no need; in a column of sex, ethnic group, language or the"
            " like it becomes missing. Codes that no mapping looks for are often meant to be left out; please tell us"
            " which are not. A code that never came may be spelt differently in the extract. Rare codes are counted,"
            " not named."
        ),
        tables=tuple(table for table in tables if table.rows),
        nothing="Every code that came is mapped, and every mapped code came.",
    )


def _strange(card: Scorecard, caption: str, *, is_condition: bool) -> Table:
    columns = [column for column in card.codes if column.is_condition is is_condition]
    rows = [(column.file, column.column, code, cell.text) for column in columns for code, cell in column.unmapped]
    rows += [
        (column.file, column.column, "further codes", column.other_rows.text)
        for column in columns
        if column.other_rows.people != 0
    ]
    head = ("File", "Column", "Code", "Rows")
    return Table(caption=caption, head=head, rows=tuple(rows), text_columns=frozenset({1, 2}))


def _unseen(card: Scorecard) -> Table:
    rows = tuple((column.file, column.column, _first(column.unseen)) for column in card.codes if column.unseen)
    head = ("File", "Column", "Codes")
    return Table(caption="Codes that are mapped and never came", head=head, rows=rows, text_columns=frozenset({1, 2}))


def _first(codes: Sequence[str]) -> str:
    """A list of codes, of which a long one is cut: a standard list of languages has hundreds."""
    more = [f"{len(codes) - MOST_CODES} more"] if len(codes) > MOST_CODES else []
    return joined([*codes[:MOST_CODES], *more])


def _timely(card: Scorecard) -> Section:
    rows = [(month, cell.text) for month, cell in sorted(card.events.items())]
    table = Table(caption="Events by the month in which they began", head=("Month", "Events"), rows=tuple(rows))
    return Section(
        id="timely",
        heading="How timely it is",
        text=(
            "If the last month has far fewer events than the ones before, records came too late for this period. A"
            " month with only a few people stands together with others, or no month is shown."
        ),
        tables=(table,) if rows else (),
        nothing="No events came from this source.",
    )


def _differs(card: Scorecard) -> Section:
    overall = [
        (field(name), *_measure(card.differs[name, ALL, ALL])) for name in DIFFERING if (name, ALL, ALL) in card.differs
    ]
    tables = []
    if overall:
        head = ("Field", "Differs", "People whom both know", "Share")
        tables.append(Table(caption="People of whom another source says otherwise", head=head, rows=tuple(overall)))
        tables += [_differs_by(card, dimension) for dimension in SLICES]
    return Section(
        id="differs",
        heading="Where other sources say otherwise",
        text=(
            "We do not know who is right, and an address may have changed between the two. Where sources disagree,"
            " joinedup takes what the register says, else what most records say. Address is the area that it lies in;"
            " home is the very dwelling, where the project tells who lives together, or the kind of one that is not"
            " private. A home that one of the two knows by its property number and the other by its address counts as"
            " another."
        ),
        tables=tuple(tables),
        nothing="Nobody in this source was found in another with the same field filled.",
    )


def _differs_by(card: Scorecard, dimension: str) -> Table:
    names = [name for name in DIFFERING if (name, ALL, ALL) in card.differs]
    groups = dict.fromkeys(group for _, slice_, group in card.differs if slice_ == dimension)
    rows = [
        (group_label(dimension, group), *(_share(card.differs.get((name, dimension, group))) for name in names))
        for group in sorted(groups, key=lambda group: (group == _LAST, group))
    ]
    head = ("Group", *(field(name) for name in names))
    return Table(
        caption=f"Share that differs, of people whom both know, by {SLICE_TITLES[dimension]}",
        head=head,
        rows=tuple(rows),
    )
