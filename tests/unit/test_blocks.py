"""Block codes and salts: equal where and only where every component of one rule is equal."""

import hmac
from datetime import date
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from governance.keys.ring import Secret
from governance.settings.linkage import STRICT_RULES
from linkage import blocks
from linkage.blocks import rule_id, views_of
from linkage.standardise import STANDARDISER
from linkage.values import value_ids
from tests.lib.linkage import ROOT, found_in, keys_for, rule

KEYS = keys_for()
ADA = {
    "forename": "Ada",
    "surname": "Archer",
    "date_of_birth": date(1987, 4, 3),
    "postcode": "NM1 2AB",
    "sex": "female",
    "nhs_number": "9990000018",
    "phone": "07700 900123",
    "email": "ada@example.org",
    "uprn": "100023336956",
}


def views(rows, a_rule, keys=KEYS):
    """Views of these rows under one rule."""
    return views_of(a_rule, found_in(rows, keys)[1], block_key=keys.block, salt_key=keys.salt)


def test_block_and_salt_agree_with_a_slow_second_implementation():
    """CBC-MAC over rule id, number of components and ids, one AES block at a time."""
    a_rule = rule("date_of_birth", "surname", "postcode")

    found = views([ADA], a_rule)

    words = ["date_of_birth", "surname", "postcode", STANDARDISER, "3"]
    packed = b"".join(len(word).to_bytes(2, "big") + word.encode() for word in words)
    rule_word = sha256(packed).digest()[:8]
    values = [("date_of_birth", "1987-04-03"), ("surname", "archer"), ("postcode", "NM12AB")]
    ids = [_slow_id(*value) for value in values]
    message = rule_word + (3).to_bytes(8, "little") + b"".join(ids) + bytes(8)
    assert int(found.block[0]) == int.from_bytes(_cbc_mac(message, KEYS.block)[:8], "little", signed=True)
    assert int(found.salt[0]) == int.from_bytes(_cbc_mac(message, KEYS.salt)[:8], "little")


def _slow_id(component: str, value: str) -> bytes:
    """The id of one value: its length, then its bytes filled up to whole blocks, under the component's own key."""
    text = value.encode()
    blocks = -(-len(text) // 16)
    words = ["component", component, STANDARDISER, str(blocks)]
    packed = b"".join(len(word).to_bytes(2, "big") + word.encode() for word in words)
    key = Secret(hmac.digest(KEYS.ids.reveal(), packed, "sha256"))
    return _cbc_mac(len(text).to_bytes(16, "little") + text.ljust(16 * blocks, b"\0"), key)[:8]


def _cbc_mac(message: bytes, key: Secret) -> bytes:
    state = bytes(16)
    for start in range(0, len(message), 16):
        mixed = bytes(a ^ b for a, b in zip(state, message[start : start + 16], strict=True))
        state = Cipher(algorithms.AES(key.reveal()), modes.ECB()).encryptor().update(mixed)  # noqa: S305 - one block
    return state


@pytest.mark.parametrize("value", ["", "a", "a" * 15, "a" * 16, "a" * 17, "é" * 20, "a\0", "x" * 100])
def test_ids_agree_with_a_slow_second_implementation(value):
    """At every length, and whatever stands beside the value in its column."""
    among = pa.array(["zz" * 9, value, "b"])

    for values in (among, among.slice(1, 1)):
        found = value_ids(KEYS.ids.reveal(), "email", values)
        assert int(found[len(values) // 2]) == int.from_bytes(_slow_id("email", value), "little")


def test_ids_part_components_and_values():
    """A text is another value in another component, and noughts at its end count."""
    texts = pa.array(["ada", "ada\0", "ad", "", "\0"])
    ids = [*value_ids(KEYS.ids.reveal(), "forename", texts), *value_ids(KEYS.ids.reveal(), "surname", texts)]

    assert len(set(map(int, ids))) == 10


def test_views_share_a_block_only_if_every_component_is_equal():
    """Of five records, only the pair that agrees on both components meets; salts go with blocks."""
    rows = [
        ADA,
        ADA | {"forename": "Grace"},
        ADA | {"surname": "Bell"},
        ADA | {"date_of_birth": date(1987, 4, 4)},
        ADA | {"surname": "Bell", "date_of_birth": date(1987, 4, 4)},
    ]

    found = views(rows, rule("date_of_birth", "surname"))

    assert (found.block[0], found.salt[0]) == (found.block[1], found.salt[1])
    assert len(set(found.block.tolist())) == len(set(found.salt.tolist())) == 4


def test_a_salt_is_not_the_block_code():
    """The published code says nothing of the salt: they are MACs under two keys."""
    found = views([ADA], rule("date_of_birth", "surname"))

    assert found.block.view(np.uint64)[0] != found.salt[0]
    same_key = views_of(rule("date_of_birth", "surname"), found_in([ADA])[1], block_key=KEYS.salt, salt_key=KEYS.salt)
    assert same_key.block.view(np.uint64)[0] == same_key.salt[0], "the keys are all that parts them"


MEETS = {
    "swapped names, unordered phonetic pair": (
        rule("date_of_birth", "phonetic_pair"),
        {"forename": "Archer", "surname": "Ada"},
        True,
    ),
    "a name that sounds the same": (rule("date_of_birth", "phonetic_pair"), {"surname": "Archar"}, True),
    "swapped names, one of them alone": (
        rule("date_of_birth", "surname"),
        {"forename": "Archer", "surname": "Ada"},
        False,
    ),
    "day and month swapped, unordered": (
        rule("surname", "birth_day_month_unordered"),
        {"date_of_birth": date(1987, 3, 4)},
        True,
    ),
    "day and month swapped, in order": (
        rule("surname", "birth_day_month"),
        {"date_of_birth": date(1987, 3, 4)},
        False,
    ),
    "year alone": (rule("postcode", "birth_year"), {"date_of_birth": date(1987, 1, 1)}, True),
    "initial": (rule("date_of_birth", "forename_initial"), {"forename": "Anna"}, True),
    "first three letters": (rule("date_of_birth", "surname_first3"), {"surname": "Arching"}, True),
    "last three letters": (rule("date_of_birth", "surname_last3"), {"surname": "Butcher"}, True),
    "postcode sector": (rule("date_of_birth", "postcode_sector"), {"postcode": "NM1 2XY"}, True),
    "another sector": (rule("date_of_birth", "postcode_sector"), {"postcode": "NM1 3AB"}, False),
    "postcode district": (rule("date_of_birth", "postcode_district"), {"postcode": "NM1 9ZZ"}, True),
    "another district": (rule("date_of_birth", "postcode_district"), {"postcode": "NM11 2AB"}, False),
    "NHS number": (rule("nhs_number"), {"forename": "Zoe", "nhs_number": "999 000 0018"}, True),
}


@pytest.mark.parametrize(("a_rule", "changed", "meets"), MEETS.values(), ids=MEETS)
def test_who_meets(a_rule, changed, meets):
    """A record and a changed copy of it meet under a rule, or do not."""
    found = views([ADA, ADA | changed], a_rule)

    assert (found.block[0] == found.block[1]) == meets


@pytest.fixture(scope="module")
def with_gaps():
    """A full record, an empty one, and one of name and address only."""
    no_dates = {"date_of_birth": None, "nhs_number": None, "phone": None, "email": None}
    return found_in([ADA, {"forename": None}, ADA | no_dates])[1]


@pytest.mark.parametrize("a_rule", STRICT_RULES, ids=lambda r: r.id)
def test_a_missing_component_gives_no_view(with_gaps, a_rule):
    """Every default rule finds a full record; a record that lacks what the rule needs has no view."""
    found = views_of(a_rule, with_gaps, block_key=KEYS.block, salt_key=KEYS.salt)

    gone = any(c in ("nhs_number", "phone", "email") or c.startswith(("date", "birth")) for c in a_rule.components)
    assert found.rows.tolist() == ([0] if gone else [0, 2])


def test_a_default_birthday_has_no_day_to_block_on():
    """1 January gives a year and nothing else: rules on a whole date do not see it."""
    rows = [ADA | {"date_of_birth": date(1987, 1, 1)}]

    assert not len(views(rows, rule("date_of_birth", "surname")).rows)
    assert len(views(rows, rule("birth_year", "surname")).rows) == 1


@pytest.mark.parametrize("missing", ["forename", "surname"])
def test_half_a_name_is_no_phonetic_pair(missing):
    """A pair of names needs both: one name is not its own partner."""
    assert not len(views([ADA | {missing: None}], rule("date_of_birth", "phonetic_pair")).rows)


def test_a_short_name_has_no_first_three_letters():
    """A part of a name is longer than what is cut from it; "Al" is not its own first three letters."""
    assert not len(views([ADA | {"forename": "Al"}], rule("date_of_birth", "forename_first3")).rows)


def test_rule_ids_differ_by_order_and_number_of_components():
    """Order, number and spelling of components all make another rule."""
    names = [
        ("forename", "surname"),
        ("surname", "forename"),
        ("forename", "surname", "sex"),
        ("forename", "sex"),
        ("nhs_number",),
        ("forename_initial", "surname"),
        ("forename", "surname_initial"),
    ]

    assert len({rule_id(rule(*components)) for components in names}) == len(names)
    assert rule_id(rule("forename", "surname", id_="one_id")) == rule_id(rule("forename", "surname", id_="other_id"))


def test_rule_ids_differ_between_standardisers(monkeypatch):
    """Views made by different standardisers never meet."""
    before = rule_id(rule("forename", "surname"))

    monkeypatch.setattr(blocks, "STANDARDISER", "2027.01-1")

    assert rule_id(rule("forename", "surname")) != before


def test_equal_values_have_other_codes_under_other_rules():
    """One date and one name give codes that cannot be joined across rules, in either order or with more parts."""
    rules = [
        rule("date_of_birth", "surname"),
        rule("surname", "date_of_birth"),
        rule("date_of_birth", "surname", "sex"),
        rule("date_of_birth", "forename"),
    ]

    found = [views([ADA | {"forename": "Archer"}], a_rule) for a_rule in rules]

    assert len({int(v.block[0]) for v in found}) == len({int(v.salt[0]) for v in found}) == len(rules)


def test_under_another_key_nothing_agrees():
    """Another root, and another epoch, give codes that share nothing with these."""
    rows = [ADA | {"postcode": f"NM1 {n}AB"} for n in range(10)]
    other_root = keys_for(root=ROOT.subkey("another project"))
    a_rule = rule("date_of_birth", "postcode")

    here, there = views(rows, a_rule), views(rows, a_rule, other_root)

    assert len(set(here.block.tolist())) == 10
    assert not set(here.block.tolist()) & set(there.block.tolist())
    assert not set(here.salt.tolist()) & set(there.salt.tolist())
