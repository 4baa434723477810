"""A period on four machines, each with its own keys only, comes out as on one; nobody opens what is not theirs."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from flows.engine import run_steps
from flows.packages import export_packages, import_packages
from flows.run import open_run
from governance.errors import BadInput, PolicyRefusal
from governance.ledger import Event, verify_ledger
from governance.package import package_digest
from governance.package_file import pack
from governance.package_signature import write_signature
from governance.policy import check_bundle, read_facts
from governance.store import current, read_manifest, read_table, write_manifest, write_table
from tests.lib.command import here
from tests.lib.machines import machine
from tests.lib.toy import PERIOD

SOURCES = ("gp_register", "housing")


def run(root, *steps):
    """Perform steps plainly, as a scheduled run would."""
    return run_steps(open_run(root, PERIOD), list(steps), plain=True)


def carry(out: Path, root: Path, *kinds: str):
    """Take in the files of these kinds."""
    files = sorted(path for path in out.iterdir() if path.stem.rsplit("-", 1)[1] in kinds)
    return import_packages(root, files, PERIOD)


@pytest.fixture(scope="module")
def made(tmp_path_factory, toy_month):
    """The same month on one machine and on four: two sources, linkage, analysis; and the carried files."""
    base = tmp_path_factory.mktemp("machines")
    whole = Path(shutil.copytree(toy_month, base / "whole"))
    out = base / "carried"
    places = {}
    for source in SOURCES:
        places[source] = machine(
            whole, base / source, [f"source_{source}"], extracts=[f"extracts/{PERIOD}/{source}.csv"]
        )
        run(places[source], ("pseudonymise", source))
        export_packages(places[source], PERIOD, out)
    places["linkage"] = machine(whole, base / "linkage", ["linkage"])
    carry(out, places["linkage"], "views", "receipt")
    run(places["linkage"], ("link", ""))
    export_packages(places["linkage"], "latest", out)
    places["analysis"] = machine(whole, base / "analysis", ["analysis"])
    carry(out, places["analysis"], "payload", "receipt", "person_index")
    run(places["analysis"], ("cohorts", ""), ("report", ""))
    return {"whole": whole, "carried": out, **places}


@pytest.fixture
def places(made, tmp_path):
    """The machines, for this test alone to spoil."""
    base = tmp_path / "machines"
    shutil.copytree(made["whole"].parent, base)
    return {name: base / path.name for name, path in made.items()}


def published(root, zone):
    """Content digests of every table in a zone, by folder and name; and whole manifests of what is carried."""
    found = {}
    for pointer in sorted((root / "zones" / zone).rglob("current")):
        manifest = read_manifest(current(pointer.parent))
        where = pointer.parent.relative_to(root).as_posix()
        found |= {f"{where}/{name}": table["sha256"] for name, table in manifest.get("tables", {}).items()}
    return found


def test_all_machines_together_make_what_one_machine_makes(made):
    """Every table of every zone has the digest it has on one machine, and so have the counts that are released."""
    whole = made["whole"]
    for zone, place in (("linkage", "linkage"), ("analysis", "analysis")):
        assert published(made[place], zone) == published(whole, zone)
        assert published(whole, zone), "the control: there was something to compare"
    index = f"zones/analysis/{PERIOD}/index"
    assert package_digest(made["analysis"] / index) == package_digest(whole / index)
    counts = [
        (current(root / "zones/public" / PERIOD) / "safe_counts.csv").read_bytes() for root in (whole, made["analysis"])
    ]
    assert counts[0] == counts[1]


def test_each_machine_holds_its_own_keys_only(made):
    """The root's shares are on none; sources hold theirs, linkage and analysis theirs."""
    for place in (*SOURCES, "linkage", "analysis"):
        ring = open_run(made[place], PERIOD).ring
        held = {info.holder for info in ring.infos() if ring.holds(info.id)}
        assert held == {f"source_{place}" if place in SOURCES else place}


def test_one_fingerprint_for_all_machines(places, capsys):
    """The same everywhere; another one where a public copy was exchanged."""

    def together(place):
        return here(capsys, "keys", "list", places[place], "--json").json["result"]["together"]

    assert {together(place) for place in (*SOURCES, "linkage", "analysis", "whole")} == {together("whole")}
    path = places["linkage"] / "keys/public/signing_source_housing.json"
    other = json.loads((places["linkage"] / "keys/public/signing_author.json").read_text())["info"]
    content = json.loads(path.read_text())
    content["info"] |= {"public": other["public"], "fingerprint": other["fingerprint"]}
    path.write_text(json.dumps(content))
    assert together("linkage") != together("whole")


def test_linkage_cannot_open_payload_nor_analysis_encodings(places):
    """Tried with every key the machine has, on the very files of the other zone."""
    whole = places["whole"]
    for place, zone, table in (("linkage", "analysis", "record_need"), ("analysis", "linkage", "view")):
        run_there = open_run(places[place], PERIOD)
        held = current(whole / f"zones/{zone}/{PERIOD}/in/housing")
        with pytest.raises(PolicyRefusal, match=f"`zone_{zone}` is not held here"):
            run_there.ring.zone_private(zone, run_there.today)
        with pytest.raises(PolicyRefusal) as refusal:
            read_table(held, table, run_there.ring.zone_private(place, run_there.today))
        assert refusal.value.code == "E-SEAL"


@pytest.mark.parametrize(
    ("place", "step", "lacks"),
    [
        ("linkage", ("pseudonymise", "housing"), "No encoding keys were issued to source `housing`"),
        ("analysis", ("link", ""), "1 source|2 sources"),
        ("linkage", ("cohorts", ""), "`zone_analysis` is not held here"),
        ("housing", ("link", ""), "have not delivered|has not delivered"),
    ],
)
def test_a_machine_cannot_do_another_machines_step(places, place, step, lacks):
    """Not a rule but a lack of keys, or of files."""
    with pytest.raises((PolicyRefusal, BadInput), match=lacks):
        run(places[place], step)


def test_every_machine_has_a_ledger_that_holds(made):
    """Each signs its own, and says what it took in and from whom."""
    for place in (*SOURCES, "linkage", "analysis"):
        ring = open_run(made[place], PERIOD).ring
        [public] = ring.signers(ring.ledger_signer()).values()
        assert verify_ledger(made[place] / "ledger", public) == []
    entries = open_run(made["linkage"], PERIOD).ledger.entries()
    taken = [entry.facts for entry in entries if entry.event is Event.PACKAGE_IMPORTED]
    assert {(facts["source"], facts["package"]) for facts in taken} == {
        (source, kind) for source in SOURCES for kind in ("views", "receipt")
    }
    ring = open_run(made["linkage"], PERIOD).ring
    assert {facts["key"] for facts in taken} == {ring.info(f"signing_source_{one}").fingerprint for one in SOURCES}


def test_the_linkage_machine_checks_the_sources_receipts(made):
    """No rule is left waiting for a source: its signed receipt is there."""
    opened = open_run(made["linkage"], PERIOD)
    findings = check_bundle(opened.bundle, read_facts(opened.bundle, PERIOD, as_of=opened.today))

    assert {one.rule for one in findings if one.result == "block"} == set()
    assert not [one for one in findings if one.rule.startswith("NDOO") and one.result == "not_yet"]


def test_the_audit_page_is_written_on_the_linkage_machine(places):
    """From what it has: the sources' receipts, its own ledger, which holds."""
    run(places["linkage"], ("audit", ""))
    page = (places["linkage"] / f"zones/audit/{PERIOD}/ig_audit.html").read_text("utf-8")

    assert "The ledger does not hold" not in page
    assert "Toy housing" in page


# --- what is not taken in ---------------------------------------------------------------------------------


def of_kind(places, kind, source="housing"):
    """A carried file."""
    return next(places["carried"].glob(f"*-{source}-{kind}.joinedup"))


def refused(root, path, period=PERIOD):
    """How taking a file in ends."""
    with pytest.raises((PolicyRefusal, BadInput)) as caught:
        import_packages(root, [path], period)
    return caught.value.code


def test_a_package_of_another_maker(places):
    """Signed by the GP register's key, saying it is from housing."""
    whole = open_run(places["whole"], PERIOD)
    folder = current(whole.zone("linkage", PERIOD, "in", "housing"))
    write_signature(folder, whole.ring.signing("source_gp_register", whole.today))
    pack(folder, places["carried"] / "x.joinedup")

    assert refused(places["linkage"], places["carried"] / "x.joinedup") == "E-PACKAGE-SIGNATURE"


def test_a_package_with_a_table_of_its_own(places):
    """Signed by the right source, with everything it should hold, and one table that no contract describes."""
    whole = open_run(places["whole"], PERIOD)
    folder = current(whole.zone("linkage", PERIOD, "in", "housing"))
    write_table(folder, pa.table({"surname": ["x"]}), "names", whole.ring.zone_public("linkage"))
    manifest = read_manifest(folder)
    manifest["tables"]["names"] = {"rows": 1, "sha256": "0" * 64}
    write_manifest(folder, manifest)
    write_signature(folder, whole.ring.signing("source_housing", whole.today))
    pack(folder, places["carried"] / "x.joinedup")

    assert refused(places["linkage"], places["carried"] / "x.joinedup") == "E-PACKAGE-TABLES"


def test_a_package_of_another_month(places):
    """The month is said by whoever takes it in."""
    assert refused(places["linkage"], of_kind(places, "views"), "2026-09") == "E-PACKAGE-MIXED"


def test_a_package_made_under_another_config(places):
    """One changed byte of any config file."""
    path = places["linkage"] / "project.yaml"
    path.write_text(path.read_text("utf-8").replace("Toy project", "Toy project 2"), "utf-8")

    assert refused(places["linkage"], of_kind(places, "views")) == "E-PACKAGE-MIXED"


def test_a_package_for_another_zone(places):
    """The linkage machine has no key for payload."""
    assert refused(places["linkage"], of_kind(places, "payload")) == "E-KEY-ABSENT"


def test_every_flipped_byte_of_a_package_file_is_noticed_or_means_nothing(places):
    """What is taken in has the signed manifest's digests, or nothing is: sampled over the whole file."""
    path = of_kind(places, "views")
    whole = path.read_bytes()
    folder = places["linkage"] / f"zones/linkage/{PERIOD}/in/housing"
    before = package_digest(folder)
    codes = set()
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            import_packages(places["linkage"], [path], PERIOD)
        except (PolicyRefusal, BadInput) as error:
            codes.add(error.code)
        assert package_digest(folder) == before
    assert "E-SEAL" in codes


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7])
def test_a_cut_package_file_is_refused(places, share):
    """Carried half."""
    path = of_kind(places, "views")
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])

    assert refused(places["linkage"], path) == "E-PACKAGE-FILE"


def test_an_older_delivery_is_not_put_back(places):
    """After a newer one was taken in, the first file is refused; taking in the newest again is no harm."""
    first = of_kind(places, "views").read_bytes()
    path = places["housing"] / f"extracts/{PERIOD}/housing.csv"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    run(places["housing"], ("pseudonymise", "housing"))
    export_packages(places["housing"], PERIOD, places["carried"])
    newer = of_kind(places, "views")
    import_packages(places["linkage"], [newer], PERIOD)
    import_packages(places["linkage"], [newer], PERIOD)
    newer.write_bytes(first)

    assert refused(places["linkage"], newer) == "E-PACKAGE-OLDER"


def test_what_the_ledger_does_not_know_is_not_exported(places):
    """A package that was put into the folder is not signed on as if it had been made here."""
    folder = places["housing"] / f"zones/linkage/{PERIOD}/in/housing"
    manifest = current(folder) / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_bytes()) | {"delivery": "0" * 64}), "utf-8")

    with pytest.raises(PolicyRefusal) as refusal:
        export_packages(places["housing"], PERIOD, places["carried"])
    assert refusal.value.code == "E-PACKAGE-UNRECORDED"


def test_the_commands(places, capsys):
    """What an analyst types."""
    out = places["carried"] / "again"
    sent = here(capsys, "package", "export", places["housing"], "--to", out, "--json")
    taken = here(
        capsys, "package", "import", places["linkage"], *sorted(out.glob("*-views.joinedup")), "--period", PERIOD
    )

    assert (sent.code, taken.code) == (0, 0), taken.err
    assert [one["kind"] for one in sent.json["result"]["packages"]] == ["views", "payload", "receipt"]
    assert "Took in 1 package" in taken.out
    assert here(capsys, "package", "export", places["housing"], "--to", out, "--source", "gp_register").code == 3
