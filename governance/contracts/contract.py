"""What a contract is, and how a table is held against one."""

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from governance.errors import ContractError, Fault

Zone = Literal["source", "linkage", "analysis", "public"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a table promises."""

    name: str
    grain: str
    zone: Zone
    key: tuple[str, ...]
    columns: dict[str, pa.DataType]
    identifiability: str
    """One plain sentence for the IG lead."""

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, columns in order."""
        return pa.schema(list(self.columns.items()))


def check_table(table: pa.Table, contract: Contract) -> pa.Table:
    """The table with its columns in contract order.

    Raises:
        ContractError: A column is missing, extra, or of another type; all faults at once.
    """
    found = {field.name: field.type for field in table.schema}
    faults = [Fault(what=f"{name} missing") for name in contract.columns if name not in found]
    faults += [Fault(what=f"{name} is not in the contract") for name in found if name not in contract.columns]
    faults += [
        Fault(what=f"{name} expected {wanted}, found {found[name]}")
        for name, wanted in contract.columns.items()
        if name in found and found[name] != wanted
    ]
    if faults:
        raise ContractError(
            f"Table `{contract.name}` differs from its contract in {len(faults)} places.",
            why="What reads this table relies on its columns; a silent difference would lose or mix people.",
            fix="If you made this table, match the contract; otherwise report it. Nothing was written.",
            code="E-CONTRACT",
            faults=faults,
        )
    return table.select(list(contract.columns))
