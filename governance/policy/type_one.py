"""NDOO-05: Type 1 opt-outs, which only a general practice can apply."""

from collections.abc import Iterator

from governance.placeholder import is_placeholder
from governance.policy.rule import Problem, RunFacts, place, rule
from governance.policy.wording import plus_months
from governance.settings import Bundle, Source

_YEAR = 12


@rule(
    id="NDOO-05",
    level="block",
    title="Type 1 opt-outs were applied at the practice",
    checks="A source with records of general practices (event kinds `gp.…`) says who attested, and when, that people"
    " with a Type 1 opt-out were left out before anything was sent. An attestation over a year old warns.",
    why="A Type 1 opt-out forbids that a record leaves the practice for anything but that person's care. It is known"
    " only there: once the records are here, nobody can tell who should not be among them.",
    source="Type 1 opt-out (NHS England); GP data opt-out guidance",
    good="type_1: {attested_by: Practice managers, attested_on: 2026-09-01, reference: …}",
    bad="opt_outs without type_1, in a source with gp.consultation",
    fix="Ask the practices or their system supplier to attest it for this extract, and fill in opt_outs.type_1.",
    passed="The practices attested that Type 1 opt-outs were applied before anything was sent.",
)
def type_1_is_attested(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Every source with GP records has a whole, recent attestation."""
    for source in bundle.sources:
        attested, where = source.opt_outs.type_1, place(bundle, f"sources/{source.id}.yaml", "opt_outs", "type_1")
        if attested is None:
            if _has_gp_records(source):
                says = f"{source.title}: it holds records of general practices, but Type 1 opt-outs are not attested."
                yield Problem(where=where, says=says)
        elif is_placeholder(attested.attested_by) or is_placeholder(attested.reference):
            yield Problem(
                where=where, says=f"{source.title}: the attestation of Type 1 opt-outs is only a placeholder."
            )
        elif attested.attested_on > facts.as_of:
            yield Problem(
                where=where, says=f"{source.title}: the attestation of Type 1 opt-outs is dated after the run."
            )
        elif plus_months(attested.attested_on, _YEAR) < facts.as_of:
            says = f"{source.title}: Type 1 opt-outs were last attested on {attested.attested_on}, over a year ago."
            yield Problem(where=where, says=says, result="warn")


def _has_gp_records(source: Source) -> bool:
    kinds = [
        kind
        for file in source.files
        for event in file.events
        for kind in ([event.kind] if isinstance(event.kind, str) else event.kind.values.values())
    ]
    return any(kind.startswith("gp.") for kind in [*kinds, *(kind for one in source.coverage for kind in one.kinds)])


RULES = (type_1_is_attested,)
