"""How counts are worded in messages, which count as published: small ones are not given."""

_SMALL_PEOPLE = 7
"""The floor of the policy's small-number rule; a message never says more than a release would."""


def few(count: int) -> str:
    """The count with thousands separators; 1 to 7 is `fewer than 8`."""
    return f"fewer than {_SMALL_PEOPLE + 1}" if 1 <= count <= _SMALL_PEOPLE else f"{count:,}"


def told(count: int) -> int | str:
    """The count for a receipt, which orchestrators store and terminals show; a small one in words."""
    return few(count) if 1 <= count <= _SMALL_PEOPLE else count


def most_of(part: int, whole: int, noun: str) -> str:
    """`1,204 of 1,300 dates`, or `most of the dates` where a count would be small."""
    return f"{part:,} of {whole:,} {noun}" if part > _SMALL_PEOPLE else f"most of the {noun}"
