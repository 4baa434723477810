"""What must not leave a source in a column that was taken for a code: the last look before a payload is sealed.

A source file says what each column is, and people err. Three columns leave as they were delivered (an event's code
and provider, a person's small area); if most of the values of one are people's identifiers, nothing leaves.
"""

from collections.abc import Iterator

import duckdb

from governance.errors import Fault, PolicyRefusal
from governance.intake.checks import define_checks
from governance.settings import ColumnClass, ExtractFile, Source
from governance.warehouse import quote_name

_MOST = 0.5
"""One in eleven ten-digit codes passes Modulus 11 and few codes look like postcodes: most of a column never do."""

_KINDS = {
    "NHS numbers": "nhs_number_fault(nhs_digits(value), true) IS NULL",
    "postcodes": "postcode_text(value) IS NOT NULL",
    "email addresses": r"regexp_full_match(value, '[^@\s]+@[^@\s]+\.[^@\s]+')",
    "phone numbers": r"regexp_full_match(regexp_replace(value, '[\s()+-]', '', 'g'), '(0|44)[0-9]{9,10}')",
    "identifiers of its own people": "upper(value) IN (SELECT value FROM own_identifier)",
}


def refuse_identifiers(con: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Look at every column that leaves as delivered.

    Args:
        con: Holds ``file_<file id>`` for every file of the source.
        source: Says which columns leave.

    Raises:
        PolicyRefusal: Most values of a column are identifiers. Names the column, no value and no count.
    """
    define_checks(con)
    own = " UNION ALL ".join(_identifiers(source)) or "SELECT NULL WHERE false"
    con.execute(
        f"CREATE OR REPLACE TABLE own_identifier AS SELECT DISTINCT upper(value) AS value FROM ({own}) AS t(value)"
    )
    faults = [fault for file in source.files for name in _leaving(file) for fault in _faults(con, file, name)]
    con.execute("DROP TABLE own_identifier")
    if faults:
        raise PolicyRefusal(
            f"{source.id}: what would leave the source looks like identifiers of people.",
            why="The analysis zone never holds an identifier, and a column taken for codes would carry one there.",
            fix=f"Class the column direct_identifier or drop in sources/{source.id}.yaml, and have it approved. Nothing"
            " was written.",
            code="E-PAYLOAD-IDENTIFIER",
            faults=faults,
        )


def looks_like_identifier(con: duckdb.DuckDBPyConnection, text: str) -> bool:
    """Whether one text has the look of a person's identifier; its own source's identifiers are not looked up.

    Args:
        con: Holds the checks of intake, see ``governance.intake.checks.define_checks``.
        text: A value that someone takes for a code.
    """
    tests = " OR ".join(test for kind, test in _KINDS.items() if "own_identifier" not in test)
    [(found,)] = con.execute(f"SELECT coalesce({tests}, false) FROM (SELECT $text AS value)", {"text": text}).fetchall()
    return bool(found)


def _leaving(file: ExtractFile) -> list[str]:
    named = [name for event in file.events for name in (event.code, event.provider) if name]
    return sorted({*named, *file.columns_with_role("small_area")})


def _identifiers(source: Source) -> Iterator[str]:
    for file in source.files:
        for name, column in file.columns.items():
            if column.column_class is ColumnClass.DIRECT_IDENTIFIER and column.role != "record_id":
                yield f"SELECT CAST({quote_name(name)} AS VARCHAR) FROM {_table(file)}"


def _faults(con: duckdb.DuckDBPyConnection, file: ExtractFile, name: str) -> list[Fault]:
    shares = ", ".join(f"coalesce(avg(CAST({test} AS INTEGER)), 0)" for test in _KINDS.values())
    values = f"SELECT DISTINCT CAST({quote_name(name)} AS VARCHAR) AS value FROM {_table(file)}"
    [found] = con.execute(f"SELECT {shares} FROM ({values}) WHERE value IS NOT NULL").fetchall()
    kinds = [kind for kind, share in zip(_KINDS, found, strict=True) if share > _MOST]
    return [Fault(file=file.path, what=f"column `{name}`: most of its values are {kinds[0]}.")] if kinds else []


def _table(file: ExtractFile) -> str:
    return quote_name(f"file_{file.id}")
