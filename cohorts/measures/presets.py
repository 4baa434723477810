"""Groups of people that a policy names, such as Core20PLUS5: data files with their source, counted as slices."""

from datetime import date
from importlib import resources

import duckdb
import pyarrow as pa
import yaml

from governance.settings.base import Slug, Strict, Text
from governance.warehouse import load_sql, load_table, materialise

SHIPPED = ("core20plus5",)
_GROUPS = pa.schema(
    {
        "dimension": pa.string(),
        "deprivation_decile_up_to": pa.int8(),
        "ethnic_groups": pa.list_(pa.string()),
        "needs": pa.list_(pa.string()),
        "no_fixed_address": pa.bool_(),
    }
)


class PresetGroup(Strict):
    """A person is in the group if any of what is given holds."""

    id: Slug
    title: Text
    deprivation_decile_up_to: int | None = None
    """National decile of area, 1 being the most deprived tenth."""
    ethnic_groups: tuple[str, ...] = ()
    needs: tuple[Slug, ...] = ()
    """Needs with any evidence before the end of the period."""
    no_fixed_address: bool = False


class NotAvailable(Strict):
    """A group that the policy names and these data cannot tell."""

    group: Text
    why: Text


class Preset(Strict):
    """One policy's groups."""

    id: Slug
    title: Text
    version: Text
    source: Text
    groups: tuple[PresetGroup, ...]
    not_available: tuple[NotAvailable, ...] = ()

    def dimension(self, group: PresetGroup) -> str:
        """The name of a group's slice."""
        return f"{self.id}:{group.id}"


def load_preset(name: str) -> Preset:
    """A preset that ships with joinedup."""
    text = resources.files("cohorts.measures").joinpath("presets", f"{name}.yaml").read_text("utf-8")
    return Preset.model_validate(yaml.safe_load(text), strict=False)


def place_in_presets(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Make ``preset_person``: in which groups of the shipped presets a person is.

    Args:
        con: Holds ``person`` and ``need_evidence``.
        as_of: First day after the period.
    """
    rows = [
        {**group.model_dump(exclude={"id", "title"}), "dimension": preset.dimension(group)}
        for preset in map(load_preset, SHIPPED)
        for group in preset.groups
    ]
    load_table(con, "preset_group", pa.Table.from_pylist(rows, schema=_GROUPS))
    materialise(con, "preset_person", load_sql("cohorts.measures", "preset_person"), {"as_of": as_of})
