"""SQL for what came after what: followers, gaps, episodes that are open and episodes that overlap."""

from datetime import timedelta

from cohorts.compile.recorded import add_silence, of_kinds
from cohorts.compile.responses import ATTENDED, add_covered_windows
from cohorts.compile.statement import Builder, Piece
from cohorts.query import Followed, Follower, Gap, OpenEpisode, Overlapping

_INDEX = """
    SELECT
        event.person_id,
        event.source,
        event.record_id,
        event.event_no,
        event.kind,
        event.start AS day,
        {clock} AS start,
        {stop} AS stop
    FROM event
    WHERE list_contains({kinds}, event.kind) AND event.start >= {since} AND event.start < {as_of}
    {preceded}
"""

_PRECEDED = """
    AND EXISTS (
        SELECT 1
        FROM event AS before
        WHERE
            before.person_id = event.person_id
            AND list_contains({kinds}, before.kind)
            AND before.start < event.start
            AND before.start > {opens}
    )
"""

_FOLLOWED = """
    SELECT
        one.person_id,
        one.day,
        CASE
            {found}
            WHEN one.stop <= {as_of} AND silence.start IS NOT NULL THEN FALSE
        END AS answer
    FROM {index} AS one
    LEFT JOIN event AS other
        ON other.person_id = one.person_id
        AND {tests}
    LEFT JOIN {silence} AS silence
        ON silence.start = one.start AND silence.stop = one.stop
    GROUP BY one.person_id, one.source, one.record_id, one.event_no, one.day, one.stop, silence.start
"""

_HOLDING = """
    SELECT
        person_id,
        day,
        day AS until,
        lag(day, {others}) OVER (PARTITION BY person_id ORDER BY day) IS NOT NULL AS stands
    FROM {followed}
    WHERE {holds}
"""

_UNDECIDED = """
    SELECT person_id
    FROM {followed}
    GROUP BY person_id
    HAVING count(*) FILTER (({holds}) IS NOT FALSE) >= {least} AND bool_or(answer IS NULL)
"""

_OPEN = """
    SELECT person_id, {day} AS day, {as_of} AS until, TRUE AS stands
    FROM event
    WHERE list_contains({kinds}, kind) AND {day} < {as_of} AND coalesce("end", {as_of}) >= {last_day}
"""

_OVERLAPPING = """
    SELECT
        one.person_id,
        greatest(one.start, other.start, {since}) AS day,
        least(coalesce(one."end", {as_of}), coalesce(other."end", {as_of})) AS until,
        TRUE AS stands
    FROM event AS one
    JOIN event AS other
        ON other.person_id = one.person_id
        AND (other.source, other.record_id, other.event_no) <> (one.source, one.record_id, one.event_no)
    WHERE
        list_contains({kinds}, one.kind)
        AND list_contains({other_kinds}, other.kind)
        AND one.start < {as_of}
        AND other.start < {as_of}
        AND greatest(one.start, other.start, {since})
            <= least(coalesce(one."end", {as_of}), coalesce(other."end", {as_of}))
"""


def add_followed(to: Builder, name: str, asked: Followed) -> Piece:
    """Events that were (or were not) followed, the nth of which stands; some may still be followed."""
    clock = 'event."end"' if asked.clock == "end" else "event.start"
    later = (
        "other.start >= one.start",
        "NOT (other.kind = one.kind AND other.start = one.day)",
        "(other.source, other.record_id, other.event_no) <> (one.source, one.record_id, one.event_no)",
    )
    followed = _add_followed(to, name, asked, clock, later)
    return _held(to, name, asked, followed, "NOT answer" if asked.negated else "answer")


def add_gap(to: Builder, name: str, gap: Gap) -> Piece:
    """A contact that none of the same kinds followed on a later day."""
    by = Follower(kinds=gap.kinds, within=gap.length)
    asked = Followed(kinds=gap.kinds, clock="start", by=by, negated=True, within=gap.within)
    followed = _add_followed(to, name, asked, "event.start", ("other.start > one.day",))
    return _held(to, name, asked, followed, "NOT answer")


def _add_followed(to: Builder, name: str, asked: Followed, clock: str, later: tuple[str, ...]) -> str:
    """``followed_<name>``: each event of the window, and whether it was followed."""
    index = to.step(
        f"index_{name}",
        "events after which something should come, and the time it has: [start, stop)",
        _INDEX,
        clock=clock,
        stop=to.shift(clock, "+", asked.by.within),
        kinds=to.bind("kinds", asked.kinds),
        since=to.since(asked.within),
        as_of=to.as_of_hole,
        preceded=_preceded(to, asked.preceded) if asked.preceded else "",
    )
    kinds = to.bind("kinds", asked.by.kinds)
    attended = f"list_contains({to.bind('attended', ATTENDED)}, other.outcome)" if asked.by.attended else ""
    tests = [f"list_contains({kinds}, other.kind)", *later, "other.start < one.stop", f"other.start < {to.as_of_hole}"]
    return to.step(
        f"followed_{name}",
        "whether each was followed: no only if time is up and nothing could be hidden",
        _FOLLOWED,
        found=_found(attended),
        index=index,
        silence=add_covered_windows(to, f"after_{name}", index, kinds),
        tests="\nAND ".join([*tests, *([f"(other.outcome IS NULL OR {attended})"] if attended else [])]),
        as_of=to.as_of_hole,
    )


def _preceded(to: Builder, before: Follower) -> str:
    """SQL for: one of these came before, on an earlier day, by less than so long."""
    opens = to.shift("event.start", "-", before.within)
    return to.fill(_PRECEDED, kinds=to.bind("kinds", before.kinds), opens=opens)


def _found(attended: str) -> str:
    if not attended:
        return "WHEN count(other.person_id) > 0 THEN TRUE"
    surely = f"WHEN count(other.person_id) FILTER ({attended}) > 0 THEN TRUE"
    return f"{surely}\nWHEN count(other.person_id) > 0 THEN NULL"


def _held(to: Builder, name: str, asked: Followed, followed: str, holds: str) -> Piece:
    """The nth event that holds stands; nobody can tell while events that may yet hold would make it enough."""
    others, least = to.bind("others", asked.at_least - 1), to.bind("least", asked.at_least)
    undecided = to.step(
        f"undecided_{name}",
        "people for whom it may still come to enough of them",
        _UNDECIDED,
        followed=followed,
        holds=holds,
        least=least,
    )
    known = add_silence(to, name, "this event", of_kinds(to, asked.kinds), to.since(asked.within))
    if asked.preceded:
        earliest = to.bind("since", asked.preceded.within.before(asked.within.before(to.as_of)))
        listed = of_kinds(to, asked.preceded.kinds)
        known += f" AND {add_silence(to, f'{name}_before', 'what came before', listed, earliest)}"
    items = to.fill(_HOLDING, followed=followed, holds=holds, others=others)
    return Piece(items, f"{known} AND {undecided}.person_id IS NULL", (undecided,))


def add_open_episode(to: Builder, name: str, wanted: OpenEpisode) -> Piece:
    """Open on the last day of the period; its absence takes sources that cover that day.

    It is dated from the last of the days that it has to last, the day by which it was long enough.
    """
    last_day = last_day_hole(to)
    day = f"({to.shift('start', '+', wanted.lasting)} - 1)" if wanted.lasting else "start"
    items = to.fill(_OPEN, day=day, kinds=to.bind("kinds", wanted.kinds), as_of=to.as_of_hole, last_day=last_day)
    return Piece(items, add_silence(to, name, "this episode", of_kinds(to, wanted.kinds), last_day))


def add_overlapping(to: Builder, name: str, wanted: Overlapping) -> Piece:
    """Two episodes that shared a day of the window."""
    since = to.since(wanted.within)
    items = to.fill(
        _OVERLAPPING,
        kinds=to.bind("kinds", wanted.kinds),
        other_kinds=to.bind("kinds", wanted.others),
        since=since,
        as_of=to.as_of_hole,
    )
    listed = of_kinds(to, (*wanted.kinds, *wanted.others))
    return Piece(items, add_silence(to, name, "these episodes", listed, since))


def last_day_hole(to: Builder) -> str:
    """A hole for the last day of the period."""
    return to.bind("last_day", to.as_of - timedelta(days=1))
