"""What groups of a breakdown are called where some of them are put together."""

from collections.abc import Callable, Mapping

Coarser = Callable[[str], str]
"""From a group's name to that of the group it is put into."""

FROM_65 = {"65-79": "65+", "80+": "65+"}
WIDE_AGES = {"18-34": "18-64", "35-49": "18-64", "50-64": "18-64", **FROM_65}


def as_it_is(group: str) -> str:
    """Every group by itself."""
    return group


def by(names: Mapping[str, str]) -> Coarser:
    """Groups by these names, and any other by itself."""
    return lambda group: names.get(group, group)
