"""STO-01 and STO-02: encrypted where it lies, and readable by nobody else."""

from collections.abc import Iterator

from governance.policy.rule import Problem, Result, RunFacts, place, rule
from governance.settings import Bundle

_MUST_BE_ENCRYPTED = ("extracts", "opt_out_lists", "keys", "zones")
_WAREHOUSE = {"temp_directory": "", "allow_community_extensions": "false"}
_PRIVATE_UMASK = 0o077


@rule(
    id="STO-01",
    level="block",
    title="Encrypted at rest, everywhere",
    checks="`governance.storage` names an approved method for the disk under extracts, opt_out_lists, keys and zones;"
    " every table in the zones is sealed; DuckDB spills nothing to disk, and its unsafe encryption library is not"
    " forced.",
    why="Extracts lie in the clear until they are read, and a stolen disk or a forgotten spill file is a breach whoever"
    " made it.",
    source="SATRE 2.8.01 and 2.8.04",
    good="storage: {extracts: bitlocker_xts_aes_256, opt_out_lists: …, keys: …, zones: …}",
    bad="storage: {}   # or zones/analysis/2026-09/person.parquet, not sealed",
    fix="Encrypt the disk and name the method under governance.storage; remove what is not sealed and run again.",
    passed="Every place has an approved encryption, every table is sealed, and nothing is spilled.",
)
def stored_encrypted(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Every place is declared, and what can be seen of it is sealed."""
    storage = bundle.project.governance.storage
    if left := [name for name in _MUST_BE_ENCRYPTED if name not in storage]:
        where = place(bundle, "project.yaml", "governance", "storage")
        yield Problem(where=where, says=f"It is not said how the disk is encrypted under {', '.join(left)}.")
    disk = facts.disk
    if disk is None:
        return  # what a run leaves is looked at where there is a folder; the declaration above never waits
    for name in disk.unsealed:
        yield Problem(where=name, says=f"{name} is a table in the clear.")
    for name, wanted in _WAREHOUSE.items():
        if disk.warehouse.get(name) != wanted:
            yield Problem(where="DuckDB", says=f"DuckDB's `{name}` is not set to {wanted or 'nothing'}.")
    if disk.unsafe_crypto:
        yield Problem(where="DuckDB", says="DuckDB is forced to use an encryption library that is not fit for writing.")


@rule(
    id="STO-02",
    level="block",
    title="Files for one user only",
    checks="Below extracts, optout, sensitive, keys, zones, ledger and .joinedup no file or folder can be opened by"
    " another user (0600 and 0700), and the process makes none that could be (umask 077). Where that cannot be checked,"
    " as on Windows, and in a synthetic project, the rule warns.",
    why="On a shared machine a readable extract is disclosed to everyone who can log in.",
    source="SATRE 3.1.12",
    good="-rw------- extracts/2026-09/people.csv",
    bad="-rw-r--r-- extracts/2026-09/people.csv",
    fix="Run `chmod -R go= extracts optout sensitive keys zones ledger .joinedup` in the project folder.",
    passed="No file or folder of the project can be opened by another user.",
)
def files_are_private(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """No mode lets others in; what cannot be checked is said."""
    disk = facts.disk
    if disk is None or not disk.modes_checked:
        result: Result = "not_yet" if disk is None else "warn"
        says = "Who can open the files is not checked here." if disk else "The project folder was not looked at."
        yield Problem(where="", says=says, fix="Check the folders' access lists by hand.", result=result)
        return
    lenient: Result | None = "warn" if bundle.project.synthetic else None
    for folder, count in sorted(disk.open_to_others.items()):
        things = "file or folder" if count == 1 else "files and folders"
        yield Problem(
            where=f"{folder}/", says=f"{count:,} {things} below {folder}/ can be opened by others.", result=lenient
        )
    if disk.umask & _PRIVATE_UMASK != _PRIVATE_UMASK:
        yield Problem(where="umask", says="This process makes files that others can open.", result=lenient)


RULES = (stored_encrypted, files_are_private)
