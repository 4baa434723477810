"""SQL for home and place: who lives with whom, which providers are near, and which are out of bounds."""

from datetime import timedelta

from cohorts.compile.recorded import add_silence, of_kinds
from cohorts.compile.sequences import last_day_hole
from cohorts.compile.statement import Builder, Piece
from cohorts.query import Barred, Household, Near

ADULT = 18

_MATE = """
    SELECT me.person_id, mate.person_id AS mate_id, {of_age} AS of_age, {adult_mate} AS is_adult
    FROM person AS me
    JOIN person AS mate USING (household)
    WHERE
        mate.person_id <> me.person_id
        AND me.address_kind = {home}
        AND mate.address_kind = {home}
        AND (mate.death_month IS NULL OR mate.death_month >= {as_of})
"""

_UNSURE = """
    SELECT
        person_id,
        count(*) FILTER (of_age) AS surely,
        count(*) FILTER (of_age IS NULL) AS perhaps,
        count(*) FILTER (is_adult) AS adults
    FROM {mate}
    GROUP BY person_id
"""

_SOME = """
    SELECT person_id, day, until, lag(day, {others}) OVER (PARTITION BY person_id ORDER BY day) IS NOT NULL AS stands
    FROM (
        SELECT mate.person_id, theirs.crossed AS day, theirs.last AS until
        FROM {mate} AS mate
        JOIN {clause} AS theirs ON theirs.person_id = mate.mate_id
        WHERE mate.of_age
    )
"""

_EACH = """
    SELECT mate.person_id, max(theirs.crossed) AS day, max(theirs.last) AS until, TRUE AS stands
    FROM {mate} AS mate
    JOIN person USING (person_id)
    JOIN {others} AS others USING (person_id)
    LEFT JOIN {clause} AS theirs ON theirs.person_id = mate.mate_id
    WHERE mate.of_age IS NOT FALSE AND ({grown_up})
    GROUP BY mate.person_id
    HAVING count(*) = count(theirs.person_id) AND bool_or(mate.of_age)
"""

_LONE_ADULT = """
    SELECT person.person_id, {since} AS day, {as_of} AS until, TRUE AS stands
    FROM person
    LEFT JOIN {others} AS others USING (person_id)
    WHERE
        {at_home}
        AND {own_age} >= {adult}
        AND coalesce(others.surely, 0) = 0
        AND coalesce(others.perhaps, 0) = 0
"""

_NEAR = """
    SELECT person_id, {since} AS day, {as_of} AS until, TRUE AS stands
    FROM person
    WHERE {level} IN (SELECT {level} FROM provider WHERE need = {need})
"""

_ORDER = """
    SELECT person_id, code, start AS day
    FROM event
    WHERE list_contains({kinds}, kind) AND start < {as_of} AND coalesce("end", {as_of}) >= {last_day}
"""

_BARRED = """
    SELECT orders.person_id, max(orders.day) AS day, {as_of} AS until, TRUE AS stands
    FROM {orders} AS orders
    JOIN provider ON provider.need = {need} AND list_contains(provider.zones, orders.code)
    GROUP BY orders.person_id
    HAVING count(DISTINCT provider.provider) = (SELECT count(DISTINCT provider) FROM provider WHERE need = {need})
"""

_UNNAMED = """
    SELECT DISTINCT person_id
    FROM {orders}
    WHERE code IS NULL
"""


def add_household(to: Builder, name: str, asked: Household, clause: str, known: str) -> Piece:
    """Others at the same home for whom the clause stands; only for people whose home is known to be one.

    A child does not live alone: where nobody at home is known to be an adult, somebody is missing, and neither "no" nor
    "everyone" is said of such a home.
    """
    mate, others = _add_mates(to, name, asked.low, asked.high)
    if asked.how == "all":
        items = to.fill(_EACH, mate=mate, clause=clause, others=others, grown_up=_grown_up(to, "others"))
    else:
        items = to.fill(_SOME, mate=mate, clause=clause, others=to.bind("others", asked.at_least - 1))
    sure = f"{_at_home(to)} AND {known} AND coalesce({others}.perhaps, 0) = 0 AND ({_grown_up(to, others)})"
    return Piece(items, sure, (others,))


def _grown_up(to: Builder, others: str) -> str:
    """Whether the person or somebody else at home is known to be an adult."""
    own = f"{_age(to, 'person')} >= {to.bind('youngest', ADULT)}"
    return f"coalesce({own}, FALSE) OR coalesce({others}.adults, 0) > 0"


def add_lone_adult(to: Builder, name: str) -> Piece:
    """No other adult at the same home, and nobody there who may be one."""
    _, others = _add_mates(to, name, ADULT, None)
    own_age, adult = _age(to, "person"), to.bind("youngest", ADULT)
    items = to.fill(
        _LONE_ADULT,
        others=others,
        at_home=_at_home(to),
        own_age=own_age,
        adult=adult,
        since=to.since(to.query.lookback),
        as_of=to.as_of_hole,
    )
    told = f"coalesce({own_age} < {adult}, FALSE) OR coalesce({others}.surely, 0) > 0"
    told = f"({told} OR ({own_age} IS NOT NULL AND coalesce({others}.perhaps, 0) = 0))"
    return Piece(items, f"{_at_home(to)} AND {told}", (others,))


def _add_mates(to: Builder, name: str, low: int, high: int | None) -> tuple[str, str]:
    """``mate_<name>``: a row a person and other person at the same home; ``others_<name>``: how many, by person."""
    age = _age(to, "mate")
    upper = f" AND {age} <= {to.bind('oldest', high)}" if high is not None else ""
    any_age = low == 0 and high is None
    mate = to.step(
        f"mate_{name}",
        "who else lives in the same home; homes of unknown or shared kind are left out",
        _MATE,
        of_age="TRUE" if any_age else f"({age} >= {to.bind('youngest', low)}{upper})",
        adult_mate=f"({age} >= {to.bind('youngest', ADULT)})",
        home=to.bind("home", "home"),
        as_of=to.as_of_hole,
    )
    return mate, to.step(f"others_{name}", "how many of them are, or may be, of the age", _UNSURE, mate=mate)


def _age(to: Builder, table: str) -> str:
    return f"({to.bind('year', (to.as_of - timedelta(days=1)).year)} - {table}.birth_year)"


def _at_home(to: Builder) -> str:
    return f"coalesce(person.household IS NOT NULL AND person.address_kind = {to.bind('home', 'home')}, FALSE)"


def add_near(to: Builder, wanted: Near) -> Piece:
    """A provider in the same place, from the project's own list of providers."""
    items = to.fill(
        _NEAR,
        level=wanted.level,
        need=to.bind("need", wanted.need),
        since=to.since(to.query.lookback),
        as_of=to.as_of_hole,
    )
    return Piece(items, f"person.{wanted.level} IS NOT NULL")


def add_barred(to: Builder, name: str, barred: Barred) -> Piece:
    """Every provider for the need lies in a zone that an order in force names; an order without a zone may be any."""
    last_day = last_day_hole(to)
    orders = to.step(
        f"orders_{name}",
        "orders in force on the last day of the period",
        _ORDER,
        kinds=to.bind("kinds", barred.orders),
        as_of=to.as_of_hole,
        last_day=last_day,
    )
    unnamed = to.step(f"unnamed_{name}", "people under an order whose zone is not recorded", _UNNAMED, orders=orders)
    known = add_silence(to, name, "this order", of_kinds(to, barred.orders), last_day)
    items = to.fill(_BARRED, orders=orders, need=to.bind("need", barred.need), as_of=to.as_of_hole)
    return Piece(items, f"{known} AND {unnamed}.person_id IS NULL", (unnamed,))
