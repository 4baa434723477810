"""How waits are told as counts of people: by service, in fixed bands of weeks, seen or not seen.

Names carry the structure, which is public: whoever was referred to a service stands once in its bands.
"""

BANDS = ((0, 1), (1, 2), (2, 4), (4, 6), (6, 12), (12, 18), (18, 53))
"""Weeks from and to, the end left out; the last holds all longer waits of a window of 12 months.

Two, six and eighteen weeks are English waiting-time standards (psychosis, talking therapies, referral to treatment).
"""

SEEN, UNSEEN = "seen", "unseen"
WAIT = "wait"
APPOINTMENTS, MISSED = "appointments", "appointments:missed"
"""People with an appointment that was kept or missed, and those of them who missed one."""

DISTANCE, ADDRESS, LANGUAGE = "distance", "address", "language"
"""Breakdowns of people with an appointment by what may stand between them and it."""

PLACE = "core20"
MOST_DEPRIVED, OTHERS = "most deprived fifth", "all other areas"
"""Breakdown of waits and its groups: NHS England's Core20, and everybody else."""


def band_name(band: tuple[int, int]) -> str:
    """Such as ``04-06``, so that names sort as weeks do."""
    return f"{band[0]:02}-{band[1]:02}"


def referred(source: str) -> str:
    """The measure of everybody referred to a service."""
    return f"{WAIT}:{source}"


def waited(source: str, outcome: str, band: tuple[int, int]) -> str:
    """The measure of those of them who were seen, or watched without being seen, for so many weeks."""
    return f"{WAIT}:{source}:{outcome}:{band_name(band)}"


def whole_of(measure: str) -> str | None:
    """The measure that all parts of one kind add up to: of a band of waits, everybody referred to that service."""
    kind, _, rest = measure.partition(":")
    source, _, part = rest.partition(":")
    return referred(source) if kind == WAIT and part else None


def is_of_waits(measure: str) -> bool:
    """Whether a measure counts people who waited, or who had an appointment."""
    return measure.partition(":")[0] in (WAIT, APPOINTMENTS)
