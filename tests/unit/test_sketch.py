"""Name sketches: known answers, and how alike they say two names are."""

import hmac
import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from faker.providers.person.en_GB import Provider as BritishNames

from flows.demo.draws import Streams
from flows.demo.ethnicity import draw_communities
from flows.demo.names import make_names
from flows.demo.variants import fold
from governance.warehouse import connect, fetch_table, load_sql, load_table
from linkage.sketch import LENGTH_BANDS, bigrams, name_tokens, prf, sketch
from linkage.standardise import STANDARDISER
from tests.lib.linkage import ROOT

ID_KEY, PAD_KEY, FIELD_KEY = (ROOT.subkey(name) for name in ("ids", "pad", "forename"))
VECTORS = Path(__file__).parents[1] / "golden" / "linkage" / "sketch.json"
NAMES = ["a", "jo", "ada", "anne", "hannah", "mississippi", "wolfeschlegelsteinhausen", "chidi"]
SALT = 0x0123456789ABCDEF


def slow_sketch(name: str, salt: int) -> tuple[int, int]:
    """The construction of design section 3.1 again: one HMAC and one AES block at a time."""
    marked = f"_{name}_"
    ids = sorted({_hmac(ID_KEY, "name_token", STANDARDISER, marked[i : i + 2]) for i in range(len(marked) - 1)})
    band = next((band for band in (5, 7, 9, 12) if len(ids) <= band), 12)
    ids = ids[:band] + [_hmac(PAD_KEY, "name_filler", name, str(i)) for i in range(band - len(ids))]
    bits = 0
    for token in ids:
        block = salt.to_bytes(8, "little") + token.to_bytes(8, "little")
        aes = Cipher(algorithms.AES(FIELD_KEY.reveal()), modes.ECB()).encryptor()  # noqa: S305 - one block
        draw = int.from_bytes(aes.update(block)[:8], "little")
        for k in range(5):
            bits |= 1 << (draw >> 7 * k & 127)
    return bits & (2**64 - 1), bits >> 64


def _hmac(key, *words: str) -> int:
    message = b"".join(len(word.encode()).to_bytes(2, "big") + word.encode() for word in words)
    return int.from_bytes(hmac.digest(key.reveal(), message, "sha256")[:8], "little")


def sketches(names, salts):
    """Unsigned halves of the sketches of names under one salt each."""
    distinct = sorted(set(names))
    tokens = name_tokens(distinct, id_key=ID_KEY, pad_key=PAD_KEY)
    codes = np.array([distinct.index(name) for name in names], np.int64)
    low, high = sketch(tokens, codes, np.array(salts, np.uint64), FIELD_KEY)
    return low.view(np.uint64), high.view(np.uint64)


def similarity(left, right):
    """Chance-corrected similarity, again: in NumPy, from the formula of the design with its factor."""

    def tokens(low, high):
        bits = np.bitwise_count(low).astype(float) + np.bitwise_count(high)
        return -128 / 5 * np.log1p(-np.minimum(bits, 127) / 128)

    n_l, n_r, n_both = tokens(*left), tokens(*right), tokens(left[0] | right[0], left[1] | right[1])
    return 2 * (n_l + n_r - n_both) / (n_l + n_r)


def compare(left_names, right_names, seed=1):
    """Similarity of pairs of names, each pair in a block of its own."""
    salts = np.random.default_rng(seed).integers(0, 2**63, len(left_names))
    return similarity(sketches(left_names, salts), sketches(right_names, salts))


def test_sketches_agree_with_a_slow_second_implementation():
    """Every bit of every name, short, long, cut or with repeated letters, is where it should be."""
    low, high = sketches(NAMES, [SALT] * len(NAMES))

    assert [(int(a), int(b)) for a, b in zip(low, high, strict=True)] == [slow_sketch(name, SALT) for name in NAMES]


def test_sketches_are_those_of_earlier_releases():
    """Known answers under a key that is no secret: another answer would part next month's views from this month's."""
    known = json.loads(VECTORS.read_text())
    assert known["standardiser"] == STANDARDISER, "a new standardiser needs new vectors"

    low, high = sketches(known["names"], [int(known["salt"], 16)] * len(known["names"]))

    assert [f"{int(b):016x}{int(a):016x}" for a, b in zip(low, high, strict=True)] == known["sketches"]


def test_bigrams_mark_the_ends_and_count_once():
    """Letter pairs with both ends marked; a repeated pair is one token."""
    assert bigrams("anna") == ["_a", "a_", "an", "na", "nn"]
    assert bigrams("banana") == ["_b", "a_", "an", "ba", "na"]


def test_equal_names_have_equal_sketches_under_one_salt_only():
    """One salt: equal; two salts: different and no more alike than chance."""
    names = [name for name in NAMES if len(name) > 1]
    under_one, again = sketches(names, [SALT] * len(names)), sketches(names, [SALT] * len(names))
    under_two = sketches(names, [SALT + 1] * len(names))

    assert np.array_equal(under_one, again)
    assert not np.any((under_one[0] == under_two[0]) & (under_one[1] == under_two[1]))
    assert abs(similarity(under_one, under_two).mean()) < 0.2


def test_field_keys_part_forename_from_surname():
    """One name under two field keys shares nothing: only a shared key lets swapped names be seen."""
    tokens = name_tokens(["hannah"], id_key=ID_KEY, pad_key=PAD_KEY)
    codes, salt = np.zeros(1, np.int64), np.array([SALT], np.uint64)

    forename = sketch(tokens, codes, salt, FIELD_KEY)
    surname = sketch(tokens, codes, salt, ROOT.subkey("surname"))

    assert forename[0][0] != surname[0][0]
    assert forename[1][0] != surname[1][0]


@pytest.mark.parametrize(
    ("name", "count"),
    [("jo", 5), ("anne", 5), ("hanna", 7), ("rachel", 7), ("isobella", 9), ("christopher", 12), ("x" * 9, 5)],
)
def test_tokens_are_filled_up_to_a_band(name, count):
    """A sketch's weight tells the band of its token count, not the count."""
    tokens = name_tokens([name], id_key=ID_KEY, pad_key=PAD_KEY)

    assert tokens.lengths.tolist() == [count]
    assert len(set(tokens.of(0))) == count


def test_names_over_the_last_band_are_cut():
    """A long name keeps as many tokens as the last band, chosen by key and not by place in the name."""
    tokens = name_tokens(["wolfeschlegelsteinhausen"], id_key=ID_KEY, pad_key=PAD_KEY)
    other_key = name_tokens(["wolfeschlegelsteinhausen"], id_key=ROOT.subkey("x"), pad_key=PAD_KEY)

    assert tokens.lengths.tolist() == other_key.lengths.tolist() == [LENGTH_BANDS[-1]]
    assert tokens.of(0) == sorted(tokens.of(0))


def test_filler_depends_on_the_name_and_the_key():
    """Two names of one length get other filler, the same name the same filler, another key other filler."""
    jo, al, again = (name_tokens([name], id_key=ID_KEY, pad_key=PAD_KEY) for name in ("jo", "al", "jo"))
    other = name_tokens(["jo"], id_key=ID_KEY, pad_key=ROOT.subkey("another pad"))

    assert jo.of(0) == again.of(0)
    assert not set(jo.of(0)[3:]) & set(al.of(0)[3:])
    assert jo.of(0)[:3] == other.of(0)[:3]
    assert not set(jo.of(0)[3:]) & set(other.of(0)[3:])


def test_no_rows_give_no_sketches():
    """A rule that no record has the components for makes empty columns, not an error."""
    tokens = name_tokens([], id_key=ID_KEY, pad_key=PAD_KEY)
    nothing = np.zeros(0, np.uint64)

    low, high = sketch(tokens, np.zeros(0, np.int64), nothing, FIELD_KEY)

    assert (len(low), len(high), len(prf(nothing, nothing, FIELD_KEY))) == (0, 0, 0)


# --------------------------------------------------------------------------------------------------- similarity

_ALL = sorted(
    {
        name.lower()
        for names in (BritishNames.last_names, BritishNames.first_names_female, BritishNames.first_names_male)
        for name in names
        if name.isascii() and name.isalpha()
    }
)
BANDS = {"2 to 4": (2, 4), "5 to 6": (5, 6), "7 to 8": (7, 8), "9 to 11": (9, 11), "12 and more": (12, 18)}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def names_of(band: str) -> list[str]:
    """Real names of a length; long ones are double surnames."""
    shortest, longest = BANDS[band]
    rng = np.random.default_rng(3)
    double = [a + b for a, b in zip(rng.choice(_ALL, 800), rng.choice(_ALL, 800), strict=True)]
    return sorted(name for name in {*_ALL, *double} if shortest <= len(name) <= longest)


def one_edit(rng: np.random.Generator, name: str) -> str:
    """A letter replaced, left out, put in, or swapped with the next."""
    place, letter = int(rng.integers(len(name) - 1)), LETTERS[rng.integers(26)]
    head, tail = name[:place], name[place + 1 :]
    return [head + letter + tail, head + tail, head + letter + name[place:], head + tail[0] + name[place] + tail[1:]][
        int(rng.integers(4))
    ]


def strangers(band: str, pairs: int = 15_000):
    """Similarity of two different names of a band."""
    rng, names = np.random.default_rng(4), names_of(band)
    left, right = rng.choice(names, pairs), rng.choice(names, pairs)
    return compare(left[left != right].tolist(), right[left != right].tolist())


@pytest.mark.parametrize("band", BANDS)
def test_different_names_are_rarely_close_at_any_length(band):
    """Below 1% of different names reach the close level (0.6), and the mean of all is near 0."""
    found = strangers(band)

    assert (found >= 0.6).mean() < 0.01
    assert abs(found.mean()) < 0.1


def test_chance_of_the_near_level_is_alike_at_every_length():
    """From five letters on, no length reaches the near level (0.42) three times as often as another."""
    chance = [(strangers(band) >= 0.42).mean() for band in BANDS if band != "2 to 4"]

    assert max(chance) < 3 * min(chance)


def test_names_that_share_no_letters_are_not_alike():
    """Without a common letter pair similarity is 0 but for noise, at every length."""
    names = [name for band in BANDS for name in names_of(band)]
    rng = np.random.default_rng(5)
    pairs = [(a, b) for a, b in zip(rng.choice(names, 9000), rng.choice(names, 9000), strict=True)]
    apart = [(str(a), str(b)) for a, b in pairs if not set(bigrams(str(a))) & set(bigrams(str(b)))]

    found = compare([a for a, _ in apart], [b for _, b in apart])

    assert len(apart) > 2000
    assert abs(found.mean()) < 0.01
    assert found.max() < 0.42


@pytest.mark.parametrize("band", [band for band in BANDS if band != "2 to 4"])
def test_one_edit_is_seen(band):
    """From five letters on, more than 80% of names with one edit are near (0.42) or closer."""
    rng = np.random.default_rng(6)
    left = [str(name) for name in rng.choice(names_of(band), 3000)]
    pairs = [(name, one_edit(rng, name)) for name in left]
    pairs = [(a, b) for a, b in pairs if a != b]

    found = compare([a for a, _ in pairs], [b for _, b in pairs])

    assert (found >= 0.42).mean() > 0.8


@pytest.mark.parametrize("band", BANDS)
def test_equal_names_are_wholly_alike(band):
    """Similarity of a name with itself is 1."""
    names = names_of(band)[:50]

    assert np.allclose(compare(names, names), 1)


# -------------------------------------------------------------------------------------------------- the SQL macro


@pytest.fixture(scope="module")
def con():
    """A warehouse with the similarity macro."""
    made = connect(threads=1)
    made.execute(load_sql("linkage", "macro"))
    return made


def test_sql_and_numpy_similarity_agree(con):
    """The macro and the design's formula give one number, also for full and nearly full sketches."""
    rng = np.random.default_rng(7)
    names = [name for band in BANDS for name in names_of(band)[:40]]
    salts = rng.integers(0, 4, len(names))
    words = [*sketches(names, salts), *(half[::-1].copy() for half in sketches(names, salts))]
    edge = [(0, 1, 0, 2), (2**64 - 1, 2**64 - 1, 1, 1), (2**64 - 1, 2**64 - 2, 3, 3), (2**64 - 1, 0, 0, 2**64 - 1)]
    words = [np.append(half, np.array([row[i] for row in edge], np.uint64)) for i, half in enumerate(words)]
    columns = dict(zip(("a_lo", "a_hi", "b_lo", "b_hi"), (w.view(np.int64) for w in words), strict=True))
    load_table(con, "pairs", pa.table({"n": range(len(words[0])), **columns}))

    found = fetch_table(con, "SELECT name_similarity(a_lo, a_hi, b_lo, b_hi) AS s FROM pairs ORDER BY n")["s"]

    expected = similarity((words[0], words[1]), (words[2], words[3]))
    assert np.allclose(found.to_numpy(), expected, atol=1e-12)


THOUSANDTHS = {0.6: 600, 0.5999: 599, 0.42: 420, -0.0005: -1, 0.0: 0, 0.99: 990, 0.9951: 990, 1.0: 990, None: None}


@pytest.mark.parametrize(("similarity", "whole"), THOUSANDTHS.items())
def test_a_similarity_in_thousandths_reaches_no_level_it_did_not_reach(con, similarity, whole):
    """Rounded down, and below the 1000 that only equal names have."""
    ((found,),) = con.execute("SELECT thousandths($s::DOUBLE)", {"s": similarity}).fetchall()

    assert found == whole


BLANKS = {
    "left": "NULL, NULL, 5, 6",
    "right": "5, 6, NULL, NULL",
    "both": "NULL, NULL, NULL, NULL",
    "empty": "0, 0, 0, 0",
}


@pytest.mark.parametrize("words", BLANKS.values(), ids=BLANKS)
def test_blanks_are_not_alike(con, words):
    """A missing sketch on either side, or two empty ones, have no similarity: no level can be reached."""
    ((found, reached),) = con.execute(
        f"SELECT s, s >= 0.6 FROM (SELECT name_similarity({words.replace('NULL', 'NULL::BIGINT')}) AS s)"
    ).fetchall()

    assert found is None
    assert reached is None


# ------------------------------------------------------------------------------------------------- what length tells


@pytest.fixture(scope="module")
def drawn():
    """Names of 400,000 people of the synthetic ICS's communities, by kind, as letters only."""
    rng, size, names = np.random.default_rng(8), 400_000, make_names(Streams(1).rng("names"))
    group = rng.choice(5, size, p=np.array([0.10, 0.05, 0.018, 0.80, 0.025]) / 0.993)
    community, sex = draw_communities(rng, group), rng.integers(0, 2, size).astype(np.int8)
    born = rng.integers(1935, 2020, size).astype(np.int32)
    letters = np.array([re.sub("[^a-z]", "", fold(text).lower()) or "x" for text in names.text.to_pylist()])
    return {
        "forename": letters[names.draw_forenames(rng, community, sex, born)],
        "surname": letters[names.draw_surnames(rng, community, sex)],
    }


def by_length_band(names, rng, pairs=300_000):
    """Similarity of two people's different names, by how many tokens the first one's has."""
    distinct, codes = np.unique(names, return_inverse=True)
    tokens = name_tokens(distinct.tolist(), id_key=ID_KEY, pad_key=PAD_KEY)
    for band in LENGTH_BANDS:
        left = rng.choice(codes[tokens.lengths[codes] == band], pairs)
        right = rng.choice(codes, pairs)
        left, right = left[left != right], right[left != right]
        salts = rng.integers(0, 2**63, len(left)).astype(np.uint64)
        both = [sketch(tokens, side, salts, FIELD_KEY) for side in (left, right)]
        yield similarity(*([half.view(np.uint64) for half in halves] for halves in both))


@pytest.mark.parametrize("kind", ["forename", "surname"])
def test_chance_of_every_level_is_alike_in_every_length_band(drawn, kind):
    """Between two people no level, close (0.6) or near (0.42), is twice as likely in one band as in another."""
    found = list(by_length_band(drawn[kind], np.random.default_rng(9)))

    close = [float((alike >= 0.6).mean()) for alike in found]
    near = [float(((alike >= 0.42) & (alike < 0.6)).mean()) for alike in found]
    assert max(close) < 2 * min(close), close
    assert max(near) < 2 * min(near), near


def gain_over_majority(names, rng, views=13):
    """How much better than the commonest count of each band a guesser does who sees the weights of all views.

    For each band and true count of letter pairs it learns, from one half of people, how the mean weight of a record's
    sketches is spread, and guesses the other half's most likely count.
    """
    distinct, codes = np.unique(names, return_inverse=True)
    tokens = name_tokens(distinct.tolist(), id_key=ID_KEY, pad_key=PAD_KEY)
    true = np.array([len(bigrams(name)) for name in distinct])[codes]
    salts = rng.integers(0, 2**63, len(codes) * views).astype(np.uint64)
    low, high = sketch(tokens, np.repeat(codes, views), salts, FIELD_KEY)
    mean = (
        (np.bitwise_count(low.view(np.uint64)) + np.bitwise_count(high.view(np.uint64)).astype(float))
        .reshape(-1, views)
        .mean(axis=1)
    )
    learnt, right, majority = rng.random(len(codes)) < 0.5, 0, 0
    for band in np.unique(tokens.lengths):
        here = tokens.lengths[codes] == band
        train, test = here & learnt, here & ~learnt
        counts, often = np.unique(true[train], return_counts=True)
        bins = np.unique(np.quantile(mean[train], np.linspace(0, 1, 41)))
        spread = [np.bincount(np.digitize(mean[train & (true == n)], bins), minlength=len(bins) + 1) for n in counts]
        # One in each bin: what was never seen is not impossible. Rows are counts, weighed by how often they are.
        likely = np.array(
            [(seen + 1) / (seen.sum() + len(seen)) * share for seen, share in zip(spread, often, strict=True)]
        )
        guess = counts[np.argmax(likely[:, np.digitize(mean[test], bins)], axis=0)]
        right += int((guess == true[test]).sum())
        majority += int((true[test] == counts[np.argmax(often)]).sum())
    return (right - majority) / int((~learnt).sum())


@pytest.mark.parametrize("kind", ["forename", "surname"])
def test_weight_tells_no_more_than_the_length_band(drawn, kind):
    """From all views of a record the count of letter pairs is guessed less than two points better than by the band."""
    rng = np.random.default_rng(10)

    assert gain_over_majority(rng.choice(drawn[kind], 30_000), rng) < 0.02


def test_without_filling_up_weight_tells_the_count(drawn, monkeypatch):
    """The control: with a band for every count, whoever sees thirteen views reads most counts off the mean weight."""
    rng = np.random.default_rng(10)
    names = rng.choice(drawn["surname"], 10_000)
    monkeypatch.setattr("linkage.sketch.LENGTH_BANDS", tuple(range(2, 40)))
    distinct, codes = np.unique(names, return_inverse=True)
    tokens = name_tokens(distinct.tolist(), id_key=ID_KEY, pad_key=PAD_KEY)
    salts = rng.integers(0, 2**63, len(codes) * 13).astype(np.uint64)
    low, high = sketch(tokens, np.repeat(codes, 13), salts, FIELD_KEY)
    weight = (np.bitwise_count(low.view(np.uint64)) + np.bitwise_count(high.view(np.uint64)).astype(float)).reshape(
        -1, 13
    )

    estimate = -128 / 5 * np.log1p(-weight.mean(axis=1) / 128)

    assert (np.abs(estimate - tokens.lengths[codes]) < 0.5).mean() > 0.7
