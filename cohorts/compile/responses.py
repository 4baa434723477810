"""SQL for the response ladder: what came in time, and when its absence may be believed."""

from cohorts.compile.statement import Builder, columns, joined, sources_and_kinds
from cohorts.query import ALL_NEEDS, Anchor, Response, Rung

ATTENDED = ("attended", "completed")
"""Outcomes that mean a contact took place."""

_RUNG = """
    SELECT {window}.person_id, {states} AS state
    FROM {window}
    {responses}
"""

_WINDOW = """
    SELECT needs.person_id, {day} AS start, {stop} AS stop
    FROM {tables}
    WHERE needs.state AND {day} IS NOT NULL
"""

_RESPONSE = """
    SELECT
        span.person_id,
        CASE
            {enough}
            WHEN span.stop <= {as_of} AND silence.start IS NOT NULL THEN FALSE
        END AS state
    FROM {window} AS span
    LEFT JOIN event
        ON event.person_id = span.person_id
        AND {tests}
    LEFT JOIN {silence} AS silence
        ON silence.start = span.start AND silence.stop = span.stop
    GROUP BY span.person_id, span.stop, silence.start
"""

_SILENCE = """
    SELECT span.start, span.stop
    FROM (SELECT DISTINCT start, stop FROM {window}) AS span
    JOIN coverage ON coverage.start <= span.start AND coverage.stop >= span.stop
    WHERE list_contains({kinds}, kind) AND share >= {min_share}
    GROUP BY span.start, span.stop
    HAVING {speaking} = (
        SELECT {speaking} FROM coverage WHERE list_contains({kinds}, kind)
    )
"""


def add_rung(to: Builder, rung: Rung) -> None:
    """``rung_<name>``: whether any of its responses came in time, for people with the needs."""
    window = _add_window(to, rung)
    names = [
        _add_response(to, f"{rung.name}_{number}", window, response)
        for number, response in enumerate(rung.responses, 1)
    ]
    to.step(
        f"rung_{rung.name}",
        "the rung, from any of its responses",
        _RUNG,
        window=window,
        states=columns(names, "state").replace(",", " OR"),
        responses=joined(names),
    )


def _add_window(to: Builder, rung: Rung) -> str:
    """``window_<name>``: [start, stop) for each person with the needs; without an anchor there is no window."""
    day = _anchor(rung.after)
    return to.step(
        f"window_{rung.name}",
        "the days on which a response would have been in time",
        _WINDOW,
        day=day,
        stop=to.shift(day, "+", rung.within),
        tables="needs" if rung.after.of == ALL_NEEDS else f"needs JOIN need_{rung.after.of} USING (person_id)",
    )


def _anchor(anchor: Anchor) -> str:
    table = "needs" if anchor.of == ALL_NEEDS else f"need_{anchor.of}"
    return f"{table}.{anchor.at}"


def _add_response(to: Builder, name: str, window: str, response: Response) -> str:
    """``response_<name>``: yes if it came; no if time is up and every source would have shown it."""
    kinds = to.bind("kinds", response.kinds)
    silence = add_covered_windows(to, name, window, kinds)
    attended = f"list_contains({to.bind('attended', ATTENDED)}, event.outcome)" if response.attended else ""
    return to.step(
        f"response_{name}",
        "the response: yes if enough came; no if time is up and nothing could be hidden",
        _RESPONSE,
        window=window,
        silence=silence,
        tests="\nAND ".join(_tests(to, response, kinds, attended)),
        enough=_enough(to.bind("least", response.at_least), attended),
        as_of=to.as_of_hole,
    )


def add_covered_windows(to: Builder, name: str, window: str, kinds: str) -> str:
    """``silence_<name>``: windows, from a step with start and stop, in which nothing of these kinds could be hidden."""
    return to.step(
        f"silence_{name}",
        "windows of which every source that could hold this response covers every day",
        _SILENCE,
        window=window,
        kinds=kinds,
        min_share=to.bind("min_share", to.query.min_share),
        speaking=sources_and_kinds(),
    )


def _enough(least: str, attended: str) -> str:
    """SQL for enough events; if some have no outcome and they would make it enough, nobody can tell."""
    if not attended:
        return f"WHEN count(event.person_id) >= {least} THEN TRUE"
    surely = f"WHEN count(event.person_id) FILTER ({attended}) >= {least} THEN TRUE"
    return f"{surely}\nWHEN count(event.person_id) >= {least} THEN NULL"


def _tests(to: Builder, response: Response, kinds: str, attended: str) -> list[str]:
    """Which events may be the response; where it must be attended, also those whose outcome is missing."""
    began = f'coalesce(event."end", {to.as_of_hole}) >= span.start' if response.ongoing else "event.start >= span.start"
    tests = [f"list_contains({kinds}, event.kind)", began, "event.start < span.stop", f"event.start < {to.as_of_hole}"]
    if response.planned:
        tests.append("event.planned")
    if attended:
        tests.append(f"(event.outcome IS NULL OR {attended})")
    return tests
