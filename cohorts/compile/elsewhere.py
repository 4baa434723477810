"""SQL for other definitions, and for needs that fall between services by the way services are made."""

from cohorts.compile.recorded import add_silence, of_kinds
from cohorts.compile.responses import ATTENDED
from cohorts.compile.sequences import last_day_hole
from cohorts.compile.statement import Builder, Piece
from cohorts.query import NEED_PREFIX, InCohort, Shared

_IN_COHORT = """
    SELECT person_id, coalesce(crossed, {since}) AS day, {as_of} AS until, TRUE AS stands
    FROM {cohort}
    WHERE met
"""

_WANTED = """
    SELECT person_id, sector, need, min(greatest(valid_from, {since})) AS day
    FROM need_evidence
    WHERE valid_from < {as_of} AND coalesce(valid_to, {as_of}) >= {since}
    GROUP BY person_id, sector, need
"""

_CONTACT = """
    SELECT person_id, source, min(start) AS day
    FROM event
    WHERE
        list_contains({kinds}, kind)
        AND start >= {since}
        AND start < {as_of}
        AND (outcome IS NULL OR list_contains({attended}, outcome))
    GROUP BY person_id, source
"""

_ENOUGH = """
    SELECT person_id, list_sort(list(day))[{least}] AS day
    FROM (SELECT person_id, {what}, min(day) AS day FROM {table} GROUP BY person_id, {what})
    GROUP BY person_id
    HAVING count(*) >= {least}
"""

_WHOLE = """
    SELECT DISTINCT wanted.person_id
    FROM (SELECT DISTINCT person_id, need FROM {wanted}) AS wanted
    JOIN (SELECT DISTINCT source, need FROM provider) AS able USING (need)
    JOIN (SELECT person_id, count(DISTINCT need) AS needs FROM {wanted} GROUP BY person_id) AS total
        ON total.person_id = wanted.person_id
    GROUP BY wanted.person_id, able.source, total.needs
    HAVING count(*) = total.needs
"""

_COORDINATED = """
    SELECT DISTINCT person_id
    FROM event
    WHERE list_contains({kinds}, kind) AND start < {as_of} AND coalesce("end", {as_of}) >= {last_day}
"""

_SHARED = """
    SELECT
        sectors.person_id,
        greatest(sectors.day, services.day) AS day,
        greatest(sectors.day, services.day) AS until,
        TRUE AS stands
    FROM {sectors} AS sectors
    JOIN {services} AS services USING (person_id)
    ANTI JOIN {whole} AS whole USING (person_id)
    ANTI JOIN {coordinated} AS coordinated USING (person_id)
    WHERE {coordination_known}
"""


def add_in_cohort(to: Builder, name: str, wanted: InCohort) -> Piece:
    """The other definition's whole statement as one step, so that this stays one statement."""
    from cohorts.compile import compile_query  # the two know each other

    statement = compile_query(wanted.query, to.as_of)
    cohort = to.inline(f"cohort_{name}", f"the definition {wanted.id} {wanted.version}", statement)
    items = to.fill(_IN_COHORT, cohort=cohort, since=to.since(to.query.lookback), as_of=to.as_of_hole)
    return Piece(items, f"{cohort}.met IS NOT NULL", (cohort,))


def add_shared(to: Builder, name: str, wanted: Shared) -> Piece:
    """Needs of several sectors, contacts of several services, none that could meet all, and nobody coordinating.

    More needs or contacts than were seen only make it truer, so a yes takes coverage of coordination alone.
    """
    since, last_day = to.since(wanted.within), last_day_hole(to)
    kinds, coordinating = to.bind("kinds", wanted.contacts), to.bind("kinds", wanted.coordinated_by)
    needs = to.step(f"wanted_{name}", "needs, by who recorded them", _WANTED, since=since, as_of=to.as_of_hole)
    contacts = to.step(
        f"contact_{name}",
        "services that saw the person, unless it is known that they did not",
        _CONTACT,
        kinds=kinds,
        since=since,
        as_of=to.as_of_hole,
        attended=to.bind("attended", ATTENDED),
    )
    of_needs = f"starts_with(kind, {to.bind('need_prefix', NEED_PREFIX)})"
    coordination = add_silence(to, f"{name}_lead", "coordination", of_kinds(to, wanted.coordinated_by), last_day)
    known = [
        coordination,
        add_silence(to, f"{name}_needs", "any need", of_needs, since),
        add_silence(to, name, "these contacts", of_kinds(to, wanted.contacts), since),
    ]
    items = to.fill(
        _SHARED,
        sectors=_add_enough(to, f"sectors_{name}", needs, "sector", wanted.sectors),
        services=_add_enough(to, f"services_{name}", contacts, "source", wanted.services),
        whole=to.step(f"whole_{name}", "people all of whose needs one service is there to meet", _WHOLE, wanted=needs),
        coordinated=to.step(
            f"coordinated_{name}",
            "people for whom somebody coordinates",
            _COORDINATED,
            kinds=coordinating,
            as_of=to.as_of_hole,
            last_day=last_day,
        ),
        coordination_known=coordination,
    )
    return Piece(items, " AND ".join(known))


def _add_enough(to: Builder, step: str, table: str, what: str, least: int) -> str:
    comment = f"people with enough of a different {what}, and the day by which"
    return to.step(step, comment, _ENOUGH, table=table, what=what, least=to.bind("least", least))
