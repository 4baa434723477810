"""Name bands: what the file says and does not say, where the bits go, and who is covered."""

import json
from datetime import date
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pytest

from flows.bands import bands_from_list
from flows.demo import ethnicity
from flows.demo.draws import Streams
from flows.demo.generate import make_ics
from flows.demo.name_bands import FREQUENCIES, use_bands
from flows.demo.names import make_names
from flows.key_desk import make_keys
from governance.errors import BadInput, PolicyRefusal
from governance.settings import load_bundle
from governance.settings.linkage import NameBandsFile
from governance.warehouse import connect
from linkage.band_build import MIN_HOLDERS, count_listed_names, count_own_names, cut_bands, make_band_file
from linkage.bands import COMMON, MIDDLE, RARE, band_id, read_bands
from linkage.encode import encode, identities
from linkage.values import BAND_SHIFT
from tests.lib.command import here
from tests.lib.linkage import LINKAGE, found_in, keys_for, linkage_with, load_people, rule

KEYS = keys_for()
HELD = {f"common{chr(97 + n)}": 500 - n for n in range(5)} | {f"rare{chr(97 + n)}": 10 + n for n in range(10)}
HELD |= {f"middling{chr(97 + n)}": 100 + n for n in range(6)} | {"unlisted": 9}


def counts(kinds=("forename", "surname"), held=HELD):
    """Holders of each name, the same for both kinds."""
    rows = [{"kind": kind, "name": name, "people": people} for kind in kinds for name, people in held.items()]
    return pa.Table.from_pylist(rows)


@pytest.fixture(scope="module")
def made():
    """A band file's bytes and what it says in numbers."""
    return make_band_file(counts(), KEYS.ids, edition="a test")


@pytest.fixture
def project(tmp_path, made):
    """A folder with the band file, and the signed settings that name it."""
    (tmp_path / "bands.json").write_bytes(made[0])
    file = NameBandsFile(path="bands.json", edition="a test", sha256=sha256(made[0]).hexdigest())
    return tmp_path, file


def test_bands_by_name(project):
    """Common, middle and rare as counted; a name that is not listed or not known is in the middle."""
    bands = read_bands(*project, KEYS.ids)

    found = bands.of("surname", ["commona", "middlingc", "rarea", "unlisted", "nobody"])

    assert found.tolist() == [COMMON, MIDDLE, RARE, MIDDLE, MIDDLE]


def test_file_holds_no_name_and_no_name_of_few(made):
    """Only keyed ids of names with ten holders or more, in an order that says nothing."""
    text, found = made[0].decode(), json.loads(made[0])

    assert not [name for name in HELD if name in text]
    listed = {one for kind in ("forename", "surname") for band in ("common", "rare") for one in found[kind][band]}
    few = {
        f"{band_id(KEYS.ids.reveal(), kind, name):016x}" for kind in ("forename", "surname") for name in ["unlisted"]
    }
    assert not listed & few
    assert all(found[kind][band] == sorted(found[kind][band]) for kind in ("forename", "surname") for band in ("rare",))
    assert not set(found["forename"]["rare"]) & set(found["surname"]["rare"])


def test_same_counts_give_the_same_bytes(made):
    """Whatever the order in which names were counted."""
    table = counts()
    turned = table.take(pa.array(np.random.default_rng(1).permutation(table.num_rows)))

    assert make_band_file(turned, KEYS.ids, edition="a test")[0] == made[0]


def test_too_few_names_make_no_bands():
    """A handful of names would point at the people who bear them."""
    with pytest.raises(BadInput) as refused:
        make_band_file(counts(held={"smith": 40, "jones": 12}), KEYS.ids, edition="a test")

    assert refused.value.code == "E-BANDS-FEW"


SKEWED = [int(100_000 / (rank + 3) ** 0.9) for rank in range(9000)]
EVEN = [60] * 6000


@pytest.mark.parametrize("people", [SKEWED, EVEN], ids=["as in life", "all alike"])
@pytest.mark.parametrize("too_few", [0, 5000])
def test_bands_hold_many_names_and_many_people(people, too_few):
    """Each band has a thousand names and a twentieth of people, and they do not overlap."""
    cut, everyone = cut_bands(people, too_few), sum(people) + too_few
    parts = [people[: cut.common], people[cut.common : len(people) - cut.rare], people[len(people) - cut.rare :]]

    assert [len(part) >= 1000 for part in parts] == [True] * 3
    assert sum(map(len, parts)) == len(people)
    assert [sum(part) >= everyone * 0.05 for part in parts] == [True] * 3


def test_file_of_another_digest_is_refused(project):
    """A byte more, and it is not what was signed."""
    root, file = project
    (root / "bands.json").write_bytes((root / "bands.json").read_bytes() + b"\n")

    with pytest.raises(PolicyRefusal) as refused:
        read_bands(root, file, KEYS.ids)

    assert refused.value.code == "E-BANDS-DIGEST"


def test_file_of_another_key_is_refused(project):
    """Another epoch's key would find every name in the middle; that is told, not done."""
    other = keys_for(LINKAGE.model_copy(update={"epoch": "e2"}))

    with pytest.raises(PolicyRefusal) as refused:
        read_bands(*project, other.ids)

    assert refused.value.code == "E-BANDS-KEY"


@pytest.mark.parametrize("content", [b"{}", b"not json", b'{"format": "joinedup:name-bands/v0"}', None])
def test_file_that_cannot_be_read_is_refused(tmp_path, content):
    """Also where its digest is the signed one; and where it is not there."""
    if content is not None:
        (tmp_path / "bands.json").write_bytes(content)
    file = NameBandsFile(path="bands.json", edition="x", sha256=sha256(content or b"").hexdigest())

    with pytest.raises(BadInput) as refused:
        read_bands(tmp_path, file, KEYS.ids)

    assert refused.value.code == "E-BANDS"


def test_no_file_no_bands(tmp_path):
    """A project without name bands runs as before."""
    assert read_bands(tmp_path, None, KEYS.ids) is None


# -------------------------------------------------------------------------------------------------------- the bits

ADA = {"record_id": 1, "forename": "commona", "surname": "rareb", "previous_surname": "commonb"}
ADA |= {"date_of_birth": date(1987, 4, 3), "nhs_number": "9990000018"}
BARE = {"record_id": 2, "surname": "nobody", "nhs_number": "9990000026"}


def presents(bands, **changes):
    """``present`` of ADA's and BARE's views and records."""
    linkage = linkage_with(rule("nhs_number"), **changes)
    con = connect(threads=1)
    found = identities(con, load_people(con, [ADA, BARE]), KEYS, bands)
    package = encode(found, linkage, KEYS)
    views = [(row["record_id"], row["variant"], row["present"]) for row in package.views.to_pylist()]
    return views, [row["present"] for row in package.records.to_pylist()]


def two(present):
    """Forename and surname band of a row."""
    return tuple(present >> shift & 3 for shift in BAND_SHIFT.values())


def test_bands_stand_in_present(project):
    """Two bits each; a variant has the band of its own name, and a missing name has none."""
    views, records = presents(read_bands(*project, KEYS.ids))

    assert [(record, variant, two(present)) for record, variant, present in views] == [
        (1, 0, (COMMON, RARE)),
        (1, 1, (COMMON, COMMON)),
        (2, 0, (0, MIDDLE)),
    ]
    assert [two(present) for present in records] == [(COMMON, RARE), (0, MIDDLE)]


def test_without_a_file_or_names_there_are_no_bands(project):
    """Bands are told only where names are compared."""
    without, _ = presents(None)
    untold, _ = presents(read_bands(*project, KEYS.ids), compare=["date_of_birth", "sex"])

    assert {two(present) for *_, present in (*without, *untold)} == {(0, 0)}


def test_own_names_are_counted_once_a_record():
    """As the source holds them now: a previous surname is nobody's name now."""
    con, _ = found_in([ADA, ADA | {"record_id": 3}, BARE])

    found = {(row["kind"], row["name"]): row["people"] for row in count_own_names(con).to_pylist()}

    assert found == {("forename", "commona"): 2, ("surname", "rareb"): 2, ("surname", "nobody"): 1}


def test_listed_names_are_spelt_as_records_are():
    """Spellings that standardising makes one are added up."""
    listed = [("O'Neill", "surname", 40), ("ONEILL", "surname", 2), ("Zoë", "forename", 7), ("Unknown", "surname", 99)]
    table = pa.table(dict(zip(("name", "kind", "frequency"), zip(*listed, strict=True), strict=True)))

    found = count_listed_names(connect(threads=1), table)

    assert {(row["kind"], row["name"], row["people"]) for row in found.to_pylist()} == {
        ("surname", "oneill", 42),
        ("forename", "zoe", 7),
    }


# ----------------------------------------------------------------------------------------------------- the command


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A small synthetic project with its keys."""
    root = make_ics(tmp_path_factory.mktemp("bands"), people=2000, seed=1, periods=["2026-09"]).project
    make_keys(root, demo=True)
    return root


def test_demo_uses_bands(demo):
    """The synthetic ICS names its band file in the config that a signature would cover."""
    digest = use_bands(demo)

    file = load_bundle(demo).project.linkage.name_bands
    assert file is not None
    assert file.sha256 == digest == sha256((demo / file.path).read_bytes()).hexdigest()


def test_a_tiny_demo_does_without(tmp_path):
    """Two hundred people have hardly a name that ten of them bear."""
    root = make_ics(tmp_path, people=200, seed=1, periods=["2026-09"]).project
    make_keys(root, demo=True)

    assert use_bands(root) == ""
    assert load_bundle(root).project.linkage.name_bands is None


@pytest.mark.parametrize("origin", ["list", "source"])
def test_command_writes_the_file_and_prints_its_digest(demo, capsys, origin):
    """From a public list, and from the largest source's own names."""
    chosen = ["--frequencies", str(demo / FREQUENCIES)] if origin == "list" else ["--source", "gp_register"]

    done = here(capsys, "bands", "build", str(demo), *chosen, "--edition", "A test", "--out", f"lookups/{origin}.json")

    assert done.code == 0
    assert f"sha256: {sha256((demo / f'lookups/{origin}.json').read_bytes()).hexdigest()}" in done.out


@pytest.mark.parametrize("options", [[], ["--edition", "x"], ["--source", "gp_register"]])
def test_command_needs_one_origin_and_an_edition(demo, capsys, options):
    """Nothing is counted that nobody named."""
    done = here(capsys, "bands", "build", str(demo), *options)

    assert (done.code, "E-BANDS-FROM" in done.err) == (3, True)


@pytest.mark.parametrize(
    "text", ["name,kind\na,surname\n", "name,kind,frequency\na,surname,x\n", "name,kind,frequency\na,b,1\n"]
)
def test_list_that_is_half_understood_is_refused(demo, tmp_path, text):
    """A column too few, a frequency that is no number, a kind that is none."""
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")

    with pytest.raises(BadInput) as refused:
        bands_from_list(demo, tmp_path / "list.csv", edition="x")

    assert refused.value.code == "E-BANDS-LIST"


# -------------------------------------------------------------------------------------------------- who is covered


@pytest.fixture(scope="module")
def shares():
    """Share of each ethnic group whose name is listed by nobody, by kind of name, among 200,000 made-up people."""
    rng, size, names = np.random.default_rng(2), 200_000, make_names(Streams(1).rng("names"))
    group = rng.choice(5, size, p=np.array([0.10, 0.05, 0.018, 0.80, 0.025]) / 0.993)
    community, sex = ethnicity.draw_communities(rng, group), rng.integers(0, 2, size).astype(np.int8)
    born = rng.integers(1935, 2020, size).astype(np.int32)
    drawn = {
        "forename": names.draw_forenames(rng, community, sex, born),
        "surname": names.draw_surnames(rng, community, sex),
    }
    few = {kind: np.bincount(codes)[codes] < MIN_HOLDERS for kind, codes in drawn.items()}
    return {
        kind: {name: float(few[kind][group == g].mean()) for g, name in enumerate(ethnicity.GROUPS)} for kind in drawn
    }


@pytest.mark.parametrize("kind", ["forename", "surname"])
def test_diverse_names_are_listed(shares, kind):
    """Among 200,000 people no large group has more than a quarter of names too rare to list; the smallest a third.

    At 20,000 it is half to nine in ten (docs/risks.md): a small project takes a public list.
    """
    assert max(shares[kind][group] for group in ("asian", "black", "mixed", "white")) < 0.25
    assert shares[kind]["other"] < 0.36
