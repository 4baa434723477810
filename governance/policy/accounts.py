"""LOG-01: the ledger holds before anything is added to it."""

from collections.abc import Iterator

from governance.policy.rule import Problem, RunFacts, rule
from governance.settings import Bundle


@rule(
    id="LOG-01",
    level="block",
    title="The ledger holds",
    checks="Every line of the ledger follows from the line before, and the last checkpoint is signed by this project's"
    " signer over just the lines that are there. Where results of earlier runs are, a signed ledger has to be.",
    why="What was done can be proved only from a ledger nobody rewrote. A run on top of a broken one would bury the"
    " break.",
    source="SATRE 2.5.03; UK GDPR Article 5(2)",
    good="ledger.jsonl and checkpoint.json as joinedup wrote them",
    bad="one line taken out by hand",
    fix="Restore the ledger folder from its last good copy, tell the IG lead, then run again. Without a copy the IG"
    " lead decides: zones/ set aside whole and kept, months run again from their extracts.",
    passed="The ledger holds up to its last checkpoint.",
)
def ledger_holds(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Nothing is wrong with the ledger, and there was a key to check it with."""
    if facts.ledger and facts.ledger_faults is None:
        yield Problem(where="ledger/", says="The ledger cannot be checked: the signer's public key is not here.")
    for fault in facts.ledger_faults or ():
        where = f"{fault.file}:{fault.line}" if fault.line else "ledger/"
        yield Problem(where=where, says=f"The ledger does not hold: {fault.what}.")


RULES = (ledger_holds,)
