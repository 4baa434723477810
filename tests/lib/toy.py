"""A tiny made-up project on disk: two sources, forty people, demo keys. Small enough to run in a second."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import yaml

from governance.keys.ring import Uses, new_keys
from tests.lib.paperwork import cover, governance

PERIOD = "2026-10"
_TODAY = datetime.now(UTC).date()

_PEOPLE = [
    ("ada", "archer"), ("bola", "bello"), ("carys", "cole"), ("dev", "desai"), ("ewa", "ellis"),
    ("farid", "fry"), ("grace", "grant"), ("hugh", "hale"), ("iris", "iqbal"), ("jude", "jones"),
]  # fmt: skip

_LOOKUP = "postcode,small_area,ward,district,deprivation_decile\n" + "".join(
    f"ZZ1 {n}AA,E0{n},Ward {n % 3},District {n % 2},{n + 1}\n" for n in range(10)
)

_PROJECT = """\
id: toy
title: Toy project
organisation: Toy Integrated Care Board
purpose: population_health_planning
synthetic: true
spine: gp_register
lookup:
  path: lookups/areas.csv
  edition: toy areas, edition 1
  sha256: {digest}
report:
  board: Toy health and wellbeing board
  area: Toyshire
  contact: analysis@toy.example
  release: at_once
"""

_SOURCE = """\
id: {id}
title: {title}
organisation: {title}
sector: {sector}
one_record_per_person: true
legal:
  article_6: 6(1)(e)
  statutory_function: {function}
  article_9: 9(2)(h)
  schedule_1: DPA 2018 Sch 1 para 2
  common_law:
    basis: statute
    reference: {function}
agreement:
  id: DSA-{id}
  start: 2025-01-01
  end: 2099-12-31
  review: 2099-01-01
  data_items: [{items}]
opt_outs:
  confidential_patient_information: {confidential}
  national_data_opt_out: exempt
  exemption: legal_requirement
  type_1:
    attested_by: Toy practices
    attested_on: {lately}
    reference: Made up for tests
sensitive_records:
  left_out_by: Caldicott Guardian
  attested_on: {lately}
  reference: Made up for tests
coverage:
  - from: 2024-01-01
responds_to: [{responds}]
files:
  - id: {file}
    path: extracts/{{period}}/{id}.csv
    grain: both
    columns:
      id: {{class: direct_identifier, role: record_id}}
      nhs: {{class: direct_identifier, role: nhs_number}}
      first: {{class: direct_identifier, role: forename}}
      last: {{class: direct_identifier, role: surname}}
      born: {{class: direct_identifier, role: date_of_birth}}
      postcode: {{class: direct_identifier, role: postcode}}
      sex: {{class: quasi_identifier, role: sex, values: {{F: female, M: male}}}}
      seen: {{class: event_field}}
    events:
      - kind: {kind}
        start: seen
    needs:
      - need: {need}
        from: seen
        strength: reported
"""

_COHORT = """\
id: t01_seen_by_both
version: 1.0.0
title: Seen by both services
why: A definition small enough to check by hand.
purpose: population_health_planning
unit: person
population: {registered: true, alive: true}
lookback: 24m
needs:
  - id: homelessness
    any: [{need: homelessness}]
  - id: mental_ill_health
    any: [{need: mental_ill_health}]
responses:
  after: needs.crossed
  ladder:
    - rung: housing_told
      within: 56d
      any: [{event: [housing.application]}]
unmet: not reached(housing_told)
evidence: [Made up for tests.]
sources: [None]
review: {status: not yet reviewed}
lived_experience: {status: not yet reviewed}
"""

_COLUMNS = "id,nhs,first,last,born,postcode,sex,seen"


BOARD = """\
decisions:
  - id: ask
    cohort: t01_seen_by_both
    finding: Nobody has asked them.
    next_step: Ask.
    owner: Head of engagement
    decided_on: 2026-01-10
    review_on: 2026-02-01
"""
"""A board's own file, about the toy's one definition."""


def make_toy(root: Path, *, people: int = 40, keys: bool = True, more: int = 0) -> Path:
    """Write the project folder and return it; ``more`` services like housing are added to its two sources."""
    added = [f"service_{number}" for number in range(1, more + 1)]
    for name in ("sources", "cohorts", "lookups", f"extracts/{PERIOD}"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "lookups" / "areas.csv").write_text(_LOOKUP, encoding="utf-8")
    digest = sha256((root / "lookups" / "areas.csv").read_bytes()).hexdigest()
    records = {"governance": governance(["gp_register", "housing", *added], "population_health_planning", today=_TODAY)}
    text = _PROJECT.format(digest=digest) + yaml.safe_dump(records, sort_keys=False)
    (root / "project.yaml").write_text(text, encoding="utf-8")
    gp = {"sector": "nhs", "function": "NHS Act 2006 s1", "confidential": "true", "kind": "gp.consultation"}
    housing = {"sector": "council", "function": "Housing Act 1996", "confidential": "false"}
    _source(root, "gp_register", "Toy practices", file="patients", need="mental_ill_health", responds="", **gp)
    for each in ("housing", *added):
        _source(
            root, each, f"Toy {each}", file="cases", need="homelessness", kind="housing.application",
            responds="homelessness", **housing,
        )  # fmt: skip
        _extract(root, each, range(0, people, 2))
    (root / "cohorts" / "t01_seen_by_both.yaml").write_text(_COHORT, encoding="utf-8")
    cover(root)
    _extract(root, "gp_register", range(people))
    if keys:
        make_toy_keys(root, added)
    return root


def make_toy_keys(root: Path, added: Sequence[str] = ()) -> None:
    """Demo keys, with subkeys issued to all sources."""
    uses = Uses(project="toy", purpose="population_health_planning", epoch="e1")
    sources, today = ["gp_register", "housing", *added], date(2026, 11, 1)
    new_keys(root / "keys", project="toy", sources=sources, today=today, demo=True, uses=uses)


def _source(root: Path, source_id: str, title: str, **words: str) -> None:
    text = _SOURCE.format(
        id=source_id, title=title, lately=_TODAY - timedelta(days=30), items=_COLUMNS.replace(",", ", "), **words
    )
    (root / "sources" / f"{source_id}.yaml").write_text(text, encoding="utf-8")


def _extract(root: Path, source_id: str, people: range) -> None:
    lines = [_COLUMNS, *(_row(source_id, number) for number in people)]
    (root / "extracts" / PERIOD / f"{source_id}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def next_extracts(root: Path, period: str) -> None:
    """The first month's rows, sent again for another month: one of them was seen again since, for a copy is refused."""
    folder = root / "extracts" / period
    folder.mkdir()
    for path in (root / "extracts" / PERIOD).iterdir():
        header, first, *lines = path.read_text("utf-8").splitlines()
        later = first[:-2] + f"{int(first[-2:]) + int(period[-2:]):02}"
        (folder / path.name).write_text("\n".join([header, later, *lines]) + "\n", encoding="utf-8")


def _row(source_id: str, number: int) -> str:
    first, last = _PEOPLE[number % 10][0], _PEOPLE[(number * 7 + number // 10) % 10][1]
    born = date(1940 + number, number % 12 + 1, number % 28 + 1)
    sex, seen = "FM"[number % 2], date(2026, number % 9 + 1, 5)
    return f"{source_id[0]}{number},{nhs_number(number)},{first},{last},{born},ZZ1 {number % 10}AA,{sex},{seen}"


def nhs_number(number: int) -> str:
    """A valid NHS number of the range kept for tests (999…)."""
    digits = f"999{number:06d}"
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    return nhs_number(number + 500_000) if check == 10 else f"{digits}{check % 11}"
